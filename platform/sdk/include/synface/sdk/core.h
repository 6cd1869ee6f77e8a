// The C++17 layer over the plugin ABI: header-only, without static state, in a versioned inline
// namespace, so that plugins built with different versions of it live in one process.
//
// A plugin is one struct. What it can do is deduced from the methods that it has; exceptions are
// caught at one place (guard) and become status codes. The struct's methods carry the names of the
// ABI's members, whose headers are the contract (<synface/loss.h> and its neighbours).
#pragma once

#include <synface/synface.h>

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#define SYNFACE_SDK_VERSION "0.1"

namespace synface::sdk {
inline namespace v0_1 {

using Context = synface_context;
using Tensor = synface_tensor;
using Key = synface_key;

constexpr synface_str str(const char* text) noexcept {
  return {text, text == nullptr ? 0 : std::char_traits<char>::length(text)};
}
constexpr synface_str str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
inline std::string_view view(synface_str text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// What a plugin throws: a code of <synface/status.h>, what was wrong and what to do, and where.
class Error : public std::exception {
 public:
  Error(int32_t code, std::string message, std::string where = {})
      : code_(code), message_(std::move(message)), where_(std::move(where)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  int32_t code() const noexcept { return code_; }
  const std::string& where() const noexcept { return where_; }

 private:
  int32_t code_;
  std::string message_, where_;
};

// Copies a text into a fixed field, NUL-terminated, never in the middle of a UTF-8 character.
template <std::size_t N>
void copy_text(char (&to)[N], std::string_view from) noexcept {
  std::size_t size = from.size() < N ? from.size() : N - 1;
  if (size < from.size()) {
    while (size > 0 && (static_cast<unsigned char>(from[size]) & 0xC0U) == 0x80U) --size;
  }
  if (size > 0) std::memcpy(to, from.data(), size);
  to[size] = '\0';
}

inline synface_status report(synface_error* error, int32_t code, std::string_view message,
                             std::string_view where) noexcept {
  if (error != nullptr) {
    error->code = code;
    copy_text(error->message, message);
    copy_text(error->where, where);
  }
  return code;
}

// Runs a body; whatever it throws becomes a status and a text. Nothing unwinds through the ABI.
template <typename Body>
synface_status guard(synface_error* error, Body&& body) noexcept {
  try {
    body();
    return SYNFACE_OK;
  } catch (const Error& e) {
    return report(error, e.code(), e.what(), e.where());
  } catch (const std::bad_alloc&) {
    return report(error, SYNFACE_ERR_MEMORY, "out of memory", {});
  } catch (const std::exception& e) {
    return report(error, SYNFACE_ERR_INTERNAL, e.what(), {});
  } catch (...) {
    return report(error, SYNFACE_ERR_INTERNAL, "an exception of an unknown type", {});
  }
}

// Turns a failed call of a host service into an exception.
inline void check(synface_status status, const synface_error& error) {
  if (status != SYNFACE_OK) throw Error(status, error.message, error.where);
}
inline synface_error empty_error() noexcept {
  synface_error error{};
  error.struct_size = sizeof error;
  return error;
}

// ---- tensors ------------------------------------------------------------------------------------

inline int64_t count(const Tensor& tensor) noexcept {
  int64_t n = 1;
  for (int32_t i = 0; i < tensor.ndim; ++i) n *= tensor.shape[i];
  return n;
}

template <typename T>
constexpr synface_dtype dtype_of() noexcept {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_floating_point_v<U>) {
    return {SYNFACE_FLOAT, static_cast<uint8_t>(8 * sizeof(U)), 1};
  } else if constexpr (std::is_signed_v<U>) {
    return {SYNFACE_INT, static_cast<uint8_t>(8 * sizeof(U)), 1};
  } else {
    return {SYNFACE_UINT, static_cast<uint8_t>(8 * sizeof(U)), 1};
  }
}

template <typename T>
bool has_type(const Tensor& tensor) noexcept {
  constexpr synface_dtype wanted = dtype_of<T>();
  return tensor.dtype.code == wanted.code && tensor.dtype.bits == wanted.bits &&
         tensor.dtype.lanes == 1;
}

// The elements of a tensor of T; Error INVALID when its type is another.
template <typename T>
T* data(const Tensor& tensor, const char* name = "tensor") {
  if (!has_type<T>(tensor)) {
    throw Error(SYNFACE_ERR_INVALID, "the tensor has another element type than the plugin expects",
                name);
  }
  return reinterpret_cast<T*>(static_cast<char*>(tensor.data) + tensor.byte_offset);
}

// Calls body(float{}) or body(double{}) by the tensor's type.
template <typename Body>
void for_float_type(const Tensor& tensor, Body&& body) {
  if (has_type<float>(tensor)) {
    body(float{});
  } else if (has_type<double>(tensor)) {
    body(double{});
  } else {
    throw Error(SYNFACE_ERR_UNSUPPORTED, "only float32 and float64 tensors are supported");
  }
}

// ---- parameters ---------------------------------------------------------------------------------

template <std::size_t N>
struct Choices {
  synface_str items[N];
  template <typename... Text>
  constexpr explicit Choices(Text... text) : items{str(text)...} {}
};
template <typename... Text>
Choices(Text...) -> Choices<sizeof...(Text)>;

constexpr double kUnbounded = __builtin_inf();

// One parameter of a schema, built by the functions below: f64("scale", 30).range(0,
// 1000).doc("...").
class Param : public synface_param {
 public:
  constexpr Param(uint32_t param_type, const char* param_key) noexcept : synface_param{} {
    struct_size = sizeof(synface_param);
    type = param_type;
    key = str(param_key);
    synface_param::min = -kUnbounded;
    synface_param::max = kUnbounded;
    def.type = param_type;
    synface_param::neutral.type = param_type;
  }

  constexpr Param min(double low) const noexcept {
    return with([&](Param& p) { p.set_min(low); });
  }
  constexpr Param max(double high) const noexcept {
    return with([&](Param& p) { p.set_max(high); });
  }
  constexpr Param range(double low, double high) const noexcept { return min(low).max(high); }
  constexpr Param above(double low) const noexcept {
    return min(low).with([](Param& p) { p.flags |= SYNFACE_PARAM_MIN_EXCLUSIVE; });
  }
  constexpr Param below(double high) const noexcept {
    return max(high).with([](Param& p) { p.flags |= SYNFACE_PARAM_MAX_EXCLUSIVE; });
  }
  constexpr Param doc(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::doc = str(text); });
  }
  constexpr Param unit(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::unit = str(text); });
  }
  constexpr Param alias(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::alias = str(text); });
  }
  constexpr Param since(const char* text) const noexcept {
    return with([&](Param& p) { p.synface_param::since = str(text); });
  }
  constexpr Param required() const noexcept {
    return with([](Param& p) { p.flags |= SYNFACE_PARAM_REQUIRED; });
  }
  // The value at which the plugin behaves as it did before it had this parameter.
  constexpr Param neutral_f64(double value) const noexcept {
    return with([&](Param& p) {
      p.flags |= SYNFACE_PARAM_HAS_NEUTRAL;
      p.synface_param::neutral.f64 = value;
    });
  }
  constexpr Param neutral_i64(int64_t value) const noexcept {
    return with([&](Param& p) {
      p.flags |= SYNFACE_PARAM_HAS_NEUTRAL;
      p.synface_param::neutral.i64 = value;
    });
  }
  constexpr Param neutral_str(const char* value) const noexcept {
    return with([&](Param& p) {
      p.flags |= SYNFACE_PARAM_HAS_NEUTRAL;
      p.synface_param::neutral.str = str(value);
    });
  }
  // Changes no number, so that it is no part of a trial's identity.
  constexpr Param no_effect() const noexcept {
    return with([](Param& p) { p.flags |= SYNFACE_PARAM_NO_EFFECT; });
  }

  template <typename Change>
  constexpr Param with(Change&& change) const noexcept {
    Param copy = *this;
    change(copy);
    return copy;
  }

 private:
  constexpr void set_min(double low) noexcept { synface_param::min = low; }
  constexpr void set_max(double high) noexcept { synface_param::max = high; }
};

