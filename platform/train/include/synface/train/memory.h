// Memory that is kept: page faults on freed and fetched-again buffers cost a third of a step of a
// small network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

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
  // the limit would be passed. A block with a name (a literal) is watched while it is out.
  void* take(std::size_t size, const char* name = nullptr);
  // nullptr is ignored.
  void give(void* memory) noexcept;

  // A write just before or behind a block (64 bytes on either side are looked at): of one that is
  // watched, or of any that has come back.
  struct Overrun {
    std::string_view block;       // its name, "" where it has none
    std::size_t size = 0;         // of the block
    std::ptrdiff_t distance = 0;  // n: to the nth byte behind its end; -n: before its start
  };
  std::optional<Overrun> overrun() const noexcept;
  // As if nothing had been written there.
  void mend_canaries() noexcept;

  // While this is on, blocks with a name get pages of their own; when such a block comes back, its
  // pages are taken away for good, so that whoever kept a pointer faults.
  void set_lending(bool lending) noexcept;
  // Whether the address lies in such pages. Async-signal-safe.
  static bool was_lent(const void* address) noexcept;

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

// Small blocks of the C library stay in the process as well: freed memory is not handed back, and
// nothing below 64 MiB is mapped for itself. For the start of a program.
void keep_freed_memory();

// While it lives, the arrays that are made are lent for a time: see set_lending().
class Lending {
 public:
  Lending() { process_allocator().set_lending(true); }
  Lending(const Lending&) = delete;
  Lending& operator=(const Lending&) = delete;
  ~Lending() { process_allocator().set_lending(false); }
};

// An array of the process's allocator, zeroed, aligned to 256 bytes. `name` (a literal) is what a
// plugin that writes past it is told.
template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t count, const char* name = "a buffer of the host")
      : data_(static_cast<T*>(process_allocator().take(count * sizeof(T), name))), count_(count) {
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
