// Drives a backbone through the C ABI alone, as a host would: a shared library is opened, an
// instance made, its parameters allocated, initialised and bound.
#ifndef SYNFACE_TESTS_BACKBONES_HARNESS_H
#define SYNFACE_TESTS_BACKBONES_HARNESS_H

#include <ATen/ATen.h>
#include <synface/synface.h>

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace synface::test {

// A tensor as a view of the ABI; must outlive nothing but the call.
class View {
 public:
  explicit View(const at::Tensor& tensor);
  const synface_tensor* get() const { return &view_; }

 private:
  at::Tensor tensor_;
  std::vector<std::int64_t> shape_, strides_;
  synface_tensor view_{};
};

using Value = std::variant<double, std::int64_t, std::string, std::vector<double>>;

struct Setting {
  std::string plugin = {};  // file name without .so
  std::int64_t height = 48, width = 48, embedding = 128, max_batch = 64;
  std::map<std::string, Value> values = {};
  std::uint32_t threads = 1;
  bool gradients = true;
  bool memory = true;    // false: neither values nor gradients are allocated and bound
  bool parallel = true;  // whether the host offers synface.parallel/1
};

class Backbone;

// A tape that frees itself.
class Tape {
 public:
  Tape(const Backbone* owner, void* tape) : owner_(owner), tape_(tape) {}
  Tape(Tape&& other) noexcept : owner_(other.owner_), tape_(other.tape_) { other.tape_ = nullptr; }
  Tape& operator=(Tape&&) = delete;
  ~Tape();
  void* get() const { return tape_; }

 private:
  const Backbone* owner_;
  void* tape_;
};

class Backbone {
 public:
  explicit Backbone(const Setting& setting);
  ~Backbone();
  Backbone(const Backbone&) = delete;
  Backbone& operator=(const Backbone&) = delete;

  // The status of the last call that failed, with its message; OK otherwise.
  synface_error error{};

  void init(std::uint32_t key);
  at::Tensor embed(const at::Tensor& x);                   // phase EVAL
  std::pair<at::Tensor, Tape> train(const at::Tensor& x);  // phase TRAIN
  // The gradient by x, when wanted.
  at::Tensor backward(const Tape& tape, const at::Tensor& dy, bool accumulate = false,
                      bool want_dx = false);
  void calibrate(const at::Tensor& x, std::uint64_t call, std::uint64_t n_calls);

  at::Tensor& value(const std::string& name) { return values_.at(name); }
  at::Tensor& gradient(const std::string& name) { return gradients_.at(name); }
  const std::vector<std::string>& names() const { return names_; }
  bool trainable(const std::string& name) const { return gradients_.count(name) > 0; }
  // Elements of all parameters that are trained, or of all buffers; from the list alone.
  std::int64_t count(std::uint64_t flag);
  synface_context context(std::uint32_t phase) const;
  const synface_backbone_table& table() const { return *table_; }
  void* self() const { return self_; }
  std::uint64_t counter = 0;  // of the next call
  std::uint32_t key = 1;

 private:
  friend class Tape;
  void bind();
  void expect_ok(synface_status status, const char* call);

  Setting setting_;
  const synface_backbone_table* table_ = nullptr;
  void* self_ = nullptr;
  synface_host host_{};
  std::vector<std::string> names_;
  std::map<std::string, at::Tensor> values_, gradients_;
};

// Path of a built plugin.
std::string plugin_path(const std::string& name);
// Its entry; the library stays open.
const synface_entry& open_plugin(const std::string& name);
// Exported symbols and needed libraries, as nm and readelf print them.
std::string run_tool(const std::string& command);

// A batch of smooth random pictures in [-1, 1].
at::Tensor pictures(std::int64_t batch, std::int64_t height, std::int64_t width,
                    std::uint64_t seed = 7);

}  // namespace synface::test

#endif
