// Memory that is lent to a plugin under test: each block lies in pages of its own, whose access can
// be taken away, and a fault names the block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synface::plugin::check {

// What a block is to the plugin.
enum class Role {
  kInput,   // read-only; x of a backbone lives until the tape is freed
  kOutput,  // filled before the call
  kCall,    // a context, parameter values: lent for one call
  kBound,   // parameters and gradients: lent until destroy()
};

class Memory {
 public:
  struct Block {
    char name[48] = {};  // a plain array: the fault handler reads it
    std::byte* map = nullptr;
    std::size_t map_size = 0;
    std::byte* data = nullptr;
    std::size_t size = 0;
    Role role = Role::kInput;
    bool tight = false;
  };

  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  // Blocks stay mapped: a plugin that kept a pointer is the business of one test alone.
  ~Memory() = default;

  // `size` bytes, aligned to 256, between pages of canaries. After set_tight(true)
  // an input ends where an inaccessible page begins, as nearly as the alignment allows; outputs are
  // filled with `fill`.
  std::byte* take(std::string_view name, std::size_t size, Role role);

  // For blocks taken from now on.
  void set_tight(bool tight) { tight_ = tight; }
  void set_fill(unsigned char fill) { fill_ = fill; }

  // Names of the outputs whose canaries were written over, with the side and the distance.
  std::vector<std::string> overwritten() const;
  // Takes write access from all blocks of a role, or gives it back.
  void protect(Role role, bool read_only);
  // Takes all access from outputs and what was lent for a call, and from inputs as well if told;
  // not from what is bound. The addresses stay reserved.
  void close(bool inputs);

  // Gives the pages of all but bound blocks back to the system.
  void release();

  // Which block, for the fault handler: async-signal-safe. nullptr: none of ours.
  static const Block* find(const void* address) noexcept;

 private:
  std::vector<Block*> blocks_;
  bool tight_ = false;
  unsigned char fill_ = 0xC5;
};

inline constexpr unsigned char kCanary = 0xA7;

}  // namespace synface::plugin::check