constexpr Param f64(const char* key, double value) noexcept {
  return Param(SYNFACE_PARAM_F64, key).with([&](Param& p) { p.def.f64 = value; });
}
constexpr Param i64(const char* key, int64_t value) noexcept {
  return Param(SYNFACE_PARAM_I64, key).with([&](Param& p) { p.def.i64 = value; });
}
constexpr Param flag(const char* key, bool value) noexcept {
  return Param(SYNFACE_PARAM_BOOL, key).with([&](Param& p) { p.def.i64 = value ? 1 : 0; });
}
constexpr Param text(const char* key, const char* value) noexcept {
  return Param(SYNFACE_PARAM_STR, key).with([&](Param& p) { p.def.str = str(value); });
}
constexpr Param path(const char* key, const char* value) noexcept {
  return Param(SYNFACE_PARAM_PATH, key).with([&](Param& p) { p.def.str = str(value); });
}
// One of `choices`, an object that lives as long as the library; `index` is the default.
template <std::size_t N>
constexpr Param one_of(const char* key, const Choices<N>& choices, std::size_t index) noexcept {
  return Param(SYNFACE_PARAM_ENUM, key).with([&](Param& p) {
    p.choices = choices.items;
    p.n_choices = static_cast<uint32_t>(N);
    p.def.str = choices.items[index];
    p.def.i64 = static_cast<int64_t>(index);
  });
}
// A list of numbers; `values` is an array that lives as long as the library.
template <std::size_t N>
constexpr Param f64_list(const char* key, const double (&values)[N]) noexcept {
  return Param(SYNFACE_PARAM_F64_LIST, key).with([&](Param& p) {
    p.def.list = values;
    p.def.count = static_cast<uint32_t>(N);
  });
}

