#include "synface/base/paths.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "synface/base/error.h"
#include "synface/base/text.h"

namespace synface {
namespace {

namespace fs = std::filesystem;

// A variable's value as an absolute path; empty where it is unset or empty. The XDG specification
// says that relative values are to be ignored.
fs::path variable(const char* name, bool relative_too) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return {};
  const fs::path path(value);
  if (path.is_absolute()) return path;
  return relative_too ? fs::absolute(path) : fs::path();
}

fs::path home_folder() {
  fs::path home = variable("HOME", true);
  if (!home.empty()) return home;
  const passwd* entry = ::getpwuid(::getuid());
  if (entry != nullptr && entry->pw_dir != nullptr && *entry->pw_dir != '\0') return entry->pw_dir;
  fail(ExitCode::kSetup, "this user has no home folder; set HOME or SYNFACE_CACHE");
}

}  // namespace

fs::path cache_folder() {
  if (fs::path own = variable("SYNFACE_CACHE", true); !own.empty()) return own;
  if (const fs::path xdg = variable("XDG_CACHE_HOME", false); !xdg.empty()) return xdg / "synface";
  return home_folder() / ".cache" / "synface";
}

fs::path user_plugin_folder() {
  const fs::path xdg = variable("XDG_DATA_HOME", false);
  const fs::path data = xdg.empty() ? home_folder() / ".local" / "share" : xdg;
  return data / "synface" / "plugins";
}

std::vector<fs::path> plugin_path_variable() {
  std::vector<fs::path> folders;
  const char* value = std::getenv("SYNFACE_PLUGIN_PATH");
  if (value == nullptr) return folders;
  for (const std::string& part : split(value, ':')) {
    if (!part.empty()) folders.push_back(fs::absolute(part));
  }
  return folders;
}

fs::path executable_path() {
  std::error_code error;
  fs::path path = fs::read_symlink("/proc/self/exe", error);
  if (error)
    fail(ExitCode::kSetup, "cannot read /proc/self/exe: {}; is /proc mounted?", error.message());
  return path;
}

fs::path executable_folder() {
  return executable_path().parent_path();
}

fs::path lock_of(const fs::path& database) {
  return fs::path(database) += ".lock";
}
fs::path folder_of(const fs::path& database) {
  return fs::path(database) += ".d";
}

}  // namespace synface
