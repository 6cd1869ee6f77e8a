// What instances of all five kinds share. The wrappers (generator.h, mixup.h, backbone.h, loss.h,
// benchmark.h) own a plugin's handle, name the call to a CallTrace, check the status of each call
// and turn a failure into a CallError. Their methods carry the names of the ABI's members, whose
// headers are the contract; [control] and [compute] rules are the caller's to keep.
#pragma once

#include <synface/base/error.h>
#include <synface/plugin/library.h>
#include <synface/plugin/trace.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace synface::plugin {

// A plugin reported a failure. The exit code is kPlugin, but kData for SYNFACE_ERR_IO (a file of
// the user's) and kUsage for SYNFACE_ERR_INVALID and _UNSUPPORTED from create() (a combination of
// values that the schema cannot exclude).
class CallError : public Error {
 public:
  CallError(std::string plugin, std::string call, synface_status status, std::string message,
            std::string where);

  const std::string& plugin() const { return plugin_; }            // "loss/cosface"
  const std::string& call() const { return call_; }                // "margin"
  synface_status status() const { return status_; }                // SYNFACE_ERR_*
  const std::string& reason() const { return reason_; }            // the plugin's own message
  const std::string& where() const { return where_; }              // the plugin's own, may be empty
  bool numeric() const { return status_ == SYNFACE_ERR_NUMERIC; }  // the trial has diverged
  bool cancelled() const { return status_ == SYNFACE_ERR_CANCELLED; }  // as we asked

 private:
  std::string plugin_, call_;
  synface_status status_;
  std::string reason_, where_;
};

// Typed parameters (Validated::params) as the array that create() takes, in the schema's order.
class Values {
 public:
  // Error(kInternal) when a parameter is missing or of another type than the schema says.
  Values(const PluginInfo& info, const Json& params);
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  const synface_value* data() const { return values_.data(); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(values_.size()); }

 private:
  std::vector<synface_value> values_;
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<std::unique_ptr<std::vector<double>>> lists_;
};

// The headers promise noexcept, and a compiler believes them: what a plugin throws all the same
// would pass through our frames as if they had no handlers. Through this pointer it can be caught.
template <typename R, typename... Parameters>
constexpr auto may_throw(R (*function)(Parameters...) noexcept) -> R (*)(Parameters...) {
  return function;
}

// Sizes with struct_size set, device CPU, all else 0.
synface_dims make_dims();

// State of an instance for a checkpoint (synface.state/1).
struct SavedState {
  std::uint32_t version = 0;
  std::string bytes;
};

// A handle for backward(), freed by its owner's tape_free(); must not outlive the instance.
class Tape {
 public:
  // To whom, and in whose name, the call of tape_free() is told.
  struct Told {
    CallTrace* trace = nullptr;
    const std::string* plugin = nullptr;
    std::uint64_t step = 0;
  };

  Tape() = default;
  Tape(void* tape, void* self, void (*free)(void*, void*) noexcept) : Tape(tape, self, free, {}) {}
  Tape(void* tape, void* self, void (*free)(void*, void*) noexcept, const Told& told)
      : tape_(tape), self_(self), free_(free), told_(told) {}
  Tape(Tape&& other) noexcept { swap(other); }
  Tape& operator=(Tape&& other) noexcept {
    Tape taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Tape() {
    if (tape_ == nullptr || free_ == nullptr) return;
    if (told_.trace != nullptr) told_.trace->enter(*told_.plugin, "tape_free", told_.step);
    may_throw(free_)(self_, tape_);
    if (told_.trace != nullptr) told_.trace->leave();
  }

  void* get() const { return tape_; }
  explicit operator bool() const { return tape_ != nullptr; }

 private:
  void swap(Tape& other) noexcept {
    std::swap(tape_, other.tape_);
    std::swap(self_, other.self_);
    std::swap(free_, other.free_);
    std::swap(told_, other.told_);
  }

  void* tape_ = nullptr;
  void* self_ = nullptr;
  void (*free_)(void*, void*) noexcept = nullptr;
  Told told_;
};

class Instance {
 public:
  // Calls create(). `trace` may be NULL and must outlive the instance.
  Instance(PluginPtr plugin, const Json& params, const synface_dims& dims,
           CallTrace* trace = nullptr);
  Instance(Instance&& other) noexcept;
  Instance& operator=(Instance&& other) noexcept;
  ~Instance();

  const PluginInfo& info() const { return plugin_->info; }
  void* handle() const { return self_; }

  // An optional capability by its id, or NULL.
  const void* extension(const char* id) const;

  // Nothing when the plugin keeps no state.
  std::optional<SavedState> save_state() const;
  // CallError when the plugin refuses it; Error(kPlugin) when it keeps no state.
  void load_state(const SavedState& state);

 protected:
  // The plugin itself; Error(kPlugin) when it is of another kind.
  static PluginPtr of_kind(PluginPtr plugin, Kind kind);

  // One call through the table; the error comes last.
  template <typename... Parameters, typename... Arguments>
  void invoke(const char* call, std::uint64_t step,
              synface_status (*function)(Parameters...) noexcept, Arguments&&... arguments) const {
    synface_error error;  // 1.2 KB that only a failing callee writes: not zeroed for each call
    error.struct_size = sizeof error;
    error.code = SYNFACE_OK;
    error.message[0] = '\0';
    error.where[0] = '\0';
    if (trace_ != nullptr) trace_->enter(name_, call, step);
    synface_status status = SYNFACE_OK;
    try {
      status = may_throw(function)(std::forward<Arguments>(arguments)..., &error);
    } catch (...) {
      raise_exception(call);
    }
    if (trace_ != nullptr) {
      trace_->leave();
      if (trace_->complains()) [[unlikely]]
        raise_complaint();
    }
    if (status != SYNFACE_OK) [[unlikely]]
      raise(call, status, error);
  }
  [[noreturn]] void raise(const char* call, synface_status status,
                          const synface_error& error) const;
  // Of the exception being handled, which left the call; leaves the trace.
  [[noreturn]] void raise_exception(const char* call) const;
  [[noreturn]] void raise_complaint() const;
  // Error(kPlugin) about what a call returned: "loss/cosface: info() gave form 7".
  [[noreturn]] void broken(const std::string& what) const;

  // For a tape of this instance made at `step`.
  Tape::Told told(std::uint64_t step) const { return {trace_, &plugin_->name, step}; }

  template <typename Table>
  const Table& table() const {
    return std::get<Table>(plugin_->tables.table);
  }

  PluginPtr plugin_;
  void* self_ = nullptr;
  CallTrace* trace_ = nullptr;
  std::string name_;  // "loss/cosface"
};

// One parameter or buffer of a backbone or loss.
struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;  // float32
  bool trainable = false;           // else a buffer
  bool decay = true;
  float lr_scale = 1.0F;

  std::int64_t count() const;  // elements
};

// An instance that may have parameters (synface_parameters_table).
class ParametricInstance : public Instance {
 public:
  using Instance::Instance;

  bool has_parameters() const { return plugin_->tables.has_parameters; }

  // The list; empty when the plugin has none. Error(kPlugin) on an empty or double name, a negative
  // dimension, a type that is not float32, or flags that are neither TRAINABLE nor BUFFER.
  std::vector<Parameter> parameters() const;

  // Initial values into tensors in the order of the list.
  void init_parameters(const synface_context& ctx,
                       std::span<const synface_tensor* const> values) const;

  // Lends views until the instance ends; gradients[i] may be NULL.
  void bind_parameters(std::span<const synface_tensor* const> values,
                       std::span<const synface_tensor* const> gradients) const;
};

}  // namespace synface::plugin