// ---- capabilities -------------------------------------------------------------------------------

// has_NAME<T>: whether T has a member NAME.
#define SYNFACE_SDK_CAPABILITY(NAME)      \
  template <typename T, typename = void>  \
  struct has_##NAME : std::false_type {}; \
  template <typename T>                   \
  struct has_##NAME<T, std::void_t<decltype(&T::NAME)>> : std::true_type {};

SYNFACE_SDK_CAPABILITY(parameters)
SYNFACE_SDK_CAPABILITY(save)
SYNFACE_SDK_CAPABILITY(load)

template <typename T>
constexpr std::size_t n_params() noexcept {
  if constexpr (has_parameters<T>::value) {
    return sizeof(T::parameters) / sizeof(T::parameters[0]);
  } else {
    return 0;
  }
}

template <typename T>
struct ParamPointers {
  const synface_param* items[n_params<T>() == 0 ? 1 : n_params<T>()] = {};
  constexpr ParamPointers() noexcept {
    if constexpr (has_parameters<T>::value) {
      for (std::size_t i = 0; i < n_params<T>(); ++i) items[i] = &T::parameters[i];
    }
  }
  static const ParamPointers pointers;
};
template <typename T>
constexpr ParamPointers<T> ParamPointers<T>::pointers{};

// What a plugin's constructor receives; valid during the constructor only, but for host().
class Create {
 public:
  Create(const synface_host* host, const synface_param* const* params, const synface_value* values,
         uint32_t n, const synface_dims* dims)
      : host_(host), params_(params), values_(values), n_(n), dims_(dims) {}

  const synface_dims& dims() const noexcept { return *dims_; }
  const synface_host& host() const noexcept { return *host_; }

  double f64(std::string_view key) const { return value(key, SYNFACE_PARAM_F64).f64; }
  int64_t i64(std::string_view key) const { return value(key, SYNFACE_PARAM_I64).i64; }
  bool flag(std::string_view key) const { return value(key, SYNFACE_PARAM_BOOL).i64 != 0; }
  std::string text(std::string_view key) const {
    return std::string(view(value(key, SYNFACE_PARAM_STR).str));
  }
  std::string path(std::string_view key) const {
    return std::string(view(value(key, SYNFACE_PARAM_PATH).str));
  }
  std::string choice(std::string_view key) const {
    return std::string(view(value(key, SYNFACE_PARAM_ENUM).str));
  }
  // Index of the choice in the declared list.
  int64_t choice_index(std::string_view key) const { return value(key, SYNFACE_PARAM_ENUM).i64; }
  std::vector<double> list(std::string_view key) const {
    const synface_value& v = value(key, SYNFACE_PARAM_F64_LIST);
    return std::vector<double>(v.list, v.list + v.count);
  }

  // A host service of <synface/ext/...>, or nullptr.
  template <typename Table>
  const Table* find(const char* id) const noexcept {
    return host_->get_ext == nullptr ? nullptr
                                     : static_cast<const Table*>(host_->get_ext(host_, id));
  }
  // The same; Error UNSUPPORTED that names the service when the host has it not.
  template <typename Table>
  const Table& need(const char* id) const {
    const Table* table = find<Table>(id);
    if (table == nullptr) {
      throw Error(SYNFACE_ERR_UNSUPPORTED,
                  std::string("this host does not offer the service ") + id, id);
    }
    return *table;
  }

