#include "sdk_files.h"

#include "synface/base/error.h"
#include "synface/base/paths.h"

namespace synface::cli {
namespace {

namespace fs = std::filesystem;

fs::path need(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return path;
  fail(ExitCode::kSetup,
       "what a plugin is built with is not there: {} is missing; install synface whole (`cmake "
       "--install`, component sdk), or run it from its build folder",
       path.string());
}

}  // namespace

SdkFiles SdkFiles::find() {
  const fs::path prefix = executable_folder().parent_path();
  std::error_code error;
  const fs::path built = prefix / "package";
  const bool is_build = fs::exists(built / "synfaceConfig.cmake", error);
  const fs::path package = is_build ? built : prefix / "lib" / "cmake" / "synface";
  need(package / "synfaceConfig.cmake");
  const fs::path share = prefix / "share" / "synface";
  return {need(share / "templates"), package, need(share / "rust"), executable_path()};
}

}  // namespace synface::cli
