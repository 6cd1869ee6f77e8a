// The computing host extensions through their C tables.
#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/journal.h>
#include <synface/plugin/instance.h>
#include <synface/train/calls.h>
#include <synface/train/generation.h>
#include <synface/train/host_extensions.h>
#include <synface/train/parallel.h>
#include <synface/train/recorder.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "images_service.h"

namespace synface::train {
namespace {

synface_error make_error() {
  synface_error error{};
  error.struct_size = sizeof error;
  return error;
}

TEST(Extensions, MemoryIsAlignedAndReused) {
  const synface_ext_alloc& alloc = alloc_extension();
  const synface_context ctx = make_context({}, SYNFACE_PHASE_TRAIN, 0, 0);
  synface_error error = make_error();
  void *first = nullptr, *second = nullptr;
  ASSERT_EQ(alloc.take(&ctx, 5000, &first, &error), SYNFACE_OK);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 256, 0U);
  std::memset(first, 1, 5000);
  alloc.give(&ctx, first);
  ASSERT_EQ(alloc.take(&ctx, 5000, &second, &error), SYNFACE_OK);
  EXPECT_EQ(first, second);
  alloc.give(&ctx, second);
  ASSERT_EQ(alloc.take(&ctx, 0, &first, &error), SYNFACE_OK);
  EXPECT_EQ(first, nullptr);
  alloc.give(&ctx, nullptr);
  EXPECT_EQ(alloc.take(&ctx, std::uint64_t{1} << 60, &first, &error), SYNFACE_ERR_MEMORY);
}

// c = 2 op(a) op(b) + 0.5 c against a triple loop, in all four combinations.
template <typename T>
void expect_gemm() {
  const synface_context ctx = make_context({}, SYNFACE_PHASE_TRAIN, 0, 0);
  constexpr std::int64_t m = 3, k = 4, n = 5;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      std::vector<T> a(m * k), b(k * n), c(m * n, T{1});
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<T>(i) - 5;
      for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<T>(i % 7) - 3;
      const View va = ta ? View(a.data(), {k, m}) : View(a.data(), {m, k});
      const View vb = tb ? View(b.data(), {n, k}) : View(b.data(), {k, n});
      const View vc(c.data(), {m, n});
      synface_error error = make_error();
      ASSERT_EQ(math_extension().gemm(&ctx, va.get(), ta ? 1 : 0, vb.get(), tb ? 1 : 0, 2, 0.5,
                                      vc.get(), &error),
                SYNFACE_OK)
          << error.message;
      for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          T sum = 0;
          for (std::int64_t l = 0; l < k; ++l) {
            sum += a[static_cast<std::size_t>(ta ? l * m + i : i * k + l)] *
                   b[static_cast<std::size_t>(tb ? j * k + l : l * n + j)];
          }
          EXPECT_EQ(c[static_cast<std::size_t>(i * n + j)], 2 * sum + T{0.5});
        }
      }
    }
  }
}

TEST(Extensions, GemmIsTheProductInBothTypes) {
  expect_gemm<float>();
  expect_gemm<double>();
}

TEST(Extensions, ShapesThatDoNotFitAreRefused) {
  const synface_context ctx = make_context({}, SYNFACE_PHASE_TRAIN, 0, 0);
  std::vector<float> data(24);
  std::vector<double> wide(24);
  const View a(data.data(), {2, 3}), b(data.data(), {4, 2}), c(data.data(), {2, 2});
  const View d(wide.data(), {3, 2});
  synface_error error = make_error();
  const auto gemm = [&](const View& x, const View& y) {
    return math_extension().gemm(&ctx, x.get(), 0, y.get(), 0, 1, 0, c.get(), &error);
  };
  EXPECT_EQ(gemm(a, b), SYNFACE_ERR_INVALID);
  EXPECT_NE(std::string(error.message), "");
  EXPECT_EQ(gemm(a, d), SYNFACE_ERR_INVALID);
}

TEST(Extensions, RowsAreNormalised) {
  const synface_context ctx = make_context({}, SYNFACE_PHASE_TRAIN, 0, 0);
  std::vector<float> x = {3, 4, 0, 0}, y(4), norm(2);
  synface_error error = make_error();
  ASSERT_EQ(math_extension().normalise_rows(&ctx, View(x.data(), {2, 2}).get(),
                                            View(y.data(), {2, 2}).get(),
                                            View(norm.data(), {2}).get(), &error),
            SYNFACE_OK);
  EXPECT_FLOAT_EQ(y[0], 0.6F);
  EXPECT_FLOAT_EQ(y[1], 0.8F);
  EXPECT_EQ(y[2], 0);
  EXPECT_EQ(norm, (std::vector<float>{5, 0}));
}

