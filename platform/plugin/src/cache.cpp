#include "cache.h"

#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/hash.h>
#include <sys/stat.h>

#include <cerrno>

namespace synface::plugin {
namespace {

constexpr int kFormat = 1;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1000000000 + time.tv_nsec;
}

}  // namespace

FileState state_of(const std::filesystem::path& file, ExitCode code) {
  struct stat st {};
  if (stat(file.c_str(), &st) != 0) fail_errno(errno, code, "looking at", file);
  return {static_cast<std::uint64_t>(st.st_size), st.st_ino, nanoseconds(st.st_mtim),
          nanoseconds(st.st_ctim)};
}

Json to_json(const FileState& state) {
  return {{"size", state.size},
          {"inode", state.inode},
          {"modified_ns", state.modified_ns},
          {"changed_ns", state.changed_ns}};
}

std::optional<FileState> state_from_json(const Json& json) {
  try {
    return FileState{json.at("size").get<std::uint64_t>(), json.at("inode").get<std::uint64_t>(),
                     json.at("modified_ns").get<std::int64_t>(),
                     json.at("changed_ns").get<std::int64_t>()};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::optional<Json> read_cached(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
  try {
    Json json = Json::parse(read_file(file, ExitCode::kInternal), nullptr, false);
    if (!json.is_object()) return std::nullopt;
    return json;
  } catch (const Error&) {  // another process has removed it meanwhile, or it cannot be read
    return std::nullopt;
  }
}

DescriptionCache::DescriptionCache(std::filesystem::path folder, const HostVersions& versions)
    : folder_(std::move(folder)),
      host_(fmt::format("abi {}.{} torch {}", versions.abi_major, versions.abi_minor,
                        versions.torch)) {}

std::filesystem::path DescriptionCache::path_record(const std::filesystem::path& file) const {
  return folder_ / "paths" / (sha256(file.string()).substr(0, 32) + ".json");
}

std::filesystem::path DescriptionCache::description(const std::string& sha256) const {
  return folder_ / "described" / (sha256 + ".json");
}

void DescriptionCache::write(const std::filesystem::path& file, const Json& json) {
  try {
    write_file_atomic(file, json.dump(), false);
  } catch (const Error& e) {
    if (trouble_.empty()) trouble_ = e.what();
  }
}

std::optional<std::string> DescriptionCache::known_hash(const std::filesystem::path& file) const {
  const std::optional<Json> record = read_cached(path_record(file));
  if (!record) return std::nullopt;
  try {
    if (record->at("format") != kFormat || record->at("path") != file.string() ||
        state_from_json(record->at("state")) != state_of(file, ExitCode::kPlugin)) {
      return std::nullopt;
    }
    return record->at("sha256").get<std::string>();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string DescriptionCache::hash(const std::filesystem::path& file) {
  const FileState before = state_of(file, ExitCode::kPlugin);
  std::string digest = sha256_file(file, ExitCode::kPlugin);
  if (before != state_of(file, ExitCode::kPlugin)) {
    fail(ExitCode::kPlugin, "{} changes while it is read; is it being built? Try again",
         file.string());
  }
  write(path_record(file), {{"format", kFormat},
                            {"path", file.string()},
                            {"state", to_json(before)},
                            {"sha256", digest}});
  return digest;
}

std::optional<std::vector<PluginInfo>> DescriptionCache::described(
    const std::string& sha256) const {
  const std::optional<Json> record = read_cached(description(sha256));
  if (!record) return std::nullopt;
  try {
    if (record->at("format") != kFormat || record->at("host") != host_) return std::nullopt;
    if (record->contains("hung")) return std::nullopt;
    std::vector<PluginInfo> plugins;
    for (const Json& plugin : record->at("plugins")) plugins.push_back(info_from_json(plugin));
    return plugins;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void DescriptionCache::remember(const std::string& sha256, const std::vector<PluginInfo>& plugins) {
  Json list = Json::array();
  for (PluginInfo plugin : plugins) {
    plugin.library.clear();
    list.push_back(to_json(plugin));
  }
  write(description(sha256), {{"format", kFormat}, {"host", host_}, {"plugins", std::move(list)}});
}

std::optional<std::string> DescriptionCache::hung(const std::string& sha256) const {
  const std::optional<Json> record = read_cached(description(sha256));
  if (!record || record->value("host", Json()) != Json(host_)) return std::nullopt;
  const auto message = record->find("hung");
  if (message == record->end() || !message->is_string()) return std::nullopt;
  return fmt::format("{} (as seen earlier; rebuild it, or remove {} to try it again)",
                     message->get<std::string>(), description(sha256).string());
}

void DescriptionCache::remember_hung(const std::string& sha256, const std::string& message) {
  write(description(sha256), {{"format", kFormat}, {"host", host_}, {"hung", message}});
}

}  // namespace synface::plugin
