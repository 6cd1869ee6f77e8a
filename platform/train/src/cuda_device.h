// A GPU through the CUDA runtime; in builds with SYNFACE_CUDA.
#pragma once

#include <synface/train/device.h>

#include <string>

namespace synface::train {

// GPUs that the driver shows. Error(kSetup) that names what was looked for where there is no
// driver or no GPU.
int cuda_device_count();

// GPU number `id`, with a stream of its own. Error(kSetup) where it does not start.
std::unique_ptr<Device> make_cuda_device(int id);

}  // namespace synface::train
