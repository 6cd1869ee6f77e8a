#include <synface/data/cache_files.h>
#include <synface/data/image_cache.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "support.h"

namespace synface::data {
namespace {

constexpr std::int64_t kSize = 4;
constexpr std::size_t kBytes = 3 * kSize * kSize;

std::uint8_t colour(ImageId id) {
  return static_cast<std::uint8_t>(id.identity * 7 + id.sample);
}

// A generator whose picture (i, k) is of one colour, and that counts what it rendered.
struct Painter {
  std::atomic<int> images = 0;
  ImageCache::Render render() {
    return [this](std::span<const ImageId> ids, std::uint8_t* out) {
      for (const ImageId id : ids) {
        std::fill(out, out + kBytes, colour(id));
        out += kBytes;
        ++images;
      }
    };
  }
};

class Cache : public testing::Test {
 protected:
  ImageCache open(const std::string& identity = "{\"generator\":\"test\"}") const {
    return ImageCache(folder_.path().string(), identity, kSize, kSize);
  }
  static std::vector<std::uint32_t> grid(std::size_t n, std::uint32_t s) {
    return std::vector<std::uint32_t>(n, s);
  }
  static void expect_whole(const ImageCache& cache, std::size_t n, std::uint32_t s) {
    for (std::uint32_t i = 0; i < n; ++i) {
      for (std::uint32_t k = 0; k < s; ++k) {
        const std::uint8_t* image = cache.find({i, k});
        ASSERT_NE(image, nullptr) << i << " " << k;
        ASSERT_EQ(image[0], colour({i, k}));
        ASSERT_EQ(image[kBytes - 1], colour({i, k}));
      }
    }
  }
  TemporaryFolder folder_;
};

TEST_F(Cache, RendersOnceAndServesSmallerAndLargerSetsFromTheSameBlocks) {
  Painter painter;
  {
    ImageCache cache = open();
    ASSERT_TRUE(cache.ensure(grid(70, 9), 16, painter.render(), {}));
    EXPECT_EQ(painter.images, 70 * 9);
    expect_whole(cache, 70, 9);
    EXPECT_EQ(cache.find({70, 0}), nullptr);
    EXPECT_EQ(cache.find({0, 9}), nullptr);
  }
  ImageCache smaller = open();
  ASSERT_TRUE(smaller.ensure(grid(4, 5), 16, painter.render(), {}));
  EXPECT_EQ(painter.images, 70 * 9);
  EXPECT_EQ(smaller.rendered(), 0U);
  expect_whole(smaller, 4, 5);
  ImageCache larger = open();
  ASSERT_TRUE(larger.ensure(grid(70, 12), 16, painter.render(), {}));
  EXPECT_EQ(painter.images, 70 * 12);
  expect_whole(larger, 70, 12);
}

TEST_F(Cache, AnotherIdentityIsAnotherSet) {
  Painter painter;
  ImageCache a = open(), b = open("{\"generator\":\"other\"}");
  ASSERT_TRUE(a.ensure(grid(2, 2), 4, painter.render(), {}));
  ASSERT_TRUE(b.ensure(grid(2, 2), 4, painter.render(), {}));
  EXPECT_EQ(painter.images, 8);
  EXPECT_NE(a.folder(), b.folder());
}

TEST_F(Cache, ATornBlockIsRenderedAgain) {
  Painter painter;
  std::string folder;
  {
    ImageCache cache = open();
    ASSERT_TRUE(cache.ensure(grid(3, 3), 4, painter.render(), {}));
    folder = cache.folder();
  }
  const std::string block = folder + "/0_0.block";
  const std::string good = read_file(block);
  for (std::string bad : {good.substr(0, good.size() - 5), good.substr(0, 100), std::string(),
                          good.substr(0, 300) + std::string(good.size() - 300, '\7')}) {
    test::write(block, bad);
    int repaired = 0;
    ImageCache::Observer observer;
    observer.repaired = [&](const std::string&) { ++repaired; };
    ImageCache cache = open();
    ASSERT_TRUE(cache.ensure(grid(3, 3), 4, painter.render(), observer));
    EXPECT_GE(repaired, 1);
    expect_whole(cache, 3, 3);
    EXPECT_EQ(read_file(block), good);
  }
}

TEST_F(Cache, CancellingKeepsWhatWasRendered) {
  Painter painter;
  ImageCache::Observer observer;
  observer.cancelled = [&] { return painter.images >= 8; };
  ImageCache cache = open();
  EXPECT_FALSE(cache.ensure(grid(10, 2), 4, painter.render(), observer));
  EXPECT_EQ(painter.images, 8);
  ImageCache again = open();
  ASSERT_TRUE(again.ensure(grid(10, 2), 4, painter.render(), {}));
  EXPECT_EQ(painter.images, 20);
}

// Two processes that want the same pictures at once render each of them once.
TEST_F(Cache, ConcurrentWorkersRenderEachImageOnce) {
  const auto samples = grid(300, 4);
  const auto work = [&](ImageCache& cache) {
    Painter painter;
    const auto slow = [&](std::span<const ImageId> ids, std::uint8_t* out) {
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
      painter.render()(ids, out);
    };
    EXPECT_TRUE(cache.ensure(samples, 16, slow, {}));
    return painter.images.load();
  };
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    ImageCache cache = open();
    const int count = work(cache);
    const bool sent = write(pipe_ends[1], &count, sizeof count) == sizeof count;
    _exit(sent && cache.find({299, 3}) != nullptr ? 0 : 1);
  }
  ImageCache cache = open();
  const int ours = work(cache);
  int theirs = 0, status = 0;
  ASSERT_EQ(read(pipe_ends[0], &theirs, sizeof theirs), static_cast<ssize_t>(sizeof theirs));
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(ours + theirs, 1200);
  expect_whole(cache, 300, 4);
}

TEST_F(Cache, WaitingForAnotherWorkerIsSaid) {
  std::atomic<bool> started = false, heard = false;
  ImageCache first = open(), second = open();
  std::thread other([&] {
    const auto render = [&](std::span<const ImageId> ids, std::uint8_t* out) {
      started = true;
      while (!heard) std::this_thread::yield();
      Painter().render()(ids, out);
    };
    EXPECT_TRUE(first.ensure(grid(1, 1), 1, render, {}));
  });
  while (!started) std::this_thread::yield();
  ImageCache::Observer observer;
  observer.waiting = [&](const std::string&) { heard = true; };
  Painter painter;
  EXPECT_TRUE(second.ensure(grid(1, 1), 1, painter.render(), observer));
  other.join();
  EXPECT_TRUE(heard);
  EXPECT_EQ(painter.images, 0);
}

TEST_F(Cache, CollectingRemovesWhatIsNotInUse) {
  Painter painter;
  const std::string cache = folder_.path().string();
  EXPECT_TRUE(list_cache(cache).empty());
  {
    ImageCache a = open();
    ASSERT_TRUE(a.ensure(grid(3, 2), 4, painter.render(), {}));
  }
  ImageCache b = open("{\"generator\":\"other\"}");
  ASSERT_TRUE(b.ensure(grid(1, 1), 4, painter.render(), {}));
  const auto entries = list_cache(cache);
  ASSERT_EQ(entries.size(), 2U);
  const bool first_is_b = entries[0].folder == b.folder();
  EXPECT_EQ(entries[first_is_b ? 1 : 0].images, 6U);
  EXPECT_TRUE(entries[first_is_b ? 0 : 1].in_use);
  EXPECT_FALSE(entries[first_is_b ? 1 : 0].in_use);
  EXPECT_TRUE(collect_cache(cache, {std::uint64_t{1} << 40, std::chrono::seconds(0)}).empty());
  EXPECT_TRUE(collect_cache(cache, {0, std::chrono::hours(1)}).empty());
  const auto removed = collect_cache(cache, {0, std::chrono::seconds(0)});
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed[0].images, 6U);
  EXPECT_EQ(list_cache(cache).size(), 1U);
  expect_whole(b, 1, 1);
}

}  // namespace
}  // namespace synface::data
