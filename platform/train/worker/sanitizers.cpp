#include "sanitizers.h"

#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <synface/plugin/sanitizer.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace synface::worker {

void start_with_sanitizers(const Json& spec, char** argv) {
  std::vector<std::filesystem::path> libraries;
  if (spec.is_object() && spec.contains("plugins")) {
    for (const Json& library : spec.at("plugins")) {
      if (library.is_string()) libraries.emplace_back(library.get<std::string>());
    }
  }
  const auto environment = plugin::sanitizer_environment(libraries);
  if (environment.empty()) return;
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  if (environment.contains("LD_PRELOAD")) {
    fmt::print(stderr, "starts again with {}, which a plugin was compiled for\n",
               environment.at("LD_PRELOAD"));
  }
  execv(executable_path().c_str(), argv);
  fail(ExitCode::kInternal, "cannot start this program again: {}", std::strerror(errno));
}

}  // namespace synface::worker
