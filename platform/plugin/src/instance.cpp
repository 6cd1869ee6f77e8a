#include "synface/plugin/instance.h"

#include <synface/base/error.h>
#include <synface/ext/state.h>

#include <algorithm>
#include <cstring>

#include "abi_copy.h"
#include "exception.h"
#include "sink.h"

namespace synface::plugin {
namespace {

const char* status_text(synface_status status) {
  switch (status) {
    case SYNFACE_ERR_INVALID:
      return "invalid argument";
    case SYNFACE_ERR_UNSUPPORTED:
      return "not supported";
    case SYNFACE_ERR_MEMORY:
      return "out of memory";
    case SYNFACE_ERR_CANCELLED:
      return "cancelled";
    case SYNFACE_ERR_NUMERIC:
      return "a value is not finite";
    case SYNFACE_ERR_IO:
      return "a file is missing or damaged";
    case SYNFACE_ERR_INTERNAL:
      return "internal fault of the plugin";
    case SYNFACE_ERR_ABI:
      return "versions do not fit";
    default:
      return "unknown status";
  }
}

ExitCode exit_code(const std::string& call, synface_status status) {
  if (status == SYNFACE_ERR_IO) return ExitCode::kData;
  if (call == "create" && (status == SYNFACE_ERR_INVALID || status == SYNFACE_ERR_UNSUPPORTED)) {
    return ExitCode::kUsage;
  }
  return ExitCode::kPlugin;
}

std::string call_text(const std::string& plugin, const std::string& call, synface_status status,
                      const std::string& reason, const std::string& where) {
  std::string text = fmt::format("{}: {}(): {}", plugin, call,
                                 reason.empty() ? std::string(status_text(status)) : reason);
  if (!where.empty()) text += fmt::format(" [{}]", where);
  return text + fmt::format(" (status {}, {})", status, status_text(status));
}

// A fixed field that may not be terminated, or not be UTF-8.
std::string field_text(const char* field, std::size_t size) {
  const std::string text(field, strnlen(field, size));
  return is_utf8(text) ? text : "(a text that is not UTF-8)";
}

// Reading position in the bytes of a saved state.
struct Reader {
  std::string_view rest;

  static synface_status read(void* user, void* bytes, std::uint64_t size, std::uint64_t* got,
                             synface_error*) noexcept {
    auto& self = *static_cast<Reader*>(user);
    const std::size_t n = std::min(static_cast<std::size_t>(size), self.rest.size());
    if (n > 0) std::memcpy(bytes, self.rest.data(), n);
    self.rest.remove_prefix(n);
    *got = n;
    return SYNFACE_OK;
  }
};

}  // namespace

CallError::CallError(std::string plugin, std::string call, synface_status status,
                     std::string message, std::string where)
    : Error(exit_code(call, status), call_text(plugin, call, status, message, where)),
      plugin_(std::move(plugin)),
      call_(std::move(call)),
      status_(status),
      reason_(std::move(message)),
      where_(std::move(where)) {}

synface_dims make_dims() {
  synface_dims dims{};
  dims.struct_size = sizeof dims;
  dims.dev_type = SYNFACE_DEVICE_CPU;
  return dims;
}

Instance::Instance(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace)
    : plugin_(std::move(plugin)), trace_(trace), name_(plugin_->info.name()) {
  const Values values(plugin_->info, params);
  void* self = nullptr;
  invoke("create", 0, plugin_->tables.base().create, plugin_->host, values.data(), values.size(),
         &dims, &self);
  if (self == nullptr) broken("create() succeeded and gave no handle");
  self_ = self;
}

Instance::Instance(Instance&& other) noexcept
    : plugin_(std::move(other.plugin_)),
      self_(std::exchange(other.self_, nullptr)),
      trace_(other.trace_),
      name_(std::move(other.name_)) {}

Instance& Instance::operator=(Instance&& other) noexcept {
  std::swap(plugin_, other.plugin_);
  std::swap(self_, other.self_);
  std::swap(trace_, other.trace_);
  std::swap(name_, other.name_);
  return *this;
}

Instance::~Instance() {
  if (self_ == nullptr) return;
  if (trace_ != nullptr) trace_->enter(name_, "destroy", 0);
  may_throw(plugin_->tables.base().destroy)(self_);
  if (trace_ != nullptr) trace_->leave();
}

PluginPtr Instance::of_kind(PluginPtr plugin, Kind kind) {
  if (plugin->info.kind != kind) {
    fail(ExitCode::kPlugin, "{} is no {} plugin", plugin->info.name(), to_text(kind));
  }
  return plugin;
}

const void* Instance::extension(const char* id) const {
  const auto get_ext = plugin_->tables.base().get_ext;
  return get_ext == nullptr ? nullptr : get_ext(self_, id);
}

std::optional<SavedState> Instance::save_state() const {
  const auto* lent = static_cast<const synface_ext_state*>(extension(SYNFACE_EXT_STATE));
  if (lent == nullptr) return std::nullopt;
  const auto state = copy_table(lent, sizeof(synface_ext_state), name_ + ": synface.state/1");
  if (state.save == nullptr || state.load == nullptr) broken("synface.state/1 lacks save or load");
  SavedState saved;
  saved.version = state.version;
  const synface_sink sink = string_sink(saved.bytes);
  invoke("state.save", 0, state.save, self_, &sink);
  return saved;
}

void Instance::load_state(const SavedState& saved) {
  const auto* lent = static_cast<const synface_ext_state*>(extension(SYNFACE_EXT_STATE));
  if (lent == nullptr) broken("there is a saved state, but the plugin keeps none");
  const auto state = copy_table(lent, sizeof(synface_ext_state), name_ + ": synface.state/1");
  if (state.save == nullptr || state.load == nullptr) broken("synface.state/1 lacks save or load");
  Reader reader{saved.bytes};
  const synface_source source = {sizeof source, 0, &reader, &Reader::read};
  invoke("state.load", 0, state.load, self_, saved.version, &source);
}

void Instance::raise_exception(const char* call) const {
  const std::string text = exception_text();
  if (trace_ != nullptr) trace_->leave();
  throw CallError(name_, call, SYNFACE_ERR_INTERNAL, text, "");
}

void Instance::raise_complaint() const {
  Complaint complaint = trace_->take_complaint();
  throw CallError(std::move(complaint.plugin), std::move(complaint.call), SYNFACE_ERR_INTERNAL,
                  std::move(complaint.text), "");
}

void Instance::raise(const char* call, synface_status status, const synface_error& error) const {
  throw CallError(name_, call, status, field_text(error.message, sizeof error.message),
                  field_text(error.where, sizeof error.where));
}

void Instance::broken(const std::string& what) const {
  fail(ExitCode::kPlugin, "{}: {}; the plugin breaks the contract of its kind", name_, what);
}

}  // namespace synface::plugin
