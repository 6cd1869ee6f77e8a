// A device's kernels and batches, with the bodies of the kernels compiled for the CPU, against the
// CPU's own loops; opening a GPU where there is none.
#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/train/device.h>
#include <synface/train/parameters.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include "augment_passes.h"
#include "augment_recipe.h"
#include "augmented.h"
#include "torch_device.h"

namespace synface::train {
namespace {

// Design: CPU and GPU agree within one grey level. The bodies do better: to the bit.
void expect_the_cpus_loops(const Augmentation& settings, std::int64_t h, std::int64_t w) {
  constexpr std::size_t kImages = 64;
  const auto count = static_cast<std::size_t>(3 * h * w);
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto picture = smooth_picture(h, w, static_cast<double>(i));
    pixels.insert(pixels.end(), picture.begin(), picture.end());
  }
  const auto device = make_host_device();
  DeviceArray<std::uint8_t> there(*device, pixels.size());
  DeviceArray<Recipe> recipes(*device, kImages);
  DeviceArray<float> scratch(*device, pixels.size()), out(*device, pixels.size());
  std::vector<Recipe> recipe(kImages);
  for (std::size_t i = 0; i < kImages; ++i) {
    recipe[i] = recipe_of(settings, 5, i, {h, w}, pixels.data() + i * count);
  }
  there.upload(pixels.data(), pixels.size());
  recipes.upload(recipe.data(), recipe.size());
  device->augment(kImages, h, w, stages_of(kImages, recipe.data()), there.data(), recipes.data(),
                  scratch.data(), out.data());
  std::vector<float> got(pixels.size());
  out.download(got.data(), got.size());
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto wanted = augmented(settings, 5, i, h, w, pixels.data() + i * count);
    for (std::size_t p = 0; p < count; ++p) ASSERT_EQ(got[i * count + p], wanted[p]) << i;
  }
}

TEST(HostDevice, AugmentsAsTheCpusLoopsDo) {
  Augmentation standard;
  standard.blur = 0.5;  // with it and without it
  expect_the_cpus_loops(standard, 20, 24);
  expect_the_cpus_loops(kNothing, 20, 24);
  expect_the_cpus_loops(everything(), 48, 48);
  // Sides that are no whole number of JPEG's blocks, of chroma samples, of vectors.
  expect_the_cpus_loops(everything(), 17, 31);
  expect_the_cpus_loops(everything(), 3, 1);
  const Augmentation parts[] = {
      only([](auto& a) { a.resample = .5; }), only([](auto& a) { a.jpeg = .5; }),
      only([](auto& a) { a.gamma = .5; }), only([](auto& a) { a.warp = .1; })};
  for (const Augmentation& part : parts) expect_the_cpus_loops(part, 20, 24);
}

// Passes that no image of the batch needs are not started.
TEST(HostDevice, StagesAreThoseThatAnyImageHas) {
  const auto stages = [](const Augmentation& settings) {
    const auto picture = smooth_picture(16, 16);
    std::vector<Recipe> recipes(40);
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      recipes[i] = recipe_of(settings, 1, i, {16, 16}, picture.data());
    }
    const Stages s = stages_of(40, recipes.data());
    return std::array<bool, 3>{s.blur, s.resample, s.jpeg};
  };
  using Three = std::array<bool, 3>;
  EXPECT_EQ(stages(kNothing), (Three{false, false, false}));
  EXPECT_EQ(stages(only([](auto& a) { a.blur = .3; })), (Three{true, false, false}));
  EXPECT_EQ(stages(only([](auto& a) { a.resample = .3; })), (Three{false, true, false}));
  EXPECT_EQ(stages(only([](auto& a) { a.jpeg = .3; })), (Three{false, false, true}));
  EXPECT_EQ(stages(everything()), (Three{true, true, true}));
}

