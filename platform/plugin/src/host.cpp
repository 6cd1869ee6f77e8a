#include "synface/plugin/host.h"

#include <synface/base.h>
#include <synface/base/error.h>

#include <cstdio>
#include <map>
#include <mutex>

// Present when the program is built with LeakSanitizer.
extern "C" void __lsan_ignore_object(const void* object) __attribute__((weak));

namespace synface::plugin {
namespace {

// The one receiver of a process; see host.h. Made on first use and never destroyed, since plugins
// may log while the process ends.
struct LogState {
  std::mutex mutex;
  HostServices::LogReceiver receiver;
};
LogState& log_state() {
  static LogState* const state = new LogState;
  return *state;
}

const char* level_text(std::uint32_t level) {
  if (level == SYNFACE_LOG_DEBUG) return "debug";
  if (level == SYNFACE_LOG_INFO) return "info";
  if (level == SYNFACE_LOG_WARNING) return "warning";
  return "error";
}

void write_log(std::uint32_t level, synface_str text) noexcept {
  const std::string_view view(text.data == nullptr ? "" : text.data,
                              text.data == nullptr ? 0 : static_cast<std::size_t>(text.size));
  LogState& state = log_state();
  const std::lock_guard lock(state.mutex);
  if (state.receiver) {
    state.receiver(level, view);
  } else if (level > SYNFACE_LOG_DEBUG) {
    std::fprintf(stderr, "plugin: %s: %.*s\n", level_text(level), static_cast<int>(view.size()),
                 view.data());
  }
}

constexpr synface_ext_log kLog = {sizeof(synface_ext_log), 0, &write_log};

}  // namespace

struct HostServices::Record {
  synface_host host{};  // first: the pointer that plugins give back is the record's
  std::string name = "synface";
  std::string version;
  std::map<std::string, const void*, std::less<>> services;

  static const void* get_ext(const synface_host* host, const char* id) noexcept {
    if (host == nullptr || id == nullptr) return nullptr;
    const auto* record = reinterpret_cast<const Record*>(host);
    const auto found = record->services.find(std::string_view(id));
    return found == record->services.end() ? nullptr : found->second;
  }
};

HostServices::HostServices(std::string_view version) : record_(new Record) {
  if (__lsan_ignore_object != nullptr) __lsan_ignore_object(record_);
  record_->version = version;
  synface_host& host = record_->host;
  host.struct_size = sizeof host;
  host.abi_major = SYNFACE_ABI_MAJOR;
  host.abi_minor = SYNFACE_ABI_MINOR;
  host.name = {record_->name.data(), record_->name.size()};
  host.version = {record_->version.data(), record_->version.size()};
  host.get_ext = &Record::get_ext;
  offer(SYNFACE_EXT_LOG, &kLog);
}

void HostServices::offer(const char* id, const void* table) {
  if (table == nullptr) fail(ExitCode::kInternal, "the host service {} has no table", id);
  record_->services[id] = table;
}

const synface_host* HostServices::abi() const {
  return &record_->host;
}

void HostServices::receive_log(LogReceiver receiver) {
  LogState& state = log_state();
  const std::lock_guard lock(state.mutex);
  state.receiver = std::move(receiver);
}

}  // namespace synface::plugin
