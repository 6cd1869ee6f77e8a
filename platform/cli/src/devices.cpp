#include "devices.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "synface/base/text.h"

namespace synface::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> driver_candidates() {
  std::vector<std::string> files;
  if (const char* path = std::getenv("LD_LIBRARY_PATH"); path != nullptr) {
    for (const auto& folder : split(path, ':')) {
      if (!folder.empty()) files.push_back(folder + "/libcuda.so.1");
    }
  }
  for (const auto* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                             "/usr/lib64", "/usr/local/nvidia/lib64", "/usr/local/cuda/compat"}) {
    files.push_back(fmt::format("{}/libcuda.so.1", folder));
  }
  return files;
}

}  // namespace

std::string CudaSearch::text() const {
  const std::string build = built ? "built for GPUs"
                                  : "built for the CPU alone (SYNFACE_PRESET=cuda ./synface builds "
                                    "and runs the one for GPUs)";
  if (present) return fmt::format("{}; a driver and a device: {}", build, join(found, ", "));
  return fmt::format("{}; no GPU: {}; looked for {}", build,
                     found.empty() ? "nothing was found" : "only " + join(found, ", "),
                     join(looked_for, ", "));
}

CudaSearch find_cuda() {
  CudaSearch search;
#ifdef SYNFACE_HOST_CUDA
  search.built = true;
#endif
  std::error_code error;
  bool driver = false, device = false;
  for (const auto& file : driver_candidates()) {
    search.looked_for.push_back(file);
    if (!fs::exists(file, error)) continue;
    driver = true;
    search.found.push_back(file);
  }
  for (const auto* file : {"/dev/nvidiactl", "/proc/driver/nvidia/version"}) {
    search.looked_for.emplace_back(file);
    if (fs::exists(file, error)) search.found.emplace_back(file);
  }
  search.looked_for.emplace_back("/dev/nvidia[0-9]");
  for (int i = 0; i < 16; ++i) {
    const auto file = fmt::format("/dev/nvidia{}", i);
    if (!fs::exists(file, error)) continue;
    device = true;
    search.found.push_back(file);
  }
  search.present = driver && device;
  return search;
}

}  // namespace synface::cli
