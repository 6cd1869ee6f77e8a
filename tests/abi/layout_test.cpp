// What must not move: the tensor's prefix is DLPack's DLTensor, and every table begins with its
// size.
#include <ATen/dlpack.h>
#include <gtest/gtest.h>
#include <synface/synface.h>

#include <cstddef>
#include <cstring>

namespace {

#define SAME_PLACE(OURS, THEIRS)                                               \
  static_assert(offsetof(synface_tensor, OURS) == offsetof(DLTensor, THEIRS)); \
  static_assert(sizeof(synface_tensor::OURS) == sizeof(DLTensor::THEIRS))

SAME_PLACE(data, data);
SAME_PLACE(ndim, ndim);
SAME_PLACE(dtype, dtype);
SAME_PLACE(shape, shape);
SAME_PLACE(strides, strides);
SAME_PLACE(byte_offset, byte_offset);
static_assert(offsetof(synface_tensor, dev_type) == offsetof(DLTensor, device));
static_assert(offsetof(synface_tensor, dev_id) == offsetof(DLTensor, device) + 4);
static_assert(SYNFACE_DEVICE_CPU == kDLCPU);
static_assert(SYNFACE_DEVICE_CUDA == kDLCUDA);
static_assert(SYNFACE_INT == kDLInt);
static_assert(SYNFACE_UINT == kDLUInt);
static_assert(SYNFACE_FLOAT == kDLFloat);
static_assert(SYNFACE_BFLOAT == kDLBfloat);

TEST(Tensor, IsADLTensorByAPointerCast) {
  float values[6] = {};
  const int64_t shape[2] = {2, 3};
  const int64_t strides[2] = {3, 1};
  synface_tensor tensor{};
  tensor.data = values;
  tensor.dev_type = SYNFACE_DEVICE_CPU;
  tensor.ndim = 2;
  tensor.dtype = {SYNFACE_FLOAT, 32, 1};
  tensor.shape = shape;
  tensor.strides = strides;
  DLTensor seen;
  std::memcpy(&seen, &tensor, sizeof seen);
  EXPECT_EQ(seen.data, values);
  EXPECT_EQ(seen.device.device_type, kDLCPU);
  EXPECT_EQ(seen.dtype.bits, 32);
  EXPECT_EQ(seen.shape[1], 3);
}

template <typename Table>
void begins_with_its_size() {
  static_assert(offsetof(Table, struct_size) == 0);
  static_assert(sizeof(Table::struct_size) == 4);
  static_assert(sizeof(Table) % 8 == 0, "no tail padding that a later member could slip into");
}

TEST(Tables, BeginWithTheirSize) {
  begins_with_its_size<synface_sink>();
  begins_with_its_size<synface_error>();
  begins_with_its_size<synface_param>();
  begins_with_its_size<synface_host>();
  begins_with_its_size<synface_context>();
  begins_with_its_size<synface_dims>();
  begins_with_its_size<synface_instance_table>();
  begins_with_its_size<synface_entry>();
  begins_with_its_size<synface_plugin>();
  begins_with_its_size<synface_block>();
  begins_with_its_size<synface_mix_set>();
  begins_with_its_size<synface_mix_info>();
  begins_with_its_size<synface_parameter>();
  begins_with_its_size<synface_parameters_table>();
  begins_with_its_size<synface_loss_info>();
  begins_with_its_size<synface_metric_spec>();
  begins_with_its_size<synface_eval_set>();
  begins_with_its_size<synface_request>();
  begins_with_its_size<synface_result_sink>();
  begins_with_its_size<synface_ext_log>();
  begins_with_its_size<synface_ext_alloc>();
  begins_with_its_size<synface_ext_math>();
  begins_with_its_size<synface_ext_parallel>();
  begins_with_its_size<synface_ext_codec>();
  begins_with_its_size<synface_ext_tensorfile>();
  begins_with_its_size<synface_ext_listing>();
  begins_with_its_size<synface_ext_metric>();
  begins_with_its_size<synface_ext_images>();
  begins_with_its_size<synface_ext_state>();
}

TEST(Kinds, HaveTheInstanceTableFirst) {
  static_assert(offsetof(synface_generator_table, base) == 0);
  static_assert(offsetof(synface_mixup_table, base) == 0);
  static_assert(offsetof(synface_backbone_table, base) == 0);
  static_assert(offsetof(synface_loss_table, base) == 0);
  static_assert(offsetof(synface_benchmark_table, base) == 0);
}

TEST(Entry, MagicReadsAsText) {
  const uint64_t magic = SYNFACE_ENTRY_MAGIC;
  char text[8];
  std::memcpy(text, &magic, sizeof text);
  EXPECT_STREQ(text, "SYNFACE");
}

}  // namespace
