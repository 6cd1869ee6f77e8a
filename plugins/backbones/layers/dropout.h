// Inverted dropout whose mask comes from Philox (stream SYNFACE_STREAM_DROPOUT, the call's
// counter): the same key, the same mask, on every machine and for every number of threads.
#ifndef SYNFACE_BACKBONES_LAYERS_DROPOUT_H
#define SYNFACE_BACKBONES_LAYERS_DROPOUT_H

#include "layers/call.h"

namespace synface::layers {

// [B, n] of 0 with probability `rate`, else 1 / (1 - rate); undefined unless the call trains and
// rate > 0.
at::Tensor dropout_mask(const Call& call, const at::Tensor& like, double rate);

}  // namespace synface::layers

#endif
