// Memory that is kept: page faults on freed and fetched-again buffers cost a third of a step of a
// small network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace synface::train {

// Gives out blocks aligned to 256 bytes, in size classes at most an eighth larger than asked for,
// and keeps what comes back for the next call of the same class. Blocks from 1 MiB on are mapped
// in huge pages where the kernel has them. Thread-safe.
class CachingAllocator {
 public:
  CachingAllocator();
  ~CachingAllocator();  // every block must have come back
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  // Contents undefined; size 0 gives nullptr. std::bad_alloc when the system has no more, or when
  // the limit would be passed.
  void* take(std::size_t size);
  // nullptr is ignored.
  void give(void* memory) noexcept;

  // Most bytes held at once; 0: no limit.
  void set_limit(std::size_t bytes) noexcept;

  struct Counts {
    std::size_t in_use = 0;     // bytes of blocks that are out
    std::size_t held = 0;       // bytes taken from the system
    std::uint64_t fetched = 0;  // blocks taken from the system, ever
  };
  Counts counts() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The allocator of this process: LibTorch's and the plugins' (synface.alloc/1) memory comes from
// it. Made at the first call and never freed, because plugins and LibTorch free until the very end.
CachingAllocator& process_allocator();

// An array of the process's allocator, zeroed, aligned to 256 bytes.
template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t count)
      : data_(static_cast<T*>(process_allocator().take(count * sizeof(T)))), count_(count) {
    for (std::size_t i = 0; i < count; ++i) data_.get()[i] = T{};
  }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return count_; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  std::span<T> span() { return {data(), count_}; }
  std::span<const T> span() const { return {data(), count_}; }

 private:
  struct Give {
    void operator()(T* memory) const noexcept { process_allocator().give(memory); }
  };
  std::unique_ptr<T, Give> data_;
  std::size_t count_ = 0;
};

}  // namespace synface::train