TEST(HostDevice, MovesParametersAsTheCpuDoes) {
  const std::vector<ParameterSpec> specs = {{"backbone.conv", {30, 5}, true, true, 1.0F},
                                            {"backbone.slope", {7}, true, false, 1.0F},
                                            {"backbone.mean", {7}, false, true, 1.0F},
                                            {"loss.weight", {40, 5}, true, true, 0.5F}};
  const auto device = make_host_device();
  Parameters cpu(specs, true), there(specs, true, device.get());
  for (Parameters* p : {&cpu, &there}) {
    float next = 0.1F;
    for (float& v : p->flat_values()) v = std::sin(next += 0.37F);
    p->push();
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (p->gradient(i) == nullptr) continue;
      std::vector<float> gradient(static_cast<std::size_t>(p->value(i).count()));
      for (float& g : gradient) g = std::cos(next += 0.11F);
      device->upload(p->gradient(i)->data, gradient.data(), gradient.size() * sizeof(float));
    }
  }
  EXPECT_DOUBLE_EQ(there.gradient_norm(), cpu.gradient_norm());
  for (const bool nesterov : {true, false}) {
    const SgdSettings settings{0.05F, 0.9F, 5e-4F, nesterov};
    cpu.step(settings, 1);
    there.step(settings, 1);
  }
  const std::vector<float> before(there.flat_values().begin(), there.flat_values().end());
  there.pull();
  EXPECT_NE(std::vector<float>(there.flat_values().begin(), there.flat_values().end()), before);
  EXPECT_TRUE(std::ranges::equal(there.flat_values(), cpu.flat_values()));
  EXPECT_TRUE(std::ranges::equal(there.flat_momentum(), cpu.flat_momentum()));
  EXPECT_EQ(there.find_not_finite(), "");
  const float nan = std::nanf("");
  device->upload((*there.value(1)).data, &nan, sizeof nan);
  EXPECT_EQ(there.find_not_finite(), "backbone.slope");
}

// What the host's extensions do for a plugin on a device.
TEST(TorchPlace, MultipliesAndNormalises) {
  const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 2, 1, 0, 1};  // [2, 3] each
  float c[] = {1, 1, 1, 1}, unit[6], length[2];
  const auto view = [](const float* data, std::int64_t rows, std::int64_t columns) {
    return View(const_cast<float*>(data), {rows, columns});
  };
  torch_gemm({}, *view(a, 2, 3), false, *view(b, 2, 3), true, 2, 3, *view(c, 2, 2));
  const float wanted[] = {2 * 7 + 3, 2 * 4 + 3, 2 * 16 + 3, 2 * 10 + 3};
  for (int i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(c[i], wanted[i]);
  torch_gemm({}, *view(a, 2, 3), false, *view(b, 2, 3), true, 1, 0, *view(c, 2, 2));
  EXPECT_FLOAT_EQ(c[2], 16);
  torch_normalise({}, *view(a, 2, 3), *view(unit, 2, 3), View(length, {2}).get());
  EXPECT_FLOAT_EQ(length[1], std::sqrt(77.0F));
  EXPECT_FLOAT_EQ(unit[5], 6 / std::sqrt(77.0F));
  void* const memory = torch_take({}, 1000);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 64, 0U);
  torch_give({}, memory);
}

TEST(OpenDevice, RefusesWhatIsNoDevice) {
  for (const char* name : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", ""}) {
    try {
      open_device(name, true);
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage) << error.what();
    }
  }
}

#ifdef SYNFACE_HOST_CUDA
// LibTorch's CUDA half maps without a driver, so that this much can be seen anywhere.
TEST(OpenDevice, LoadsTheCudaHalfAndSaysWhyItDoesNotStart) {
  if (!std::filesystem::exists(SYNFACE_TEST_TORCH_CUDA)) {
    GTEST_SKIP() << "no " << SYNFACE_TEST_TORCH_CUDA << "; ./synface setup --gpu fetches it";
  }
  if (std::filesystem::exists("/dev/nvidiactl")) GTEST_SKIP() << "there is a GPU here";
  EXPECT_EQ(load_torch_cuda(), "");
  EXPECT_NE(start_torch_cuda(true).find("driver"), std::string::npos) << start_torch_cuda(true);
}
#endif

TEST(OpenDevice, WithoutAGpuSaysWhatWasLookedFor) {
#ifdef SYNFACE_HOST_CUDA
  if (std::filesystem::exists("/dev/nvidiactl")) GTEST_SKIP() << "there is a GPU here";
  const std::string wanted = "libcuda.so.1";
#else
  const std::string wanted = "built for the CPU alone (preset cuda builds one for GPUs)";
#endif
  try {
    open_device("cuda:1", true);
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kSetup);
    EXPECT_NE(std::string(error.what()).find("device cuda:1"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(wanted), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace synface::train
