// The life of an instance behind the ABI: creation, destruction, state, trained parameters.
#pragma once

#include <synface/sdk/create.h>

#include <string>
#include <string_view>
#include <vector>

namespace synface::sdk {
inline namespace v0_1 {

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

// ---- parameters of a network
// ----------------------------------------------------------------------

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
