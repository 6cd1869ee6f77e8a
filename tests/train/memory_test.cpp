#include <gtest/gtest.h>
#include <synface/train/memory.h>
#include <sys/resource.h>

#include <csignal>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace synface::train {
namespace {

TEST(CachingAllocator, BlocksAreAlignedLargeEnoughAndDistinct) {
  CachingAllocator allocator;
  std::vector<std::pair<char*, std::size_t>> blocks;
  for (std::size_t size = 1; size < (std::size_t{8} << 20); size = size * 5 / 3 + 1) {
    auto* memory = static_cast<char*>(allocator.take(size));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 256, 0U);
    std::memset(memory, static_cast<int>(blocks.size()), size);
    blocks.emplace_back(memory, size);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(blocks[i].first[0], static_cast<char>(i));
    EXPECT_EQ(blocks[i].first[blocks[i].second - 1], static_cast<char>(i));
  }
  for (const auto& block : blocks) allocator.give(block.first);
  EXPECT_EQ(allocator.counts().in_use, 0U);
}

TEST(CachingAllocator, ClassesWasteAtMostAnEighth) {
  CachingAllocator allocator;
  for (std::size_t size = 2048; size < (std::size_t{1} << 22); size += size / 7) {
    void* memory = allocator.take(size);
    EXPECT_GE(allocator.counts().in_use, size);
    EXPECT_LE(allocator.counts().in_use, size + size / 8 + 1);
    allocator.give(memory);
  }
}

TEST(CachingAllocator, WhatComesBackIsGivenOutAgainWithoutAFault) {
  CachingAllocator allocator;
  constexpr std::size_t kSize = std::size_t{24} << 20;
  const auto use = [&] {
    void* memory = allocator.take(kSize);
    std::memset(memory, 1, kSize);
    allocator.give(memory);
    return memory;
  };
  const auto faults = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
  };
  void* first = use();
  const long before = faults();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(use(), first);
  EXPECT_LT(faults() - before, 100);  // a fresh mapping would cost 6144 pages each time
  EXPECT_EQ(allocator.counts().fetched, 1U);
}

TEST(CachingAllocator, ALimitIsKeptAndKeptBlocksMakeRoom) {
  CachingAllocator allocator;
  allocator.set_limit(std::size_t{10} << 20);
  void* a = allocator.take(std::size_t{6} << 20);
  EXPECT_THROW(allocator.take(std::size_t{6} << 20), std::bad_alloc);
  allocator.give(a);
  void* b = allocator.take(std::size_t{9} << 20);  // the kept block is returned first
  EXPECT_LE(allocator.counts().held, std::size_t{10} << 20);
  allocator.give(b);
  EXPECT_EQ(allocator.take(0), nullptr);
  allocator.give(nullptr);
}

// Given a block, when a byte just outside of it is written, then block, size and distance are told,
// while it is out if it is watched, when it comes back if it is not.
TEST(CachingAllocator, WritesBesideABlockAreFound) {
  for (const char* name : {"z", static_cast<const char*>(nullptr)}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{2048}, std::size_t{3} << 20}) {
      for (const std::ptrdiff_t at :
           {-1L, -64L, static_cast<std::ptrdiff_t>(size), static_cast<std::ptrdiff_t>(size) + 63}) {
        CachingAllocator allocator;
        auto* memory = static_cast<char*>(allocator.take(size, name));
        std::memset(memory, 1, size);
        EXPECT_FALSE(allocator.overrun()) << size;
        memory[at] = 1;
        if (name == nullptr) {
          EXPECT_FALSE(allocator.overrun()) << "nobody looks at it before it comes back";
          allocator.give(memory);
        }
        const auto found = allocator.overrun();
        ASSERT_TRUE(found.has_value()) << size << " " << at;
        EXPECT_EQ(found->block, name == nullptr ? "" : name);
        EXPECT_EQ(found->size, size);
        const auto end = static_cast<std::ptrdiff_t>(size);
        EXPECT_EQ(found->distance, at < 0 ? at : at - end + 1);
        allocator.mend_canaries();
        EXPECT_FALSE(allocator.overrun());
        if (name != nullptr) allocator.give(memory);
      }
    }
  }
}

TEST(CachingAllocator, WatchedBlocksComeAndGoInAnyOrder) {
  CachingAllocator allocator;
  std::vector<char*> blocks;
  for (int i = 0; i < 5; ++i) blocks.push_back(static_cast<char*>(allocator.take(100, "block")));
  for (const std::size_t i : {2U, 0U, 4U}) allocator.give(blocks[i]);
  EXPECT_FALSE(allocator.overrun());
  blocks[3][100] = 1;
  EXPECT_TRUE(allocator.overrun());
  allocator.mend_canaries();
  allocator.give(blocks[1]);
  allocator.give(blocks[3]);
  EXPECT_FALSE(allocator.overrun());
  EXPECT_EQ(allocator.counts().in_use, 0U);
}

// Given memory that was lent for a time, when it has come back, then an access faults and its
// address is known; other memory is given out again as ever.
TEST(CachingAllocatorDeathTest, WhatWasLentIsTakenAwayForGood) {
  CachingAllocator allocator;
  allocator.set_lending(true);
  auto* lent = static_cast<char*>(allocator.take(1000, "lent"));
  allocator.set_lending(false);
  auto* kept = static_cast<char*>(allocator.take(1000, "kept"));
  lent[999] = kept[999] = 1;
  EXPECT_FALSE(CachingAllocator::was_lent(lent));
  const auto held = allocator.counts().held;
  allocator.give(lent);
  allocator.give(kept);
  EXPECT_LT(allocator.counts().held, held);
  EXPECT_EQ(allocator.counts().in_use, 0U);
  EXPECT_TRUE(CachingAllocator::was_lent(lent));
  EXPECT_TRUE(CachingAllocator::was_lent(lent + 999));
  EXPECT_FALSE(CachingAllocator::was_lent(kept));
  EXPECT_EQ(allocator.take(1000), kept);
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_EXIT(*const_cast<volatile char*>(lent) = 1, ::testing::KilledBySignal(SIGSEGV), "");
#endif
  allocator.give(kept);
}

}  // namespace
}  // namespace synface::train
