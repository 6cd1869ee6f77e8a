#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>

#include "journal_format.h"
#include "synface/base/hash.h"

namespace synface {

namespace fs = std::filesystem;
using journal::Encoder;
using journal::Type;

namespace {
constexpr std::size_t kFirstSize = 16U << 10U;
constexpr std::size_t kLargestStep = 4U << 20U;
constexpr std::size_t kPointBody = 21;
}  // namespace

std::array<std::uint8_t, 16> random_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    fail_errno(errno, ExitCode::kInternal, "read", "the kernel's random numbers");
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  return bytes;
}

std::array<std::uint8_t, 16> uuid_from_hex(std::string_view text) {
  std::array<std::uint8_t, 16> uuid{};
  bool good = text.size() == 2 * uuid.size();
  for (std::size_t i = 0; good && i < uuid.size(); ++i) {
    const char* first = text.data() + 2 * i;
    const auto result = std::from_chars(first, first + 2, uuid[i], 16);
    good = result.ec == std::errc() && result.ptr == first + 2;
  }
  if (!good) fail(ExitCode::kUsage, "'{}' is no UUID of 32 hex digits", text);
  return uuid;
}

struct JournalWriter::Impl {
  fs::path path;
  UniqueFd fd;
  std::mutex mutex;  // everything below
  std::byte* map = nullptr;
  std::size_t mapped = 0;
  std::size_t used = 0;
  std::map<std::string, std::uint32_t, std::less<>> metrics;
  bool closed = false;

  std::atomic<bool> dirty{false};
  std::condition_variable wake;
  std::thread syncer;

  Impl() = default;
  ~Impl() {
    if (map != nullptr) ::munmap(map, mapped);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Reserves the blocks before they are mapped: a page of a sparse file that the disk has no room
  // for would kill the process with SIGBUS instead of giving an error.
  void grow(std::size_t wanted) {
    std::size_t size = mapped == 0 ? kFirstSize : mapped;
    while (size < wanted) size += std::min(size, kLargestStep);
    if (size == mapped) return;
    const int error =
        ::posix_fallocate(fd.get(), static_cast<off_t>(mapped), static_cast<off_t>(size - mapped));
    if (error != 0) fail_errno(error, ExitCode::kInternal, "write", path);
    void* address = mapped == 0
                        ? ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0)
                        : ::mremap(map, mapped, size, MREMAP_MAYMOVE);
    if (address == MAP_FAILED) fail_errno(errno, ExitCode::kInternal, "map", path);
    map = static_cast<std::byte*>(address);
    mapped = size;
  }

  // Puts one record down; the size goes last, so that nobody ever sees a part of it.
  void append(std::string_view body) {
    if (closed) fail(ExitCode::kInternal, "journal {} is closed already", path.string());
    if (body.size() > journal::kMaxBody) {
      fail(ExitCode::kInternal, "journal {}: a record of {} bytes is larger than {} allowed",
           path.string(), body.size(), journal::kMaxBody);
    }
    const std::size_t frame = journal::padded(journal::kFrameHead + body.size());
    // Room for the zero size that ends the records, too.
    grow(used + frame + journal::kFrameHead);
    std::byte* at = map + used;
    const std::uint32_t check = crc32(std::as_bytes(std::span(body.data(), body.size())));
    std::memcpy(at + journal::kFrameHead, body.data(), body.size());
    std::memcpy(at + 4, &check, sizeof check);
    auto* size = reinterpret_cast<std::uint32_t*>(at);
    std::atomic_ref<std::uint32_t>(*size).store(static_cast<std::uint32_t>(body.size()),
                                                std::memory_order_release);
    used += frame;
    dirty.store(true, std::memory_order_relaxed);
  }

  void check(std::uint32_t metric) const {
    if (metric >= metrics.size()) {
      fail(ExitCode::kInternal, "journal {}: metric {} is not defined", path.string(), metric);
    }
  }

  void write(const Encoder& record) {
    const std::lock_guard lock(mutex);
    append(record.bytes());
  }

  // fdatasync writes mapped pages too: they are pages of the same cache.
  void sync() {
    if (!dirty.exchange(false)) return;
    if (::fdatasync(fd.get()) != 0) fail_errno(errno, ExitCode::kInternal, "sync", path);
  }

  void sync_every_second() {
    std::unique_lock lock(mutex);
    while (!closed) {
      wake.wait_for(lock, std::chrono::seconds(1));
      if (closed) return;
      lock.unlock();
      // A failure here shows again at the next explicit sync() or close().
      if (dirty.exchange(false) && ::fdatasync(fd.get()) != 0) dirty.store(true);
      lock.lock();
    }
  }

  void start_syncing() {
    syncer = std::thread([this] {
      sigset_t all;
      sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are for the program's own threads
      sync_every_second();
    });
  }

