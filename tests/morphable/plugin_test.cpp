// The generator through the ABI alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/ext/parallel.h>

#include <algorithm>
#include <set>

#include "abi_plugin.h"
#include "temp_folder.h"

namespace {

using abi_test::Array;
using abi_test::must;
using testing::HasSubstr;
using Generator = abi_test::Plugin<synface_generator_table>;
using Settings = std::map<std::string, abi_test::Setting>;

constexpr int64_t kSize = 32;

synface_dims dims_of(int64_t size = kSize) {
  synface_dims dims{};
  dims.height = dims.width = size;
  return dims;
}

// The plugin with what a host does to it.
struct Morphable {
  explicit Morphable(const Settings& settings = {}, const abi_test::Host& host = abi_test::Host())
      : plugin("morphable.so", "morphable", settings, dims_of(), host) {
    must([&](synface_error* e) { return plugin->blocks(plugin.self(), &blocks, &n, e); });
  }
  int64_t row() const { return blocks[n - 1]->offset + blocks[n - 1]->length; }
  std::vector<float> latents(const std::vector<synface_key>& keys) const {
    Array<float> out({static_cast<int64_t>(keys.size()), row()});
    const synface_context ctx = abi_test::context();
    must([&](synface_error* e) {
      return plugin->latents(plugin.self(), &ctx, keys.data(), keys.size(), out.view(), e);
    });
    return out.values();
  }
  std::vector<uint8_t> render(const std::vector<float>& latents,
                              const std::vector<synface_key>& keys, uint32_t threads = 1,
                              const volatile uint32_t* cancel = nullptr) const {
    const auto count = static_cast<int64_t>(keys.size());
    Array<float> rows({count, row()}, latents);
    Array<uint8_t> images({count, kSize, kSize, 3});
    synface_context ctx = abi_test::context();
    ctx.threads = threads;
    ctx.cancel = cancel;
    must([&](synface_error* e) {
      return plugin->render(plugin.self(), &ctx, rows.view(), keys.data(), images.view(), e);
    });
    return images.values();
  }
  std::vector<uint8_t> images(const std::vector<synface_key>& keys) const {
    return render(latents(keys), keys);
  }

  Generator plugin;
  const synface_block* const* blocks = nullptr;
  uint32_t n = 0;
};

std::vector<synface_key> grid(uint32_t identities, uint32_t samples, uint64_t seed = 4) {
  std::vector<synface_key> keys;
  for (uint32_t i = 0; i < identities; ++i) {
    for (uint32_t k = 0; k < samples; ++k) keys.push_back({seed, i, k, 0, 0});
  }
  return keys;
}

std::vector<uint8_t> image_at(const std::vector<uint8_t>& images, std::size_t i) {
  const std::size_t size = 3 * kSize * kSize;
  return {images.begin() + static_cast<std::ptrdiff_t>(i * size),
          images.begin() + static_cast<std::ptrdiff_t>((i + 1) * size)};
}

TEST(Morphable, BlocksCoverTheRowWithoutGap) {
  const Morphable m;
  std::set<std::string> names;
  uint32_t offset = 0;
  for (uint32_t b = 0; b < m.n; ++b) {
    EXPECT_EQ(m.blocks[b]->offset, offset);
    EXPECT_GT(m.blocks[b]->length, 0U);
    offset += m.blocks[b]->length;
    const bool identity = abi_test::view(m.blocks[b]->name) == "identity";
    EXPECT_EQ(m.blocks[b]->flags,
              identity ? SYNFACE_BLOCK_PER_IDENTITY | SYNFACE_BLOCK_MIXABLE : 0U);
    names.emplace(abi_test::view(m.blocks[b]->name));
  }
  EXPECT_EQ(names, (std::set<std::string>{"identity", "expression", "illumination", "pose",
                                          "camera", "background", "grooming", "accessories"}));
}

TEST(Morphable, TheExtentIsUnbounded) {
  const Morphable m;
  uint64_t identities = 0;
  uint64_t samples[2] = {0, 0};
  must([&](synface_error* e) {
    return m.plugin->extent(m.plugin.self(), &identities, 5, 2, samples, e);
  });
  EXPECT_EQ(identities, UINT64_MAX);
  EXPECT_EQ(samples[1], UINT64_MAX);
}

TEST(Morphable, TheSmallSetIsAPartOfTheLargeOne) {
  const Morphable m;
  const auto large = m.images(grid(8, 10));
  const auto small = m.images(grid(4, 5));
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < 5; ++k) {
      EXPECT_EQ(image_at(small, 5 * i + k), image_at(large, 10 * i + k)) << i << ", " << k;
    }
  }
}

