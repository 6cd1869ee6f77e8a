#include "lent.h"

#include <fmt/format.h>

#include <string>

namespace synface::plugin::check {

Lent::Lent(Memory& memory, std::string_view name, synface_dtype dtype,
           std::vector<std::int64_t> shape, Role role, bool channels_last)
    : dtype_(dtype) {
  const std::size_t n = shape.size();
  struct Record {
    synface_tensor view;
    std::int64_t shape[SYNFACE_MAX_DIMS], strides[SYNFACE_MAX_DIMS];
  };
  // The view itself is never written by a plugin: an input, whatever the data is.
  const Role own = role == Role::kBound ? Role::kBound : Role::kInput;
  auto* record =
      reinterpret_cast<Record*>(memory.take(fmt::format("view of {}", name), sizeof(Record), own));
  for (std::size_t d = n; d-- > 0;) {
    record->shape[d] = shape[d];
    record->strides[d] = count_;
    count_ *= shape[d];
  }
  if (channels_last) {
    const std::int64_t c = shape[1], h = shape[2], w = shape[3];
    const std::int64_t strides[] = {h * w * c, 1, w * c, c};
    std::copy(std::begin(strides), std::end(strides), record->strides);
  }
  bytes_ = static_cast<std::size_t>(count_) * dtype.bits / 8;
  data_ = bytes_ == 0 ? nullptr : memory.take(name, bytes_, role);
  view_ = &record->view;
  view_->data = data_;
  view_->dev_type = SYNFACE_DEVICE_CPU;
  view_->ndim = static_cast<std::int32_t>(n);
  view_->dtype = dtype;
  view_->shape = record->shape;
  view_->strides = record->strides;
  view_->flags = (role == Role::kInput ? SYNFACE_TENSOR_READ_ONLY : 0) |
                 (channels_last ? SYNFACE_TENSOR_CHANNELS_LAST : 0);
}

void Lent::set(std::int64_t i, double value) {
  if (dtype_.code != SYNFACE_FLOAT) {
    as<std::int32_t>()[i * dtype_.bits / 32] = static_cast<std::int32_t>(value * 1000);
  } else if (dtype_.bits == 64) {
    as<double>()[i] = value;
  } else {
    as<float>()[i] = static_cast<float>(value);
  }
}

double Lent::get(std::int64_t i) const {
  return dtype_.bits == 64 ? as<double>()[i] : static_cast<double>(as<float>()[i]);
}

std::vector<std::string> Lent::rows(std::size_t n) const {
  std::vector<std::string> rows(n);
  const std::size_t size = n == 0 ? 0 : bytes_ / n;
  for (std::size_t r = 0; r < n && size > 0; ++r) {
    rows[r].assign(reinterpret_cast<const char*>(data_) + r * size, size);
  }
  return rows;
}

synface_context* lend_context(Memory& memory) {
  auto* ctx = reinterpret_cast<synface_context*>(
      memory.take("context", sizeof(synface_context), Role::kCall));
  ctx->struct_size = sizeof *ctx;
  ctx->dev_type = SYNFACE_DEVICE_CPU;
  ctx->key[0] = 0x243F6A88U;
  ctx->key[1] = 0x85A308D3U;
  ctx->total_steps = 1000;
  ctx->threads = 1;
  ctx->compute = kF32;
  ctx->deterministic = 1;
  ctx->margin_scale = 1.0F;
  return ctx;
}

}  // namespace synface::plugin::check
