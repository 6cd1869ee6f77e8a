// One instance and ordinary work for it: the calls of its kind, in their order, on seeded inputs.
// Tests vary the round and compare what came out.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lent.h"
#include "scene.h"

namespace synface::plugin::check {

// How the calls of a round are made.
struct Round {
  std::vector<std::uint32_t> rows;  // numbers of seeded rows; row i has the same content anywhere
  bool train = true;                // phase TRAIN with a backward pass, else EVAL
  std::uint32_t threads = 1;
  bool hop = false;            // each call on a thread of its own
  bool null_optional = false;  // outputs that may be NULL are
  bool channels_last = false;
  bool close = false;      // memory lent for a call is taken away when it returns
  bool two_seeds = false;  // another key and counter
  bool inputs_closed_to_writes = false;
  bool bound_closed_to_writes = false;
  std::uint32_t accumulate = 0;
  float margin_scale = 1.0F;
  synface_dtype dtype = kF32;  // of the float tensors
  const volatile std::uint32_t* cancel = nullptr;
};

// What a round gave.
struct Output {
  std::string name;
  std::vector<std::string> rows;  // the bytes of each row, or of the whole when not by_row
  bool by_row = true;
  bool floats = false;  // float32 or float64 (`bits`) elements
  std::uint8_t bits = 32;
  bool exact = true;  // to be equal to the bit when the batch is cut another way
};
using Outputs = std::vector<Output>;

class Drive {
 public:
  virtual ~Drive();
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  virtual Outputs run(const Round& round) = 0;
  // Rows of an ordinary round; of a large one, for cancelling.
  virtual std::uint32_t usual_rows() const = 0;
  virtual std::uint32_t many_rows() const = 0;
  void* self() const { return self_; }

  Round usual() const;
  Round with_rows(std::uint32_t first, std::uint32_t n) const;

 protected:
  Drive(Scene& scene, const Making& making);

  // A call through the table, on another thread if the round asks for it.
  template <typename Body>
  void call(const Round& round, const char* name, Body&& body) {
    const auto make = [&] { must(name, body); };
    lock(round, true);
    if (round.hop) {
      on_own_thread(make);
    } else {
      make();
    }
    lock(round, false);
  }
  // Takes write access away for a call, as the round says, or gives it back.
  void lock(const Round& round, bool locked);
  void on_own_thread(const std::function<void()>& body);
  // Takes away what was lent, when the round says so.
  void done(const Round& round, bool keep_inputs);
  synface_context* context(const Round& round);
  Memory& memory() { return scene_.memory(); }
  template <typename Table>
  const Table& table() const {
    return std::get<Table>(plugin_.tables.table);
  }
  Random random(std::uint64_t stream, std::uint64_t row) const {
    return Random(scene_.seed() * 1000003U + stream * 7919U + row);
  }

  Scene& scene_;
  const Plugin& plugin_;
  void* self_ = nullptr;
};

std::unique_ptr<Drive> make_drive(Scene& scene, const Making& making = {});

// The first difference, or "": to the bit, or within the tolerance relative to the largest element.
std::string difference(const Outputs& a, const Outputs& b, double tolerance = 0);

// Bound parameters of a backbone or loss with their gradients, on the scene's memory.
class Bound {
 public:
  Bound(Scene& scene, void* self, bool gradients);
  bool empty() const { return values.empty(); }
  std::vector<Lent> values, gradients;  // gradients of buffers: an unused empty one
  std::vector<bool> trainable;
  std::vector<std::string> names;
};

// The gradients of all trainable parameters as outputs.
void add_gradients(Outputs& outputs, const Bound& bound);

}  // namespace synface::plugin::check