TEST(Morphable, BatchesMayBeSplitAndReordered) {
  const Morphable m;
  const auto keys = grid(4, 3);
  const auto whole = m.images(keys);
  for (std::size_t i = keys.size(); i-- > 0;) {
    EXPECT_EQ(m.images({keys[i]}), image_at(whole, i)) << i;
  }
}

// A host whose "threads" run the ranges backwards.
synface_status backwards(const synface_context*, uint64_t n, uint64_t grain,
                         synface_parallel_body body, void* user, synface_error* error) noexcept {
  for (uint64_t first = n; first > 0;) {
    const uint64_t begin = first > grain ? first - grain : 0;
    const synface_status status = body(user, begin, first, error);
    if (status != SYNFACE_OK) return status;
    first = begin;
  }
  return SYNFACE_OK;
}

TEST(Morphable, ThreadsChangeNothing) {
  const synface_ext_parallel parallel{sizeof parallel, 0, &backwards};
  abi_test::Host host;
  host.offer(SYNFACE_EXT_PARALLEL, &parallel);
  const Morphable m({}, host);
  const auto keys = grid(3, 4);
  const auto rows = m.latents(keys);
  EXPECT_EQ(m.render(rows, keys, 4), m.render(rows, keys, 1));
}

TEST(Morphable, MasksAreAFunctionOfTheRow) {
  const Morphable m;
  const auto keys = grid(3, 2);
  const auto rows = m.latents(keys);
  const auto masks_of = [&](const std::vector<float>& some, std::size_t n) {
    const auto count = static_cast<int64_t>(n);
    Array<float> latents({count, m.row()}, some);
    Array<uint8_t> masks({count, kSize, kSize});
    const synface_context ctx = abi_test::context();
    must([&](synface_error* e) {
      return m.plugin->masks(m.plugin.self(), &ctx, latents.view(), keys.data(), masks.view(), e);
    });
    return masks.values();
  };
  const auto whole = masks_of(rows, keys.size());
  EXPECT_LE(*std::max_element(whole.begin(), whole.end()), 6);
  std::set<uint8_t> seen(whole.begin(), whole.end());
  EXPECT_TRUE(seen.count(0) && seen.count(1) && seen.count(2));
  const std::vector<float> second(rows.begin() + m.row(), rows.begin() + 2 * m.row());
  const auto one = masks_of(second, 1);
  EXPECT_TRUE(std::equal(one.begin(), one.end(), whole.begin() + kSize * kSize));
}

TEST(Morphable, CopiesAreOnePicture) {
  const Morphable m(Settings{{"copies", true}});
  const auto images = m.images(grid(2, 3));
  EXPECT_EQ(image_at(images, 0), image_at(images, 1));
  EXPECT_EQ(image_at(images, 0), image_at(images, 2));
  EXPECT_NE(image_at(images, 0), image_at(images, 3));
  EXPECT_EQ(image_at(images, 0), image_at(Morphable().images(grid(1, 1)), 0));
}

TEST(Morphable, EverySwitchChangesPictures) {
  const auto keys = grid(12, 4);
  const auto usual = Morphable().images(keys);
  for (const char* key : {"pose", "expression", "illumination", "background", "camera", "hair",
                          "shadow", "skin_detail", "skin_cues", "grooming", "accessories"}) {
    EXPECT_NE(Morphable(Settings{{key, false}}).images(keys), usual) << key;
  }
  for (const char* key : {"yaw_sd", "pitch_sd", "jitter", "shape_scale", "exposure_sd", "glasses",
                          "headwear", "makeup", "occlusion", "white_balance_sd", "motion",
                          "glasses_persistence", "men", "african", "asian", "caucasian"}) {
    EXPECT_NE(Morphable(Settings{{key, 0.45}}).images(keys), usual) << key;
  }
  // What it costs is not to be seen in pictures this small.
  EXPECT_NE(Morphable(Settings{{"low_resolution", 0.45}}).latents(keys), Morphable().latents(keys));
}

