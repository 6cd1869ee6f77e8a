#include "synface/plugin/sanitizer.h"

#include <dlfcn.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/plugin/elf.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace synface::plugin {
namespace {

// gcc's and clang's.
bool is_asan(std::string_view soname) {
  return soname.starts_with("libasan.so") || soname.starts_with("libclang_rt.asan");
}
bool is_ubsan(std::string_view soname) {
  return soname.starts_with("libubsan.so") || soname.starts_with("libclang_rt.ubsan");
}

std::vector<std::string> needed_by(const std::filesystem::path& library) {
  try {
    return read_elf(MappedFile(library).bytes()).needed;
  } catch (const Error&) {
    return {};
  }
}

bool is_loaded(const std::string& soname) {
  void* const handle = dlopen(soname.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return false;
  dlclose(handle);
  return true;
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Later options win.
void add_options(std::map<std::string, std::string>& to, const char* name, const char* options) {
  const std::string given = variable(name);
  if (given.find(options) != std::string::npos) return;
  to[name] = given.empty() ? options : std::string(options) + ":" + given;
}

void preload(std::map<std::string, std::string>& to, const std::string& soname,
             const std::filesystem::path& library) {
  const std::string given = variable("LD_PRELOAD");
  if (given.find(soname) != std::string::npos) {
    fail(
        ExitCode::kPlugin,
        "{} is compiled with AddressSanitizer, and its runtime {} is not found; install it, or set "
        "LD_PRELOAD to its path",
        library.string(), soname);
  }
  to["LD_PRELOAD"] = given.empty() ? soname : soname + ":" + given;
}

}  // namespace

std::map<std::string, std::string> sanitizer_environment(
    const std::vector<std::filesystem::path>& libraries) {
  std::map<std::string, std::string> environment;
  for (const std::filesystem::path& library : libraries) {
    const std::vector<std::string> needed = needed_by(library);
    const auto asan = std::find_if(needed.begin(), needed.end(), is_asan);
    if (asan != needed.end() && !is_loaded(*asan) && !environment.contains("LD_PRELOAD")) {
      preload(environment, *asan, library);
      // Leaks and unequal pairs of new and free() are also LibTorch's.
      add_options(environment, "ASAN_OPTIONS",
                  "abort_on_error=1:detect_leaks=0:alloc_dealloc_mismatch=0");
    }
    if (std::any_of(needed.begin(), needed.end(), is_ubsan)) {
      add_options(environment, "UBSAN_OPTIONS",
                  "halt_on_error=1:abort_on_error=1:print_stacktrace=1");
    }
  }
  return environment;
}

}  // namespace synface::plugin