 private:
  const synface_value& value(std::string_view key, uint32_t type) const {
    for (uint32_t i = 0; i < n_; ++i) {
      if (view(params_[i]->key) == key && params_[i]->type == type) return values_[i];
    }
    throw Error(SYNFACE_ERR_INTERNAL, "the plugin asks for a parameter that it did not declare",
                std::string(key));
  }

  const synface_host* host_;
  const synface_param* const* params_;
  const synface_value* values_;
  uint32_t n_;
  const synface_dims* dims_;
};

// ---- instances ----------------------------------------------------------------------------------

// A trained or running tensor of a backbone or loss, as weights() lists it.
struct Weight {
  std::string name;
  std::vector<int64_t> shape;
  bool trainable = true;
  bool decay = true;
  float lr_scale = 1.0F;
};

// The plugin object together with the descriptions that are lent to the host.
template <typename T>
struct Instance {
  explicit Instance(const Create& create) : plugin(create) {}

  T plugin;
  std::vector<Weight> weights;
  std::vector<synface_parameter> parameter_records;
  std::vector<const synface_parameter*> parameter_pointers;
  std::vector<std::string> texts;  // names and docs that records below point to
  std::vector<synface_block> block_records;
  std::vector<const synface_block*> block_pointers;
  std::vector<synface_metric_spec> metric_records;
  std::vector<const synface_metric_spec*> metric_pointers;
};

template <typename T>
T& plugin_of(void* self) noexcept {
  return static_cast<Instance<T>*>(self)->plugin;
}

// Offers synface.state/1 for a plugin with save(), load() and state_version.
template <typename T>
struct StateTable {
  static synface_status save(void* self, const synface_sink* sink, synface_error* error) noexcept {
    return guard(error, [&] {
      const std::string bytes = plugin_of<T>(self).save();
      synface_error inner = empty_error();
      check(sink->write(sink->user, bytes.data(), bytes.size(), &inner), inner);
    });
  }
  static synface_status load(void* self, uint32_t version, const synface_source* source,
                             synface_error* error) noexcept {
    return guard(error, [&] {
      std::string bytes;
      char piece[4096];
      for (;;) {
        uint64_t got = 0;
        synface_error inner = empty_error();
        check(source->read(source->user, piece, sizeof piece, &got, &inner), inner);
        if (got == 0) break;
        bytes.append(piece, static_cast<std::size_t>(got));
      }
      plugin_of<T>(self).load(version, std::string_view(bytes));
    });
  }
  static constexpr synface_ext_state table() noexcept {
    return {sizeof(synface_ext_state), T::state_version, &StateTable::save, &StateTable::load};
  }
};
template <typename T>
constexpr synface_ext_state kStateTable = StateTable<T>::table();

template <typename T>
struct Life {
  static synface_status create(const synface_host* host, const synface_value* values, uint32_t n,
                               const synface_dims* dims, void** self,
                               synface_error* error) noexcept {
    return guard(error, [&] {
      if (n != n_params<T>()) {
        throw Error(SYNFACE_ERR_INVALID, "the host passed another number of parameter values");
      }
      const Create create(host, ParamPointers<T>::pointers.items, values, n, dims);
      *self = new Instance<T>(create);
    });
  }
  static void destroy(void* self) noexcept { delete static_cast<Instance<T>*>(self); }
  static const void* get_ext([[maybe_unused]] void* self, const char* id) noexcept {
    if constexpr (has_save<T>::value && has_load<T>::value) {
      if (std::string_view(id) == SYNFACE_EXT_STATE) return &kStateTable<T>;
    }
    static_cast<void>(id);
    return nullptr;
  }
  static constexpr synface_instance_table table(uint32_t size) noexcept {
    return {size, 0, &Life::create, &Life::destroy, &Life::get_ext};
  }
};

template <typename T>
constexpr synface_plugin describe(uint32_t kind, const char* id, const char* version,
                                  const char* doc, uint32_t revision,
                                  const synface_instance_table* table) noexcept {
  return {sizeof(synface_plugin),
          kind,
          str(id),
          str(version),
          str(doc),
          revision,
          static_cast<uint32_t>(n_params<T>()),
          n_params<T>() == 0 ? nullptr : ParamPointers<T>::pointers.items,
          table};
}