TEST(Morphable, APopulationOfNobodyIsRefused) {
  const Settings nobody{{"african", 0.0}, {"asian", 0.0}, {"caucasian", 0.0}};
  try {
    const Morphable m(nobody);
    FAIL() << "created without people";
  } catch (const abi_test::CallFailed& e) {
    EXPECT_EQ(e.code, SYNFACE_ERR_INVALID);
    EXPECT_THAT(e.what(), HasSubstr("all 0"));
  }
}

TEST(Morphable, AnEmptyBatchSucceeds) {
  const Morphable m;
  EXPECT_TRUE(m.images({}).empty());
}

TEST(Morphable, AMissingHeadIsNamed) {
  try {
    const Morphable m(Settings{{"head", "/nowhere/my.safetensors"}});
    FAIL() << "created without a head";
  } catch (const abi_test::CallFailed& e) {
    EXPECT_EQ(e.code, SYNFACE_ERR_IO);
    EXPECT_THAT(e.what(), HasSubstr("/nowhere/my.safetensors"));
    EXPECT_THAT(e.what(), HasSubstr("synface-headc"));
  }
}

TEST(Morphable, ADamagedHeadIsRefused) {
  const TempFolder folder;
  const std::string path = folder.write("text.safetensors", "this is no head, only words");
  try {
    const Morphable m(Settings{{"head", path.c_str()}});
    FAIL() << "created with a text file";
  } catch (const abi_test::CallFailed& e) {
    EXPECT_EQ(e.code, SYNFACE_ERR_IO);
    EXPECT_THAT(e.what(), HasSubstr(path));
  }
}

TEST(Morphable, ImpossibleSizesAreRefused) {
  for (const int64_t size : {int64_t{0}, int64_t{8}, int64_t{5000}}) {
    try {
      const Generator plugin("morphable.so", "morphable", {}, dims_of(size));
      FAIL() << size;
    } catch (const abi_test::CallFailed& e) {
      EXPECT_EQ(e.code, SYNFACE_ERR_INVALID);
    }
  }
}

// Without kernels or without a GPU the error says which; with both, the pictures are the CPU's
// within a grey level.
TEST(Morphable, ADeviceThatIsNotThereIsNamed) {
  const auto keys = grid(5, 4);
  try {
    const Morphable gpu(Settings{{"device", "cuda"}});
    const auto there = gpu.images(keys);
    const auto here = Morphable().images(keys);
    std::size_t near = 0;
    for (std::size_t i = 0; i < here.size(); ++i) near += std::abs(here[i] - there[i]) <= 1 ? 1 : 0;
    EXPECT_GE(static_cast<double>(near), 0.999 * static_cast<double>(here.size()));
  } catch (const abi_test::CallFailed& e) {
    EXPECT_EQ(e.code, SYNFACE_ERR_UNSUPPORTED);
    EXPECT_THAT(e.what(), testing::AnyOf(HasSubstr("this build has no CUDA kernels"),
                                         HasSubstr("no CUDA device is present")));
  }
  EXPECT_EQ(Morphable(Settings{{"device", "cpu"}}).images(keys), Morphable().images(keys));
}

TEST(Morphable, ANotFiniteLatentIsANumericError) {
  const Morphable m;
  const auto keys = grid(1, 2);
  auto rows = m.latents(keys);
  rows[static_cast<std::size_t>(m.row()) + 3] = std::nanf("");
  try {
    m.render(rows, keys);
    FAIL() << "drawn";
  } catch (const abi_test::CallFailed& e) {
    EXPECT_EQ(e.code, SYNFACE_ERR_NUMERIC);
  }
}

TEST(Morphable, ACancelledCallEnds) {
  const Morphable m;
  const auto keys = grid(1, 2);
  const volatile uint32_t cancel = 1;
  try {
    m.render(m.latents(keys), keys, 1, &cancel);
    FAIL() << "drawn";
  } catch (const abi_test::CallFailed& e) {
    EXPECT_EQ(e.code, SYNFACE_ERR_CANCELLED);
  }
}

}  // namespace
