// The two-step cache of descriptions; the layout is told in registry.h.
#pragma once

#include <synface/plugin/info.h>
#include <synface/plugin/note.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace synface::plugin {

// What tells one state of a file from another without reading it.
struct FileState {
  std::uint64_t size = 0, inode = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;

  bool operator==(const FileState&) const = default;
};
// Error(code) when there is no such file.
FileState state_of(const std::filesystem::path& file, ExitCode code);
Json to_json(const FileState& state);
// Nothing when the JSON is something else.
std::optional<FileState> state_from_json(const Json& json);

// A JSON file of a cache: nothing when it is missing or damaged, since it can be rebuilt.
std::optional<Json> read_cached(const std::filesystem::path& file);

class DescriptionCache {
 public:
  DescriptionCache(std::filesystem::path folder, const HostVersions& versions);

  // The SHA-256 of a file that has not changed since remember_hash(); nothing else.
  std::optional<std::string> known_hash(const std::filesystem::path& file) const;
  // Hashes the file; Error(kPlugin) when it cannot be read, or changes meanwhile.
  std::string hash(const std::filesystem::path& file);
  // What a library of this content holds; `library` is empty in it.
  std::optional<std::vector<PluginInfo>> described(const std::string& sha256) const;
  void remember(const std::string& sha256, const std::vector<PluginInfo>& plugins);

  // A library of this content that hung when it was described: waiting for it at every start would
  // cost the limit each time. The message tells how to have it tried again.
  std::optional<std::string> hung(const std::string& sha256) const;
  void remember_hung(const std::string& sha256, const std::string& message);

  // Why writing failed, the first time; "" as long as it did not.
  const std::string& trouble() const { return trouble_; }

 private:
  std::filesystem::path path_record(const std::filesystem::path& file) const;
  std::filesystem::path description(const std::string& sha256) const;
  void write(const std::filesystem::path& file, const Json& json);

  std::filesystem::path folder_;
  std::string host_;
  std::string trouble_;
};

}  // namespace synface::plugin