TEST(Extensions, PicturesAreThereDuringAnEvaluationOnly) {
  const synface_context ctx = make_context({}, SYNFACE_PHASE_EVAL, 0, 0);
  synface_error error = make_error();
  std::vector<std::uint8_t> pixels(3);
  const View image(pixels.data(), {1, 1, 3});
  EXPECT_EQ(images_extension().read(&ctx, 0, image.get(), &error), SYNFACE_ERR_UNSUPPORTED);
  EXPECT_EQ(images_extension().embed(&ctx, image.get(), image.get(), &error),
            SYNFACE_ERR_UNSUPPORTED);
}

// A service of pictures of one pixel whose embedding is their red.
class OnePixel final : public ImagesService {
 public:
  Shape shape() const override { return {1, 1, 1}; }
  void read(std::uint64_t request, std::uint8_t* pixels) override {
    if (request > 200) throw RequestNotMade("request " + std::to_string(request) + " was not made");
    if (request == 100) throw Cancelled{};
    if (request == 101) throw plugin::CallError("backbone/x", "forward", status, "by x", "");
    if (request == 102) fail(ExitCode::kNoSpace, "the disk is full");
    if (request == 103) throw 5;
    std::fill_n(pixels, 3, static_cast<std::uint8_t>(request));
  }
  void embed(const std::uint8_t* images, std::int64_t n, float* embeddings) override {
    for (std::int64_t i = 0; i < n; ++i) embeddings[i] = images[3 * i];
  }

  synface_status status = SYNFACE_ERR_NUMERIC;
};

TEST(Extensions, PicturesAreReadAndEmbeddedAndAnOddShapeIsRefused) {
  OnePixel service;
  const ImagesServed served(&service);
  const synface_context ctx = make_context({}, SYNFACE_PHASE_EVAL, 0, 0);
  synface_error error = make_error();
  std::vector<std::uint8_t> pixels(6);
  std::vector<float> out(2);
  const View first(pixels.data(), {1, 1, 3}), second(pixels.data() + 3, {1, 1, 3});
  const View both(pixels.data(), {2, 1, 1, 3}), embeddings(out.data(), {2, 1});
  const auto& table = images_extension();
  ASSERT_EQ(table.read(&ctx, 7, first.get(), &error), SYNFACE_OK);
  ASSERT_EQ(table.read(&ctx, 9, second.get(), &error), SYNFACE_OK);
  ASSERT_EQ(table.embed(&ctx, both.get(), embeddings.get(), &error), SYNFACE_OK);
  EXPECT_EQ(out, (std::vector<float>{7, 9}));
  EXPECT_EQ(table.read(&ctx, 201, first.get(), &error), SYNFACE_ERR_INVALID);
  EXPECT_STREQ(error.message, "request 201 was not made");
  EXPECT_EQ(table.read(&ctx, 7, both.get(), &error), SYNFACE_ERR_INVALID);
  EXPECT_EQ(table.embed(&ctx, first.get(), embeddings.get(), &error), SYNFACE_ERR_INVALID);
}

TEST(Extensions, AFailureOfTheHostBehindPicturesIsNamedAndKeptAsItWas) {
  OnePixel service;
  const ImagesServed served(&service);
  const synface_context ctx = make_context({}, SYNFACE_PHASE_EVAL, 0, 0);
  std::vector<std::uint8_t> pixels(3);
  const View image(pixels.data(), {1, 1, 3});
  synface_error error = make_error();
  const auto read = [&](std::uint64_t request) {
    return images_extension().read(&ctx, request, image.get(), &error);
  };
  EXPECT_EQ(read(201), SYNFACE_ERR_INVALID);
  EXPECT_NO_THROW(service.rethrow()) << "the benchmark's own mistake is not the host's";
  EXPECT_EQ(read(100), SYNFACE_ERR_CANCELLED);
  EXPECT_THROW(service.rethrow(), Cancelled);
  EXPECT_NO_THROW(service.rethrow()) << "once";
  for (const synface_status status : {SYNFACE_ERR_NUMERIC, SYNFACE_ERR_CANCELLED}) {
    service.status = status;
    EXPECT_EQ(read(101), status);
    EXPECT_STREQ(error.message, "by x");
    try {
      service.rethrow();
      FAIL();
    } catch (const plugin::CallError& e) {
      EXPECT_EQ(e.status(), status);
    }
  }
  EXPECT_EQ(read(102), SYNFACE_ERR_IO);
  EXPECT_EQ(read(100), SYNFACE_ERR_CANCELLED);
  try {
    service.rethrow();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::kNoSpace) << "the first one counts";
  }
  EXPECT_EQ(read(103), SYNFACE_ERR_INTERNAL);
  EXPECT_THROW(service.rethrow(), int);
}

