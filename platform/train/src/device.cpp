#include <synface/base/error.h>
#include <synface/train/device.h>

#include <charconv>

#ifdef SYNFACE_HOST_CUDA
#include "cuda_device.h"
#include "torch_device.h"
#endif

namespace synface::train {
namespace {

// "cuda" is the first GPU, "cuda:1" the second.
int number_of(const std::string& name) {
  if (name == "cuda") return 0;
  int id = -1;
  if (name.starts_with("cuda:")) {
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + 5, end, id);
    if (error != std::errc() || stop != end) id = -1;
  }
  if (id < 0) {
    fail(ExitCode::kUsage, "a device is \"cpu\", \"cuda\" or \"cuda:1\", not \"{}\"", name);
  }
  return id;
}

}  // namespace

#ifdef SYNFACE_HOST_CUDA

std::unique_ptr<Device> open_device(const std::string& name, bool deterministic) {
  const int id = number_of(name);
  try {
    if (const int count = cuda_device_count(); id >= count) {
      fail(ExitCode::kSetup, "the driver shows {} GPU{}, numbered from 0", count,
           count == 1 ? "" : "s");
    }
    if (const std::string fault = load_torch_cuda(); !fault.empty()) {
      fail(ExitCode::kSetup,
           "LibTorch's CUDA half could not be loaded: {}; ./synface setup --gpu fetches it with "
           "the libraries that it needs, and a build of the preset cuda after that finds it",
           fault);
    }
    if (const std::string fault = start_torch_cuda(deterministic); !fault.empty()) {
      fail(ExitCode::kSetup, "LibTorch does not start on the GPU: {}", fault);
    }
    return make_cuda_device(id);
  } catch (const Error& error) {
    fail(error.code(), "device {}: {}", name, error.what());
  }
}

#else

std::unique_ptr<Device> open_device(const std::string& name, bool) {
  static_cast<void>(number_of(name));
  fail(ExitCode::kSetup,
       "device {} was asked for; this worker was built for the CPU alone "
       "(preset cuda builds one for GPUs)",
       name);
}

#endif

}  // namespace synface::train
