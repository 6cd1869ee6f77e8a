// Which GPUs there seem to be, told without loading a driver.
#pragma once

#include <string>
#include <vector>

namespace synface::cli {

struct CudaSearch {
  bool present = false;  // a driver library and a device file
  bool built = false;    // this build computes on GPUs (preset cuda)
  std::vector<std::string> looked_for, found;

  bool usable() const { return present && built; }
  std::string text() const;
};

// Looks for the driver (libcuda.so.1 in the loader's folders), the device files /dev/nvidia[0-9]
// and /dev/nvidiactl, and the kernel's /proc/driver/nvidia/version.
CudaSearch find_cuda();

}  // namespace synface::cli