TEST(Extensions, TensorsWithoutMemoryOrStridesAreRefused) {
  OnePixel service;
  const ImagesServed served(&service);
  const synface_context ctx = make_context({}, SYNFACE_PHASE_EVAL, 0, 0);
  std::vector<std::uint8_t> pixels(6);
  std::vector<float> out(2);
  synface_error error = make_error();
  const View images(pixels.data(), {2, 1, 1, 3}), embeddings(out.data(), {2, 1});
  const auto embed = [&](const synface_tensor& tensor) {
    return images_extension().embed(&ctx, &tensor, embeddings.get(), &error);
  };
  synface_tensor tensor = *images;
  EXPECT_EQ(embed(tensor), SYNFACE_OK);
  tensor.data = nullptr;
  EXPECT_EQ(embed(tensor), SYNFACE_ERR_INVALID);
  tensor = *images;
  tensor.strides = nullptr;
  EXPECT_EQ(embed(tensor), SYNFACE_ERR_INVALID);
  tensor = *images;
  tensor.dtype.lanes = 2;
  EXPECT_EQ(embed(tensor), SYNFACE_ERR_INVALID);
  const View no_images(static_cast<std::uint8_t*>(nullptr), {0, 1, 1, 3});
  const View no_rows(static_cast<float*>(nullptr), {0, 1});
  EXPECT_EQ(images_extension().embed(&ctx, no_images.get(), no_rows.get(), &error), SYNFACE_OK);
}

TEST(Extensions, ParallelCoversEveryIndexOnceAndReturnsTheFirstError) {
  set_threads(2);
  CallSettings calls;
  calls.threads = 2;
  const synface_context ctx = make_context(calls, SYNFACE_PHASE_TRAIN, 0, 0);
  std::vector<std::atomic<int>> seen(1000);
  const auto count = [](void* user, uint64_t first, uint64_t last,
                        synface_error*) noexcept -> synface_status {
    for (uint64_t i = first; i < last; ++i)
      ++(*static_cast<std::vector<std::atomic<int>>*>(user))[i];
    return SYNFACE_OK;
  };
  synface_error error = make_error();
  ASSERT_EQ(parallel_extension().each(&ctx, 1000, 10, count, &seen, &error), SYNFACE_OK);
  for (const auto& n : seen) EXPECT_EQ(n, 1);
  ASSERT_EQ(parallel_extension().each(&ctx, 0, 1, count, &seen, &error), SYNFACE_OK);
  const auto fail = [](void*, uint64_t first, uint64_t,
                       synface_error* e) noexcept -> synface_status {
    std::strcpy(e->message, first == 0 ? "first" : "second");
    return first == 0 ? SYNFACE_ERR_IO : SYNFACE_ERR_NUMERIC;
  };
  EXPECT_EQ(parallel_extension().each(&ctx, 100, 1, fail, nullptr, &error), SYNFACE_ERR_IO);
  EXPECT_EQ(std::string(error.message), "first");
  set_threads(1);
}

TEST(Extensions, MetricsBecomePointsUnderThePluginsName) {
  const TemporaryFolder folder;
  synface_error error = make_error();
  const std::string plugin = "adaface", key = "scaler";
  const auto text = [](const std::string& s) { return synface_str{s.data(), s.size()}; };
  {
    JournalWriter journal =
        JournalWriter::create(folder.path() / "a.journal", {kJournalVersion, {}, {}, 1});
    Recorder recorder(journal);
    receive_metrics(&recorder);
    std::uint32_t metric = 0;
    ASSERT_EQ(metric_extension().define(text(plugin), text(key), {}, &metric, &error), SYNFACE_OK);
    synface_context ctx = make_context({}, SYNFACE_PHASE_TRAIN, 0, 0);
    ctx.step = 40;
    ASSERT_EQ(metric_extension().record(&ctx, metric, 0.25, &error), SYNFACE_OK);
    receive_metrics(nullptr);
    EXPECT_EQ(metric_extension().record(&ctx, metric, 9, &error), SYNFACE_OK);  // dropped
    journal.close();
  }
  std::string name;
  std::vector<JournalPoint> points;
  JournalReader::open(folder.path() / "a.journal").poll([&](const JournalRecord& record) {
    if (const auto* define = std::get_if<JournalDefine>(&record)) name = define->name;
    if (const auto* point = std::get_if<JournalPoint>(&record)) points.push_back(*point);
  });
  EXPECT_EQ(name, "adaface.scaler");
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].step, 40);
  EXPECT_EQ(points[0].value, 0.25);
}

}  // namespace
}  // namespace synface::train
