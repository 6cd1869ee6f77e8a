// Where memory lies and where something computes.
#pragma once

#include <synface/base.h>

#include <cstdint>

namespace synface::train {

struct Place {
  std::int32_t type = SYNFACE_DEVICE_CPU;
  std::int32_t id = 0;
  void* stream = nullptr;  // CUDA: the one stream of the trial, a cudaStream_t

  bool cuda() const { return type == SYNFACE_DEVICE_CUDA; }
};

}  // namespace synface::train
