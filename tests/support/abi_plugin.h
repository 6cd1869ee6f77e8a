// The smallest host that can drive a built plugin: used by tests that look at a plugin through the
// ABI alone, without any code of ours on the other side.
#pragma once

#include <dlfcn.h>
#include <synface/synface.h>

#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace abi_test {

inline std::string_view view(synface_str text) {
  return text.data == nullptr ? std::string_view()
                              : std::string_view(text.data, static_cast<std::size_t>(text.size));
}

struct CallFailed : std::runtime_error {
  CallFailed(int32_t status, const synface_error& error)
      : std::runtime_error(error.message), code(status), where(error.where) {}
  int32_t code;
  std::string where;
};

// Runs call(&error) and throws CallFailed unless it returns SYNFACE_OK.
template <typename Call>
void must(Call&& call) {
  synface_error error{};
  error.struct_size = sizeof error;
  const synface_status status = call(&error);
  if (status != SYNFACE_OK) throw CallFailed(status, error);
}

// A host whose services are given by id.
class Host {
 public:
  Host() {
    host_.struct_size = sizeof(synface_host);
    host_.abi_major = SYNFACE_ABI_MAJOR;
    host_.abi_minor = SYNFACE_ABI_MINOR;
    host_.name = {"test", 4};
    host_.get_ext = &Host::get_ext;
    services().clear();
  }
  void offer(const std::string& id, const void* table) { services()[id] = table; }
  const synface_host* get() const { return &host_; }

 private:
  static std::map<std::string, const void*>& services() {
    static std::map<std::string, const void*> tables;
    return tables;
  }
  static const void* get_ext(const synface_host*, const char* id) noexcept {
    const auto found = services().find(id);
    return found == services().end() ? nullptr : found->second;
  }
  synface_host host_{};
};

using Setting = std::variant<bool, int, double, const char*>;

// One plugin of a built library, with default parameters but for those given.
template <typename Table>
class Plugin {
 public:
  Plugin(const std::string& library, const std::string& id,
         const std::map<std::string, Setting>& settings = {}, synface_dims dims = {},
         const Host& host = Host()) {
    void* handle = dlopen((std::string(SYNFACE_TEST_BINARY_DIR "/plugins/") + library).c_str(),
                          RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(dlerror());
    const auto* entry = static_cast<const synface_entry*>(dlsym(handle, "synface_plugin_entry"));
    if (entry == nullptr) throw std::runtime_error("no synface_plugin_entry");
    for (uint32_t i = 0; i < entry->n_plugins; ++i) {
      if (view(entry->plugins[i]->id) == id) plugin_ = entry->plugins[i];
    }
    if (plugin_ == nullptr) throw std::runtime_error("the library has no plugin " + id);
    table_ = reinterpret_cast<const Table*>(plugin_->table);
    dims.struct_size = sizeof dims;
    if (dims.dev_type == 0) dims.dev_type = SYNFACE_DEVICE_CPU;
    const std::vector<synface_value> values = values_for(settings);
    must([&](synface_error* error) {
      return table_->base.create(host.get(), values.data(), static_cast<uint32_t>(values.size()),
                                 &dims, &self_, error);
    });
  }
  ~Plugin() {
    if (self_ != nullptr) table_->base.destroy(self_);
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const Table* operator->() const { return table_; }
  void* self() const { return self_; }
  const synface_plugin& description() const { return *plugin_; }

 private:
  std::vector<synface_value> values_for(const std::map<std::string, Setting>& settings) const {
    std::vector<synface_value> values;
    for (uint32_t i = 0; i < plugin_->n_params; ++i) {
      const synface_param& param = *plugin_->params[i];
      synface_value value = param.def;
      const auto found = settings.find(std::string(view(param.key)));
      if (found != settings.end()) set(param, found->second, value);
      values.push_back(value);
    }
    for (const auto& [key, unused] : settings) {
      bool known = false;
      for (uint32_t i = 0; i < plugin_->n_params; ++i) {
        known = known || view(plugin_->params[i]->key) == key;
      }
      if (!known) throw std::runtime_error("no parameter " + key);
    }
    return values;
  }
  static void set(const synface_param& param, const Setting& from, synface_value& to) {
    if (const auto* flag = std::get_if<bool>(&from)) to.i64 = *flag ? 1 : 0;
    if (const auto* integer = std::get_if<int>(&from)) to.i64 = *integer;
    if (const auto* real = std::get_if<double>(&from)) to.f64 = *real;
    if (const auto* text = std::get_if<const char*>(&from)) {
      to.str = {*text, std::string_view(*text).size()};
      for (uint32_t c = 0; c < param.n_choices; ++c) {
        if (view(param.choices[c]) == *text) to.i64 = c;
      }
    }
  }

  const synface_plugin* plugin_ = nullptr;
  const Table* table_ = nullptr;
  void* self_ = nullptr;
};

// A dense tensor that owns its memory.
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
    uint8_t code = SYNFACE_UINT;
    if (std::is_floating_point_v<T>) {
      code = SYNFACE_FLOAT;
    } else if (std::is_signed_v<T>) {
      code = SYNFACE_INT;
    }
    tensor_.dtype = {code, static_cast<uint8_t>(8 * sizeof(T)), 1};
    tensor_.shape = shape_.data();
    tensor_.strides = strides_.data();
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  const synface_tensor* view() const { return &tensor_; }
  std::vector<T>& values() { return values_; }
  T& operator[](std::size_t i) { return values_[i]; }

 private:
  std::vector<int64_t> shape_, strides_;
  std::vector<T> values_;
  synface_tensor tensor_{};
};

inline synface_context context() {
  synface_context ctx{};
  ctx.struct_size = sizeof ctx;
  ctx.phase = SYNFACE_PHASE_TRAIN;
  ctx.dev_type = SYNFACE_DEVICE_CPU;
  ctx.threads = 1;
  ctx.deterministic = 1;
  ctx.margin_scale = 1.0F;
  ctx.compute = {SYNFACE_FLOAT, 32, 1};
  return ctx;
}

}  // namespace abi_test