// ---- parameters of a network --------------------------------------------------------------------

SYNFACE_SDK_CAPABILITY(weights)

// weights(), init(), bind() of T as a synface_parameters_table.
template <typename T>
struct ParametersTable {
  static synface_status list(void* self, const synface_parameter* const** parameters, uint32_t* n,
                             synface_error* error) noexcept {
    return guard(error, [&] {
      auto& instance = *static_cast<Instance<T>*>(self);
      if (instance.parameter_pointers.empty()) fill(instance);
      *parameters = instance.parameter_pointers.data();
      *n = static_cast<uint32_t>(instance.parameter_pointers.size());
    });
  }
  static synface_status init(void* self, const synface_context* ctx,
                             const synface_tensor* const* values, uint32_t n,
                             synface_error* error) noexcept {
    return guard(error, [&] { plugin_of<T>(self).init(*ctx, values, n); });
  }
  static synface_status bind(void* self, const synface_tensor* const* values,
                             const synface_tensor* const* gradients, uint32_t n,
                             synface_error* error) noexcept {
    return guard(error, [&] { plugin_of<T>(self).bind(values, gradients, n); });
  }
  static constexpr synface_parameters_table table() noexcept {
    return {sizeof(synface_parameters_table), 0, &ParametersTable::list, &ParametersTable::init,
            &ParametersTable::bind};
  }

 private:
  static void fill(Instance<T>& instance) {
    instance.weights = instance.plugin.weights();
    instance.parameter_records.reserve(instance.weights.size());
    for (const Weight& w : instance.weights) {
      const uint64_t kind = w.trainable ? SYNFACE_PARAMETER_TRAINABLE : SYNFACE_PARAMETER_BUFFER;
      instance.parameter_records.push_back(
          {sizeof(synface_parameter), static_cast<uint32_t>(w.shape.size()), w.shape.data(),
           str(std::string_view(w.name)), synface_dtype{SYNFACE_FLOAT, 32, 1}, w.lr_scale,
           kind | (w.decay ? 0 : SYNFACE_PARAMETER_NO_DECAY)});
    }
    for (const auto& record : instance.parameter_records) {
      instance.parameter_pointers.push_back(&record);
    }
  }
};
template <typename T>
constexpr synface_parameters_table kParametersTable = ParametersTable<T>::table();

}  // namespace v0_1
}  // namespace synface::sdk

// ---- the exported symbol ------------------------------------------------------------------------

#ifdef SYNFACE_PLUGIN_TORCH  // defined by synface_add_plugin(... TORCH)
#define SYNFACE_SDK_TORCH_LINE "torch=" SYNFACE_PLUGIN_TORCH "\n"
#else
#define SYNFACE_SDK_TORCH_LINE ""
#endif
#ifdef SYNFACE_PLUGIN_CUDA
#define SYNFACE_SDK_CUDA_LINE "cuda=" SYNFACE_PLUGIN_CUDA "\n"
#else
#define SYNFACE_SDK_CUDA_LINE ""
#endif

// Once in a library: the note and the entry of one plugin.
#define SYNFACE_SDK_ONE_PLUGIN(KIND_TEXT, KIND, TABLE, TYPE, ID, REVISION, VERSION, DOC)      \
  SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=" KIND_TEXT "/" ID                           \
               "@" SYNFACE_TEXT(REVISION) "\nsdk=c++ " SYNFACE_SDK_VERSION                    \
                                          "\n" SYNFACE_SDK_TORCH_LINE SYNFACE_SDK_CUDA_LINE)  \
  static constexpr synface_plugin synface_plugin_record =                                     \
      synface::sdk::describe<TYPE>(KIND, ID, VERSION, DOC, REVISION, &TABLE<TYPE>.base);      \
  static constexpr const synface_plugin* synface_plugin_records[] = {&synface_plugin_record}; \
  SYNFACE_EXTERN_C SYNFACE_EXPORT const synface_entry synface_plugin_entry = {                \
      sizeof(synface_entry),                                                                  \
      SYNFACE_ABI_MAJOR,                                                                      \
      SYNFACE_ENTRY_MAGIC,                                                                    \
      SYNFACE_ABI_MINOR,                                                                      \
      1,                                                                                      \
      synface_plugin_records,                                                                 \
      nullptr,                                                                                \
      nullptr};
