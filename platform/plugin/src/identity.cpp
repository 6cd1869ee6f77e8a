#include "synface/plugin/identity.h"

#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/hash.h>

#include <algorithm>
#include <map>

#include "cache.h"

namespace synface::plugin {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr int kMaxDepth = 64;  // deeper means that symbolic links go round in a circle

// Regular files below a folder by relative path, in byte order.
void list_files(const fs::path& folder, const std::string& prefix, int depth,
                std::map<std::string, fs::path>& files) {
  if (depth > kMaxDepth) {
    fail(ExitCode::kData, "{} is nested over {} folders deep; do symbolic links form a circle?",
         folder.string(), kMaxDepth);
  }
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder, error)) {
    const std::string name = prefix + item.path().filename().string();
    std::error_code status_error;
    const fs::file_status status = item.status(status_error);  // follows links
    if (fs::is_directory(status)) {
      list_files(item.path(), name + "/", depth + 1, files);
    } else if (fs::is_regular_file(status)) {
      files.emplace(name, item.path());
    } else if (!fs::exists(status)) {
      fail(ExitCode::kData, "{} is a symbolic link to nothing", item.path().string());
    }
  }
  if (error) fail(ExitCode::kData, "cannot list {}: {}", folder.string(), error.message());
}

// What the cache knows about the files of a folder (or about one file, under the name "").
struct Known {
  FileState state;
  std::string sha256;
};
using KnownFiles = std::map<std::string, Known>;

KnownFiles read_known(const fs::path& cache_file, const fs::path& path) {
  KnownFiles known;
  const std::optional<Json> json = read_cached(cache_file);
  if (!json || json->value("format", 0) != kFormat || json->value("path", "") != path.string()) {
    return known;
  }
  const auto files = json->find("files");
  if (files == json->end() || !files->is_object()) return known;
  for (const auto& [name, entry] : files->items()) {
    const auto state = state_from_json(entry);
    if (state && entry.contains("sha256") && entry["sha256"].is_string()) {
      known[name] = {*state, entry["sha256"].get<std::string>()};
    }
  }
  return known;
}

void write_known(const fs::path& cache_file, const fs::path& path, const KnownFiles& known) {
  Json files = Json::object();
  for (const auto& [name, entry] : known) {
    Json one = to_json(entry.state);
    one["sha256"] = entry.sha256;
    files[name] = std::move(one);
  }
  const Json json = {{"format", kFormat}, {"path", path.string()}, {"files", std::move(files)}};
  try {
    // Names are bytes, not always UTF-8; such a folder is hashed anew each time.
    write_file_atomic(cache_file, json.dump(), false);
  } catch (const Error&) {  // a cache that cannot be written costs time, nothing else
  } catch (const Json::exception&) {
  }
}

// The hash of a file, taken over from the cache when the file has not changed.
Known look_at(const fs::path& file, const Known* known) {
  const FileState state = state_of(file, ExitCode::kData);
  if (known != nullptr && known->state == state) return *known;
  Known fresh{state, sha256_file(file, ExitCode::kData)};
  if (state_of(file, ExitCode::kData) != state) {
    fail(ExitCode::kData, "{} changes while it is read; try again when it is complete",
         file.string());
  }
  return fresh;
}

const Known* find(const KnownFiles& known, const std::string& name) {
  const auto at = known.find(name);
  return at == known.end() ? nullptr : &at->second;
}

fs::path record_of(const fs::path& cache, const fs::path& path) {
  return cache / (sha256(path.string()).substr(0, 32) + ".json");
}

// All files of a folder; the cache holds them afterwards.
KnownFiles look_into(const fs::path& folder, const fs::path& cache) {
  std::map<std::string, fs::path> files;
  list_files(folder, "", 0, files);
  const fs::path record = record_of(cache, folder);
  const KnownFiles before = read_known(record, folder);
  KnownFiles now;
  bool changed = before.size() != files.size();
  for (const auto& [name, path] : files) {
    const Known* old = find(before, name);
    const Known one = look_at(path, old);
    changed = changed || old == nullptr || old->state != one.state;
    now.emplace(name, one);
  }
  if (changed) write_known(record, folder, now);
  return now;
}

