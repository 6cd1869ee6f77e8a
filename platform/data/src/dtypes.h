// Names of the element types in a .safetensors header.
#pragma once

#include <synface/data/tensorfile.h>

#include <array>

namespace synface::data {

struct DtypeName {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
};

inline constexpr std::array<DtypeName, 13> kDtypes = {{{Dtype::kU8, "U8", 1},
                                                       {Dtype::kI8, "I8", 1},
                                                       {Dtype::kU16, "U16", 2},
                                                       {Dtype::kI16, "I16", 2},
                                                       {Dtype::kU32, "U32", 4},
                                                       {Dtype::kI32, "I32", 4},
                                                       {Dtype::kU64, "U64", 8},
                                                       {Dtype::kI64, "I64", 8},
                                                       {Dtype::kF16, "F16", 2},
                                                       {Dtype::kBF16, "BF16", 2},
                                                       {Dtype::kF32, "F32", 4},
                                                       {Dtype::kF64, "F64", 8},
                                                       {Dtype::kBool, "BOOL", 1}}};

// Tensors start at multiples of this in the files that we write, and in memory always.
inline constexpr std::size_t kTensorAlignment = 256;
inline constexpr std::uint64_t kMaxHeader = std::uint64_t{100} << 20;
inline constexpr std::size_t kMaxTensorDims = 8;  // SYNFACE_MAX_DIMS

}  // namespace synface::data
