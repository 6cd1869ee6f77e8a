#include <synface/base/error.h>
#include <synface/data/tensorfile.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "dtypes.h"
#include "pieces.h"

namespace synface::data {
namespace {

using nlohmann::json;

struct Entry {
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using AlignedCopy = std::unique_ptr<void, Free>;

const DtypeName* find_dtype(std::string_view name) {
  const auto it = std::find_if(kDtypes.begin(), kDtypes.end(),
                               [&](const DtypeName& d) { return d.name == name; });
  return it == kDtypes.end() ? nullptr : &*it;
}

// Parses the header; a name that occurs twice is refused, where JSON libraries keep the last.
json parse_header(std::string_view text, const std::string& path) {
  std::vector<std::set<std::string>> seen;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) {
      if (depth > 8) fail(ExitCode::kData, "{}: the header is nested too deeply", path);
      seen.emplace_back();
    }
    if (event == json::parse_event_t::object_end) seen.pop_back();
    if (event == json::parse_event_t::key && !seen.back().insert(value.get<std::string>()).second) {
      fail(ExitCode::kData, "{}: the header names {} twice", path, value.dump());
    }
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::exception& e) {
    fail(ExitCode::kData, "{}: the header is no JSON: {}", path, e.what());
  }
}

std::uint64_t offset_of(const json& value, const std::string& path, const std::string& name) {
  if (!value.is_number_unsigned()) {
    fail(ExitCode::kData, "{}: tensor {}: data_offsets must be two natural numbers", path, name);
  }
  return value.get<std::uint64_t>();
}

Entry parse_entry(const json& value, const std::string& path, const std::string& name) {
  const auto bad = [&](const char* what) {
    fail(ExitCode::kData, "{}: tensor {}: {}", path, name, what);
  };
  if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
      !value.contains("shape") || !value.contains("data_offsets")) {
    bad("the header wants exactly dtype, shape and data_offsets");
  }
  if (!value["dtype"].is_string() || !value["shape"].is_array() ||
      !value["data_offsets"].is_array() || value["data_offsets"].size() != 2) {
    bad("dtype, shape or data_offsets has a wrong type");
  }
  const DtypeName* dtype = find_dtype(value["dtype"].get<std::string>());
  if (dtype == nullptr) bad("unknown dtype");
  Entry entry{dtype->dtype,
              {},
              offset_of(value["data_offsets"][0], path, name),
              offset_of(value["data_offsets"][1], path, name)};
  if (value["shape"].size() > kMaxTensorDims) bad("more than 8 dimensions");
  std::uint64_t bytes = dtype->bytes;
  for (const json& dim : value["shape"]) {
    std::uint64_t product = 0;
    if (!dim.is_number_unsigned()) bad("a dimension is no natural number");
    const auto n = dim.get<std::uint64_t>();
    if (n > INT64_MAX || __builtin_mul_overflow(bytes, n, &product)) bad("the shape is too large");
    entry.shape.push_back(static_cast<std::int64_t>(n));
    bytes = product;
  }
  if (entry.end < entry.begin || entry.end - entry.begin != bytes) {
    bad("data_offsets do not fit dtype and shape");
  }
  return entry;
}

}  // namespace

struct TensorFile::State {
  std::string path;
  MappedFile file;
  std::map<std::string, Entry, std::less<>> entries;
  std::map<std::string, std::string, std::less<>> metadata;
  const std::uint8_t* data = nullptr;
  std::mutex mutex;  // guards copies
  std::map<std::string, AlignedCopy, std::less<>> copies;