std::string digest_of(const KnownFiles& files) {
  Sha256 digest;
  for (const auto& [name, one] : files) {
    digest.update(name).update(std::string_view("\0", 1));
    digest.update(std::to_string(one.state.size)).update(std::string_view("\0", 1));
    digest.update(one.sha256).update("\n");
  }
  return digest.hex();
}

// Of before identities had default files: left out, so that what is recorded and cached stays
// valid. The second is the first laid out anew, tensor for tensor the same.
constexpr std::pair<std::string_view, std::string_view> kFirstDefaults[] = {
    {"morphable/head.safetensors",
     "279390e1dab7a463508078fb8d77b7d8a06b3bd5ef2856c910f7fc7346825c99"},
    {"morphable/head.safetensors",
     "f569168c8a845b7884e9d6ea61971b60c9bfb1583914349fc9713f0a7e3b807c"}};

Json default_files(const PluginInfo& info, const ContentIdentity& content) {
  Json files = Json::object();
  for (const auto& tensor : content.tensors(info.library.parent_path() / info.id)) {
    const std::string place = info.id + "/" + tensor.first;
    const bool first = std::any_of(
        std::begin(kFirstDefaults), std::end(kFirstDefaults),
        [&](const auto& one) { return one.first == place && one.second == tensor.second; });
    if (!first) files[tensor.first] = tensor.second;
  }
  return files;
}

// Whether the plugin may fall back on files of its own.
bool takes_defaults(const PluginInfo& info, const Json& typed) {
  bool any = false, all = true;
  for (const Param& param : info.params) {
    if (param.type != ParamType::kPath) continue;
    any = true;
    all = all && typed.value(param.key, "") != "";
  }
  return !any || !all;
}

}  // namespace

ContentIdentity::ContentIdentity(fs::path cache) : cache_(std::move(cache)) {}

std::string ContentIdentity::of(const fs::path& path) const {
  const auto known = seen_.find(path);
  if (known != seen_.end()) return known->second;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) fail(ExitCode::kData, "{}: {}", path.string(), error.message());
  return seen_[path] =
             fs::is_directory(real, error) ? digest_of(look_into(real, cache_)) : of_file(real);
}

std::string ContentIdentity::of_file(const fs::path& file) const {
  const fs::path record = record_of(cache_, file);
  const KnownFiles before = read_known(record, file);
  const Known now = look_at(file, find(before, ""));
  const Known* old = find(before, "");
  if (old == nullptr || old->state != now.state) write_known(record, file, {{"", now}});
  return now.sha256;
}

std::map<std::string, std::string> ContentIdentity::files(const fs::path& folder) const {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (error) fail(ExitCode::kData, "{}: {}", folder.string(), error.message());
  if (!fs::is_directory(real, error)) fail(ExitCode::kData, "{} is no folder", folder.string());
  std::map<std::string, std::string> hashes;
  for (const auto& [name, known] : look_into(real, cache_)) hashes.emplace(name, known.sha256);
  return hashes;
}

const std::map<std::string, std::string>& ContentIdentity::tensors(const fs::path& folder) const {
  const auto [at, fresh] = tensors_.try_emplace(folder);
  if (!fresh) return at->second;
  std::error_code absent;
  for (const auto& item : fs::directory_iterator(folder, absent)) {
    if (item.path().extension() == ".safetensors") {
      at->second[item.path().filename().string()] = of(item.path());
    }
  }
  return at->second;
}

Json identity_params(const PluginInfo& info, const Json& typed, const ContentIdentity& content) {
  Json identity = Json::object();
  for (const Param& param : info.params) {
    if (param.no_effect) continue;
    const auto given = typed.find(param.key);
    if (given == typed.end()) {
      fail(ExitCode::kInternal, "{}: parameter '{}' was not filled in", info.name(), param.key);
    }
    if (!param.neutral.is_null() && *given == param.neutral) continue;
    if (param.type == ParamType::kPath && !given->get_ref<const std::string&>().empty()) {
      identity[param.key] = {{"content", content.of(given->get<std::string>())}};
    } else {
      identity[param.key] = *given;
    }
  }
  // No parameter's key has a blank in it.
  if (takes_defaults(info, typed)) {
    Json files = default_files(info, content);
    if (!files.empty()) identity["default files"] = std::move(files);
  }
  return identity;
}

}  // namespace synface::plugin
