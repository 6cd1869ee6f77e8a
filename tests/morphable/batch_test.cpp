// Pictures of a batch: the passes that a GPU runs, here on the CPU's memory, give what the renderer
// gives; and so do the kernels where there is a GPU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "core/batch_passes.inc"
#include "core/batch_renderer.h"
#include "core/prior.h"

namespace {

using namespace synface::morphable;
using testing::HasSubstr;
using Image = std::vector<uint8_t>;

std::shared_ptr<const HeadModel> head() {
  static const auto model =
      std::make_shared<const HeadModel>(HeadModel::read(SYNFACE_MORPHABLE_HEAD));
  return model;
}

// The passes over this machine's memory, the last item first: a GPU keeps no order either.
class MemoryDevice final : public BatchDevice {
 public:
  using Look = std::function<void(const Picture&, int number)>;
  explicit MemoryDevice(Look look = {}) : look_(std::move(look)) {}

  void* take(std::size_t bytes) override {
    void* const memory = take_staging(bytes);
    ranges_[reinterpret_cast<uintptr_t>(memory)] = bytes;
    return memory;
  }
  void give(void* memory) noexcept override {
    ranges_.erase(reinterpret_cast<uintptr_t>(memory));
    give_staging(memory);
  }
  void* take_staging(std::size_t bytes) override {
    if (++taken > limit)
      throw DeviceMemoryError("no more than " + std::to_string(limit) + " pieces");
    void* const memory = ::operator new(bytes, std::align_val_t{256});
    std::memset(memory, 0xA5, bytes);  // what is read must have been written
    return memory;
  }
  void give_staging(void* memory) noexcept override {
    ::operator delete(memory, std::align_val_t{256});
  }
  void upload(int, void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  void download(int, void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  void clear(int, void* memory, std::size_t bytes) override { std::memset(memory, 0, bytes); }
  void draw(int, const Picture* pictures, int n, const Canvas& canvas,
            const BatchExtent& most) override {
    drawn.push_back(n);
    for_each_pass(canvas, most, [&]<BatchPass kPass>(int32_t items) {
      for (int p = n; p-- > 0;) {
        for (int32_t i = items; i-- > 0;) kPass(pictures[p], canvas, i);
      }
    });
    for (int p = 0; look_ && p < n; ++p) look_(pictures[p], seen_++);
  }
  void wait(int queue) override {
    if (on_wait) on_wait(queue);
  }

  // Whether an address is of memory that was taken from the device.
  bool owns(uintptr_t address) const {
    auto range = ranges_.upper_bound(address);
    return range != ranges_.begin() && (--range)->first + range->second > address;
  }

  int taken = 0;
  std::vector<int> drawn;  // pictures of each call of draw()
  std::function<void(int queue)> on_wait;
  int limit = std::numeric_limits<int>::max();  // of what may be taken

 private:
  std::map<uintptr_t, std::size_t> ranges_;
  Look look_;
  int seen_ = 0;
};

// People in all that the generator has: hair of all sorts, hats, glasses, things before the face,
// photographs behind, every fault of the camera.
struct Rows {
  explicit Rows(const Renderer& renderer, uint32_t n) {
    PriorOptions much;
    much.glasses = much.glasses_persistence = much.headwear = much.occlusion = 0.5;
    much.motion = much.low_resolution = much.jpeg = much.makeup = 0.5;
    const Prior prior(*head(), much);
    for (uint32_t i = 0; i < n; ++i) {
      values.emplace_back(renderer.layout().size);
      prior.draw(5, i / 2, i % 2, values.back().data());
      keys.push_back({5, i / 2, i % 2, 0});
    }
    for (const auto& row : values) pointers.push_back(row.data());
  }
  std::vector<std::vector<float>> values;
  std::vector<const float*> pointers;
  std::vector<ImageKey> keys;
};

RenderOptions plain_options(int height, int width) {
  RenderOptions options;
  options.height = height;
  options.width = width;
  return options;
}

// With photographs behind the head.
RenderOptions options_of(int height, int width) {
  RenderOptions options = plain_options(height, width);
  auto photos = std::make_shared<Photos>();
  for (const int side : {20, 31}) {
    Image rgb;
    for (int i = 0; i < 3 * side * 40; ++i) {
      rgb.push_back(static_cast<uint8_t>(hash2(static_cast<uint32_t>(i), 3) >> 24));
    }
    photos->add(side, 40, std::move(rgb));
  }
  options.photos = photos;
  return options;
}

void in_ranges(std::size_t n, const BatchRenderer::Body& body) {
  for (std::size_t first = 0; first < n; first += 5) body(first, std::min(first + 5, n));
}

Image draw_batch(BatchRenderer& batch, const Renderer& renderer, const Rows& rows) {
  const auto bytes =
      static_cast<std::size_t>(3 * renderer.options().height * renderer.options().width);
  Image images(bytes * rows.keys.size());
  batch.render(rows.pointers.data(), rows.keys.data(), rows.keys.size(), in_ranges, images.data());
  return images;
}

Image draw_one(const Renderer& renderer, const Rows& rows, std::size_t i, Scratch& scratch) {
  Image image(static_cast<std::size_t>(3 * renderer.options().height * renderer.options().width));
  renderer.render(rows.pointers[i], rows.keys[i], scratch, image.data());
  return image;
}

Image draw_all(const Renderer& renderer, const Rows& rows) {
  Image images;
  Scratch scratch;
  for (std::size_t i = 0; i < rows.keys.size(); ++i) {
    const Image one = draw_one(renderer, rows, i, scratch);
    images.insert(images.end(), one.begin(), one.end());
  }
  return images;
}

struct Size {
  int height, width;
  uint32_t pictures;
};
const Size kSizes[] = {{48, 48, 30}, {112, 112, 30}, {37, 61, 16}, {131, 90, 8}};

// Number of samples whose triangle or depth differs.
int differences(const SampleKey* keys, const Raster& raster) {
  int n = 0;
  for (int y = 0; y < raster.height(); ++y) {
    for (int x = 0; x < raster.width(); ++x, keys += kSamples) {
      const Sight a = sight_of(keys);
      const Sight b = raster.sight(y, x);
      for (int s = 0; s < kSamples; ++s) {
        n += a.ids[s] != b.ids[s] || a.depths[s] != b.depths[s] ? 1 : 0;
      }
    }
  }
  return n;
}

TEST(Batch, EverySampleSeesTheTriangleThatTheVectorsSaw) {
  for (const Size& size : kSizes) {
    for (const Kernels* kernels : usable_kernels()) {
      RenderOptions options = options_of(size.height, size.width);
      options.kernels = kernels;
      const Renderer renderer(head(), options);
      const Rows rows(renderer, 8);
      int lenses = 0;
      int worn = 0;
      int seen = 0;
      const auto look = [&](const Picture& picture, int number) {
        Scratch scratch;
        draw_one(renderer, rows, static_cast<std::size_t>(number), scratch);
        EXPECT_EQ(differences(picture.samples, scratch.raster), 0) << number;
        if (picture.lens_count > 0) {
          ++lenses;
          EXPECT_EQ(differences(picture.lens_samples, scratch.lenses), 0) << number;
        }
        worn += picture.triangles > picture.stage.head.triangle_count ? 1 : 0;
        ++seen;
      };
      BatchRenderer batch(renderer, std::make_unique<MemoryDevice>(look));
      draw_batch(batch, renderer, rows);
      EXPECT_EQ(seen, 8);
      EXPECT_GT(worn, 4);
      EXPECT_GT(lenses, 0);
    }
  }
}

TEST(Batch, ThePassesOnTheCpuGiveTheRenderersBytes) {
  for (const Size& size : kSizes) {
    const Renderer renderer(head(), options_of(size.height, size.width));
    const Rows rows(renderer, size.pictures);
    BatchRenderer batch(renderer, std::make_unique<MemoryDevice>());
    EXPECT_TRUE(draw_batch(batch, renderer, rows) == draw_all(renderer, rows))
        << size.height << " x " << size.width;
  }
}

// A GPU cannot read what lies here. Words of a record that are addresses as Linux gives them to a
// process on x86-64 (0x5555..., 0x7f...) are pointers: as two floats the second would be denormal,
// as two counts it would be over 20479.
TEST(Batch, NothingInAPicturePointsToThisMachinesMemory) {
#ifndef __x86_64__
  GTEST_SKIP() << "pointers are told from numbers as they look on x86-64";
#endif
  // A backdrop ends in a float and padding, in which anything may be.
  constexpr std::size_t kPadding =
      offsetof(Picture, stage) + offsetof(Stage, backdrop) + sizeof(Backdrop) - 8;
  const auto pointers = [](const auto& record, const auto& each) {
    for (std::size_t at = 0; at + 8 <= sizeof record; at += 8) {
      uintptr_t word = 0;
      std::memcpy(&word, reinterpret_cast<const char*>(&record) + at, sizeof word);
      if (at != kPadding && word >> 44 >= 5 && word >> 44 <= 7) each(word);
    }
  };
  const Renderer renderer(head(), options_of(48, 48));
  const MemoryDevice* device = nullptr;
  std::size_t seen = 0;
  std::size_t elsewhere = 0;
  const auto count = [&](uintptr_t word) {
    ++seen;
    elsewhere += device->owns(word) ? 0 : 1;
  };
  auto made = std::make_unique<MemoryDevice>([&](const Picture& picture, int) {
    ASSERT_LT(std::max({picture.vertices, picture.triangles, picture.lens_count,
                        picture.stage.head.vertices, picture.stage.head.triangle_count}),
              0x5000)
        << "a count that this test would take for half a pointer";
    pointers(picture, count);
  });
  device = made.get();
  BatchRenderer batch(renderer, std::move(made));
  const Rows rows(renderer, 12);
  draw_batch(batch, renderer, rows);
  EXPECT_GE(seen, 12U * 25U);  // without glasses and JPEG
  EXPECT_EQ(elsewhere, 0U);
  // The same look finds the pointers of a picture that is drawn here.
  seen = elsewhere = 0;
  pointers(HeadArrays{1, 1, head()->triangles.data()->data(), nullptr, nullptr, head()->part.data(),
                      &renderer.chart()},
           count);
  EXPECT_EQ(seen, 3U);
  EXPECT_EQ(elsewhere, 3U);
}

// Whatever finite numbers come (renderer_test.cpp).
TEST(Batch, WildRowsGiveTheSameBytes) {
  const Renderer renderer(head(), plain_options(32, 40));
  Rows rows(renderer, 12);
  for (std::size_t k = 0; k < rows.values.size(); ++k) {
    auto& row = rows.values[k];
    for (std::size_t i = 0; i < row.size(); ++i) {
      const float factor = (k % 3 == 0) ? 50.0F : (i % 2 == 0 ? -8.0F : 400.0F);
      row[i] = clamp(row[i] * factor, -999.0F, 999.0F);
    }
  }
  BatchRenderer batch(renderer, std::make_unique<MemoryDevice>());
  EXPECT_TRUE(draw_batch(batch, renderer, rows) == draw_all(renderer, rows));
}

TEST(Batch, WithoutShadowsAndDetailAsWell) {
  RenderOptions options = plain_options(48, 48);
  options.shadow = options.detail = false;
  const Renderer renderer(head(), options);
  const Rows rows(renderer, 8);
  BatchRenderer batch(renderer, std::make_unique<MemoryDevice>());
  EXPECT_TRUE(draw_batch(batch, renderer, rows) == draw_all(renderer, rows));
}

TEST(Batch, ManyBatchesTakeNoNewMemoryTheSecondTime) {
  const Renderer renderer(head(), plain_options(16, 16));
  auto device = std::make_unique<MemoryDevice>();
  const MemoryDevice& counted = *device;
  BatchRenderer batch(renderer, std::move(device));
  const Rows rows(renderer, static_cast<uint32_t>(2 * batch.together() + 3));
  const Image once = draw_batch(batch, renderer, rows);
  const int taken = counted.taken;
  EXPECT_TRUE(draw_batch(batch, renderer, rows) == once);
  EXPECT_EQ(counted.taken, taken);
  EXPECT_TRUE(once == draw_all(renderer, rows));
}

// A host with one thread asks for 32 pictures at a time.
TEST(Batch, TheSecondHalfOfACallIsQueuedBeforeTheFirstIsWaitedFor) {
  const Renderer renderer(head(), plain_options(16, 16));
  auto made = std::make_unique<MemoryDevice>();
  MemoryDevice& device = *made;
  BatchRenderer batch(renderer, std::move(made));
  ASSERT_EQ(batch.together(), 64U);
  std::vector<int> queued;  // by the first wait
  device.on_wait = [&](int) {
    if (queued.empty()) queued = device.drawn;
  };
  const auto queued_of = [&](uint32_t n) {
    device.drawn.clear();
    queued.clear();
    const Rows rows(renderer, n);
    EXPECT_TRUE(draw_batch(batch, renderer, rows) == draw_all(renderer, rows)) << n;
    return queued;
  };
  EXPECT_EQ(queued_of(1), (std::vector<int>{1}));
  EXPECT_EQ(queued_of(31), (std::vector<int>{31}));  // halves would be small
  EXPECT_EQ(queued_of(32), (std::vector<int>{16, 16}));
  EXPECT_EQ(queued_of(65), (std::vector<int>{33, 32}));
}

TEST(Batch, TooLittleMemoryNamesTheBatchAndTheNextIsDrawnWhenThereIsMore) {
  const Renderer renderer(head(), plain_options(16, 20));
  const Rows rows(renderer, 3);
  auto made = std::make_unique<MemoryDevice>();
  MemoryDevice& device = *made;
  BatchRenderer batch(renderer, std::move(made));
  for (int more = 0; more < 6; ++more) {              // the buffers of a sheet
    device.limit = device.taken + std::min(more, 1);  // those of before are kept
    try {
      draw_batch(batch, renderer, rows);
      FAIL() << "drawn with too little memory";
    } catch (const DeviceMemoryError& e) {
      EXPECT_THAT(e.what(), HasSubstr("a batch of 3 pictures of 16 x 20: no more than"));
    }
  }
  device.limit = std::numeric_limits<int>::max();
  EXPECT_TRUE(draw_batch(batch, renderer, rows) == draw_all(renderer, rows));
}

TEST(Batch, TooLittleMemoryForTheHeadModelSaysSo) {
  const Renderer renderer(head(), options_of(16, 16));
  for (const int limit : {0, 1}) {
    auto device = std::make_unique<MemoryDevice>();
    device->limit = limit;
    try {
      const BatchRenderer batch(renderer, std::move(device));
      FAIL() << "made with too little memory";
    } catch (const DeviceMemoryError& e) {
      EXPECT_THAT(e.what(), HasSubstr("the head model and 2 photographs: no more than"));
    }
  }
}

TEST(Batch, AfterAnErrorBothQueuesAreWaitedForAndItIsTheErrorToldWhateverElseFails) {
  const Renderer renderer(head(), plain_options(16, 16));
  auto made = std::make_unique<MemoryDevice>();
  MemoryDevice& device = *made;
  BatchRenderer batch(renderer, std::move(made));
  Rows rows(renderer, static_cast<uint32_t>(batch.together() + 1));
  rows.values.back()[7] = std::numeric_limits<float>::quiet_NaN();
  std::vector<int> waited;
  device.on_wait = [&](int queue) {
    waited.push_back(queue);
    throw std::bad_alloc();
  };
  EXPECT_THROW(draw_batch(batch, renderer, rows), std::domain_error);
  EXPECT_EQ(waited, (std::vector<int>{0, 1}));
}

TEST(Batch, ARowThatIsNotFiniteIsRefusedAndTheNextBatchIsDrawn) {
  const Renderer renderer(head(), plain_options(16, 16));
  BatchRenderer batch(renderer, std::make_unique<MemoryDevice>());
  const Rows good(renderer, 3);
  Rows bad(renderer, 3);
  bad.values[1][7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(draw_batch(batch, renderer, bad), std::domain_error);
  EXPECT_TRUE(draw_batch(batch, renderer, good) == draw_all(renderer, good));
}

TEST(Batch, ABuildWithoutKernelsSaysSo) {
  if (has_cuda_kernels()) GTEST_SKIP() << "this build has CUDA kernels";
  try {
    make_cuda_device();
    FAIL() << "a device";
  } catch (const DeviceError& e) {
    EXPECT_THAT(e.what(), HasSubstr("this build has no CUDA kernels"));
    EXPECT_THAT(e.what(), HasSubstr("./synface setup --cuda"));
  }
}

// On a machine with a GPU: the pictures of the kernels. Elsewhere: what says that there is none.
TEST(Batch, TheKernelsAgreeWithinAGreyLevel) {
  if (!has_cuda_kernels()) GTEST_SKIP() << "this build has no CUDA kernels";
  try {
    make_cuda_device();
  } catch (const DeviceError& e) {
    EXPECT_THAT(e.what(), HasSubstr("no CUDA device is present"));
    GTEST_SKIP() << e.what();
  }
  for (const Size& size : kSizes) {
    const Renderer renderer(head(), options_of(size.height, size.width));
    const Rows rows(renderer, 4 * size.pictures);
    BatchRenderer batch(renderer, make_cuda_device());
    const Image gpu = draw_batch(batch, renderer, rows);
    EXPECT_TRUE(draw_batch(batch, renderer, rows) == gpu) << "not the same twice";
    const Image cpu = draw_all(renderer, rows);
    std::size_t equal = 0;
    std::size_t near = 0;  // pixels whose channels differ by no more than a level
    for (std::size_t i = 0; i < cpu.size(); i += 3) {
      int most = 0;
      for (std::size_t k = i; k < i + 3; ++k) most = std::max(most, std::abs(cpu[k] - gpu[k]));
      equal += most == 0 ? 1 : 0;
      near += most <= 1 ? 1 : 0;
    }
    const auto share = [&](std::size_t n) {
      return 3.0 * static_cast<double>(n) / static_cast<double>(cpu.size());
    };
    EXPECT_GE(share(near), 0.999) << size.height << " x " << size.width;
    RecordProperty("equal_" + std::to_string(size.height), std::to_string(share(equal)));
  }
}

}  // namespace