  void close() {
    {
      const std::lock_guard lock(mutex);
      if (closed) return;
      closed = true;
    }
    wake.notify_all();
    if (syncer.joinable()) syncer.join();
    if (map != nullptr) ::munmap(map, mapped);
    map = nullptr;
    if (::ftruncate(fd.get(), static_cast<off_t>(used)) != 0) {
      fail_errno(errno, ExitCode::kInternal, "cut", path);
    }
    if (::fsync(fd.get()) != 0) fail_errno(errno, ExitCode::kInternal, "sync", path);
    fd.reset();
  }
};

JournalWriter::JournalWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;

JournalWriter& JournalWriter::operator=(JournalWriter&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

JournalWriter::~JournalWriter() {
  if (!impl_) return;
  try {
    impl_->close();
  } catch (const Error&) {  // whoever wants to know calls close()
  }
}

JournalWriter JournalWriter::create(const fs::path& path, const JournalHeader& header) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  if (!path.parent_path().empty()) make_folders(path.parent_path());
  impl->fd = open_file(path, O_RDWR | O_CREAT | O_EXCL, ExitCode::kInternal);
  impl->grow(kFirstSize);
  std::memcpy(impl->map, journal::kMagic.data(), journal::kMagic.size());
  impl->used = journal::kFileHead;
  Encoder record(Type::kHeader);
  record.put(header.version).put(header.uuid).text(header.trial_key).put(header.attempt);
  impl->append(record.bytes());
  impl->start_syncing();
  return JournalWriter(std::move(impl));
}

std::uint32_t JournalWriter::define(std::string_view name, MetricClass metric_class,
                                    MetricGoal goal, std::string_view unit) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->metrics.find(name);
  if (found != impl_->metrics.end()) return found->second;
  const auto metric = static_cast<std::uint32_t>(impl_->metrics.size());
  Encoder record(Type::kDefine);
  record.put(metric).text(name).put(metric_class).put(goal).text(unit);
  impl_->append(record.bytes());
  impl_->metrics.emplace(name, metric);
  return metric;
}

void JournalWriter::point(std::uint32_t metric, std::int64_t step, double value) {
  std::array<char, kPointBody> body{static_cast<char>(Type::kPoint)};
  std::memcpy(body.data() + 1, &metric, sizeof metric);
  std::memcpy(body.data() + 5, &step, sizeof step);
  std::memcpy(body.data() + 13, &value, sizeof value);
  const std::lock_guard lock(impl_->mutex);
  impl_->check(metric);
  impl_->append({body.data(), body.size()});
}

void JournalWriter::final_value(std::uint32_t metric, double value) {
  const std::lock_guard lock(impl_->mutex);
  impl_->check(metric);
  impl_->append(Encoder(Type::kFinal).put(metric).put(value).bytes());
}

void JournalWriter::interval(std::uint32_t metric, double lo, double hi, double level) {
  const std::lock_guard lock(impl_->mutex);
  impl_->check(metric);
  impl_->append(Encoder(Type::kInterval).put(metric).put(lo).put(hi).put(level).bytes());
}

void JournalWriter::curve(const JournalCurve& curve) {
  if (curve.x.size() != curve.y.size()) {
    fail(ExitCode::kInternal, "curve '{}' has {} x and {} y values", curve.name, curve.x.size(),
         curve.y.size());
  }
  Encoder record(Type::kCurve);
  record.text(curve.name).text(curve.x_label).text(curve.y_label);
  record.put(static_cast<std::uint32_t>(curve.x.size()));
  record.raw(curve.x.data(), curve.x.size() * sizeof(double));
  record.raw(curve.y.data(), curve.y.size() * sizeof(double));
  impl_->write(record);
}

void JournalWriter::artifact(const JournalArtifact& artifact) {
  Encoder record(Type::kArtifact);
  record.text(artifact.name).text(artifact.path).text(artifact.mime).text(artifact.sha256);
  impl_->write(record);
}

void JournalWriter::event(std::string_view kind, const Json& data) {
  Encoder record(Type::kEvent);
  // A plugin's message may hold any bytes; an event must be JSON all the same.
  record.text(kind).text(data.dump(-1, ' ', false, Json::error_handler_t::replace));
  impl_->write(record);
}

void JournalWriter::log(LogLevel level, std::string_view text) {
  Encoder record(Type::kLog);
  record.put(level).text(text);
  impl_->write(record);
}

void JournalWriter::sync() {
  impl_->sync();
}
void JournalWriter::close() {
  impl_->close();
}
const fs::path& JournalWriter::path() const noexcept {
  return impl_->path;
}

std::uint64_t JournalWriter::size() const noexcept {
  const std::lock_guard lock(impl_->mutex);
  return impl_->used;
}

}  // namespace synface
