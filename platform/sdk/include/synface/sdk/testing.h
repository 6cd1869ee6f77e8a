// For an author's own tests, not for plugins: the smallest host that can make an instance and call
// it. Compile the plugin's source into the test program and pass its `synface_plugin_entry`.
//
//   namespace t = synface::sdk::testing;
//   int main() {
//     return t::run([] {
//       t::Instance<synface_loss_table> loss(synface_plugin_entry, {{"margin", 0.2}});
//       t::Array<float> cos({2, 1}, {0.5F, -0.5F}), ...;
//       t::call([&](synface_error* e) { return loss->margin(loss.self(), &ctx, cos, ..., e); });
//       t::require(z[0] < cos[0], "the margin lowers the target's logit");
//     });
//   }
#pragma once

#include <synface/sdk/core.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace synface::sdk {
inline namespace v0_1 {
namespace testing {

inline void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("does not hold: " + what);
}
inline bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

// The test's main: 0, or 1 with what went wrong on standard error.
template <typename Body>
int run(Body&& body) {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

// Runs body(error); Error with the plugin's words unless it returns SYNFACE_OK.
template <typename Body>
void call(Body&& body) {
  synface_error error = empty_error();
  check(body(&error), error);
}

// A host without services.
inline const synface_host& host() {
  static constexpr synface_host bare = {sizeof(synface_host),
                                        SYNFACE_ABI_MAJOR,
                                        SYNFACE_ABI_MINOR,
                                        0,
                                        {"test", 4},
                                        {nullptr, 0},
                                        nullptr};
  return bare;
}

inline synface_context context(uint32_t phase = SYNFACE_PHASE_TRAIN) {
  synface_context ctx{};
  ctx.struct_size = sizeof ctx;
  ctx.phase = phase;
  ctx.dev_type = SYNFACE_DEVICE_CPU;
  ctx.key[0] = 1;
  ctx.threads = 1;
  ctx.compute = {SYNFACE_FLOAT, 32, 1};
  ctx.deterministic = 1;
  ctx.margin_scale = 1.0F;
  return ctx;
}

// A dense tensor that owns its memory; without values it holds zeros.
template <typename T>
class Array {
 public:
  explicit Array(std::vector<int64_t> shape, std::vector<T> values = {})
      : shape_(std::move(shape)), strides_(shape_.size()), values_(std::move(values)) {
    int64_t n = 1;
    for (std::size_t d = shape_.size(); d-- > 0;) {
      strides_[d] = n;
      n *= shape_[d];
    }
    values_.resize(static_cast<std::size_t>(n));
    tensor_.data = values_.data();
    tensor_.dev_type = SYNFACE_DEVICE_CPU;
    tensor_.ndim = static_cast<int32_t>(shape_.size());
    tensor_.dtype = dtype_of<T>();
    tensor_.shape = shape_.data();
    tensor_.strides = strides_.data();
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  operator const synface_tensor*() const { return &tensor_; }
  const synface_tensor* view() const { return &tensor_; }
  T& operator[](std::size_t i) { return values_[i]; }
  std::vector<T>& values() { return values_; }

 private:
  std::vector<int64_t> shape_, strides_;
  std::vector<T> values_;
  synface_tensor tensor_{};
};

using Setting = std::variant<bool, int, double, const char*>;

// An instance of the first plugin of a library, with default parameters but for those given.
template <typename Table>
class Instance {
 public:
  explicit Instance(const synface_entry& entry, const std::map<std::string, Setting>& settings = {},
                    synface_dims dims = {})
      : plugin_(*entry.plugins[0]), table_(reinterpret_cast<const Table*>(plugin_.table)) {
    dims.struct_size = sizeof dims;
    dims.dev_type = SYNFACE_DEVICE_CPU;
    const std::vector<synface_value> values = values_for(settings);
    call([&](synface_error* error) {
      return table_->base.create(&host(), values.data(), static_cast<uint32_t>(values.size()),
                                 &dims, &self_, error);
    });
  }
  ~Instance() {
    if (self_ != nullptr) table_->base.destroy(self_);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Table* operator->() const { return table_; }
  void* self() const { return self_; }

 private:
  std::vector<synface_value> values_for(const std::map<std::string, Setting>& settings) const {
    std::vector<synface_value> values;
    std::size_t used = 0;
    for (uint32_t i = 0; i < plugin_.n_params; ++i) {
      const synface_param& param = *plugin_.params[i];
      synface_value value = param.def;
      const auto found = settings.find(std::string(sdk::view(param.key)));
      if (found != settings.end()) {
        set(param, found->second, value);
        ++used;
      }
      values.push_back(value);
    }
    require(used == settings.size(), "every setting is a parameter of the plugin");
    return values;
  }
  static void set(const synface_param& param, const Setting& from, synface_value& to) {
    if (const auto* flag = std::get_if<bool>(&from)) to.i64 = *flag ? 1 : 0;
    if (const auto* integer = std::get_if<int>(&from)) to.i64 = *integer;
    if (const auto* real = std::get_if<double>(&from)) to.f64 = *real;
    if (const auto* text = std::get_if<const char*>(&from)) {
      to.str = str(*text);
      for (uint32_t c = 0; c < param.n_choices; ++c) {
        if (sdk::view(param.choices[c]) == *text) to.i64 = c;
      }
    }
  }

  const synface_plugin& plugin_;
  const Table* table_;
  void* self_ = nullptr;
};

}  // namespace testing
}  // namespace v0_1
}  // namespace synface::sdk
