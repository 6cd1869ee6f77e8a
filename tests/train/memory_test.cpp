#include <gtest/gtest.h>
#include <synface/train/memory.h>
#include <sys/resource.h>

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

}  // namespace
}  // namespace synface::train