  void read_metadata(const json& value) {
    if (!value.is_object()) fail(ExitCode::kData, "{}: __metadata__ is no object", path);
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail(ExitCode::kData, "{}: __metadata__.{} is no text", path, key);
      metadata[key] = text.get<std::string>();
    }
  }

  // The tensors must cover the data from its start to the end of the file.
  void check_cover(std::uint64_t available) const {
    std::vector<const std::pair<const std::string, Entry>*> order;
    for (const auto& item : entries) order.push_back(&item);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
      return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
    });
    std::uint64_t position = 0;
    for (const auto* item : order) {
      if (item->second.begin != position) {
        fail(ExitCode::kData, "{}: tensor {}: a gap or an overlap before it", path, item->first);
      }
      position = item->second.end;
    }
    if (position != available) {
      fail(ExitCode::kData, "{}: the header speaks of {} bytes of data, the file has {}", path,
           position, available);
    }
  }

  const void* aligned(const std::string& name, const Entry& entry) {
    const std::uint8_t* start = data + entry.begin;
    if (reinterpret_cast<std::uintptr_t>(start) % kTensorAlignment == 0) return start;
    const std::size_t bytes = entry.end - entry.begin;
    if (bytes == 0) return nullptr;
    const std::lock_guard lock(mutex);
    AlignedCopy& copy = copies[name];
    if (copy == nullptr) {
      const std::size_t rounded = (bytes + kTensorAlignment - 1) / kTensorAlignment;
      copy.reset(std::aligned_alloc(kTensorAlignment, rounded * kTensorAlignment));
      if (copy == nullptr) fail(ExitCode::kInternal, "{}: no memory for {} bytes", path, bytes);
      std::memcpy(copy.get(), start, bytes);
    }
    return copy.get();
  }
};

TensorFile::TensorFile(const std::string& path) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.path = path;
  s.file = MappedFile(path);
  const auto bytes = bytes_of(s.file);
  std::uint64_t header = 0;
  if (bytes.size() < sizeof header) {
    fail(ExitCode::kData, "{}: not a .safetensors file (shorter than its header)", path);
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header > kMaxHeader || header > bytes.size() - sizeof header || header < 2 ||
      bytes[sizeof header] != '{') {
    fail(ExitCode::kData, "{}: not a .safetensors file, or cut off in its header", path);
  }
  const json parsed =
      parse_header({reinterpret_cast<const char*>(bytes.data()) + sizeof header, header}, path);
  for (const auto& [name, value] : parsed.items()) {
    if (name == "__metadata__") {
      s.read_metadata(value);
    } else {
      s.entries.emplace(name, parse_entry(value, path, name));
    }
  }
  s.data = bytes.data() + sizeof header + header;
  s.check_cover(bytes.size() - sizeof header - header);
}

TensorFile::~TensorFile() = default;
TensorFile::TensorFile(TensorFile&&) noexcept = default;
TensorFile& TensorFile::operator=(TensorFile&&) noexcept = default;

std::vector<std::string> TensorFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : state_->entries) names.push_back(name);
  return names;
}

bool TensorFile::has(std::string_view name) const {
  return state_->entries.contains(name);
}

StoredTensor TensorFile::get(std::string_view name) const {
  const auto it = state_->entries.find(name);
  if (it == state_->entries.end()) {
    fail(ExitCode::kData, "{}: no tensor {} in it", state_->path, name);
  }
  const Entry& entry = it->second;
  return {entry.dtype, entry.shape, state_->aligned(it->first, entry), entry.end - entry.begin};
}

StoredTensor TensorFile::get(std::string_view name, Dtype dtype,
                             const std::vector<std::int64_t>& shape) const {
  StoredTensor tensor = get(name);
  if (tensor.dtype != dtype || tensor.shape != shape) {
    fail(ExitCode::kData, "{}: tensor {} has another type or shape than expected", state_->path,
         name);
  }
  return tensor;
}

const std::string& TensorFile::metadata(std::string_view key) const {
  static const std::string kEmpty;
  const auto it = state_->metadata.find(key);
  return it == state_->metadata.end() ? kEmpty : it->second;
}

const std::string& TensorFile::path() const {
  return state_->path;
}

std::size_t size_of(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)].bytes;
}

}  // namespace synface::data
