// The network of plugins/backbones/fastnet as plain C++ calls, without its note, entry and status
// codes. A header of its own, because LibTorch's headers and the host's fmt do not mix.
#pragma once

#include <synface/synface.h>

namespace synface::bench::fastnet {

// For making an instance, which both arms do through the table.
const synface_plugin& record();
const synface_backbone_table& table();

// `self`: an instance of that table. Whatever the network throws comes through. The result is a
// tape for backward() where `train`, else nullptr.
void* forward(void* self, const synface_context& ctx, const synface_tensor& x,
              const synface_tensor& embeddings, bool train);
void backward(void* self, const synface_context& ctx, void* tape,
              const synface_tensor& d_embeddings, const synface_tensor* d_x, bool accumulate);
void free_tape(void* self, void* tape) noexcept;

}  // namespace synface::bench::fastnet
