// Which plugins there are. A registry is a snapshot of the search path: it knows every plugin's
// schema, and why each file that is none was refused, and has loaded no library into this process.
//
// CACHE. <cache>/paths/<hash of path>.json maps (path, size, mtime, ctime, inode) to the file's
// SHA-256, <cache>/described/<sha256>.json holds the descriptions. A file in neither is described
// by a child process (describe.h); one that hangs there is remembered as well, so that it costs its
// limit once. A warm scan only stats the libraries and reads these files; a
// corrupt cache file is rebuilt. All writes are atomic; several processes may share a cache.
#pragma once

#include <synface/plugin/info.h>
#include <synface/plugin/note.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace synface::plugin {

struct ScanOptions {
  // Folders (their *.so files, not below) and single files, in this order; missing ones are
  // skipped. A file reached twice counts once.
  std::vector<std::filesystem::path> search_path;
  std::filesystem::path cache;
  // The program to start with --describe-plugin; its main must call maybe_describe() first. Empty:
  // the child is a fork of this process, which must then have no other thread.
  std::filesystem::path describer;
  std::chrono::milliseconds limit{20000};  // for one library
  HostVersions versions = HostVersions::built();
};

// The search path of this program: SYNFACE_PLUGIN_PATH (entries split at ':'), the user's plugin
// folder, then the folders beside the running binary (<bin>/../plugins in a build,
// <bin>/../lib/synface/plugins when installed). The describer is left empty.
ScanOptions standard_scan();

// A file on the search path that gave no plugin, and why.
struct Problem {
  std::filesystem::path file;
  std::string message;  // names the file and what to do
};

class Registry {
 public:
  // Never throws because of a bad plugin: that becomes a Problem. A cache folder that cannot be
  // written only makes the scan slow; the first failure is kept in problems().
  static Registry scan(const ScanOptions& options);
  // A registry of given descriptions, without files: for tests and tools.
  static Registry of(std::vector<PluginInfo> plugins);

  // All plugins, sorted by kind, then id, then the order of the search path.
  const std::vector<PluginInfo>& plugins() const { return plugins_; }
  const std::vector<Problem>& problems() const { return problems_; }
  const std::vector<std::filesystem::path>& search_path() const { return search_path_; }

  // Error(kPlugin): none has this id (with the nearest ids, the search path, and the problem of a
  // file that carries the id in its name), or two files claim it (both named). The reference lives
  // as long as the registry.
  const PluginInfo& find(Kind kind, std::string_view id) const;

  // How many libraries a child process had to describe in this scan; 0 when the cache was warm.
  int described() const { return described_; }

 private:
  std::vector<PluginInfo> plugins_;
  std::vector<Problem> problems_;
  std::vector<std::filesystem::path> search_path_;
  int described_ = 0;
};

}  // namespace synface::plugin
