// A mixup plugin as one struct; the contract is <synface/mixup.h>.
//
//   struct IdentityMixup {
//     explicit IdentityMixup(const synface::sdk::Create& create);
//     synface::sdk::MixInfo info() const;
//     void pick(const Context&, const Key* keys, uint64_t n, const synface_mix_set* const* sets,
//               uint32_t n_sets, synface_mix_source* sources);
//     void apply(const Context&, const Tensor* const* sources, uint32_t n_sources,
//                synface_mix_source* picked, uint64_t n, const Tensor& out);   // optional
//   };
//   SYNFACE_MIXUP_PLUGIN(IdentityMixup, "identity", 1, "1.0.0", "what it is, with its source")
#pragma once

#include <synface/sdk/core.h>

namespace synface::sdk {
inline namespace v0_1 {

struct MixInfo {
  uint32_t stage = SYNFACE_STAGE_BATCH;
  uint32_t sources = 2;
  uint32_t sets = 1;
};

SYNFACE_SDK_CAPABILITY(apply)

template <typename T>
struct MixupTable {
  static synface_status info(void* self, synface_mix_info* info, synface_error* error) noexcept {
    return guard(error, [&] {
      const MixInfo given = plugin_of<T>(self).info();
      info->stage = given.stage;
      info->sources = given.sources;
      info->sets = given.sets;
    });
  }
  static synface_status pick(void* self, const synface_context* ctx, const synface_key* keys,
                             uint64_t n, const synface_mix_set* const* sets, uint32_t n_sets,
                             synface_mix_source* sources, synface_error* error) noexcept {
    return guard(error, [&] { plugin_of<T>(self).pick(*ctx, keys, n, sets, n_sets, sources); });
  }
  static synface_status apply(void* self, const synface_context* ctx,
                              const synface_tensor* const* sources, uint32_t n_sources,
                              synface_mix_source* picked, uint64_t n, const synface_tensor* out,
                              synface_error* error) noexcept {
    return guard(error,
                 [&] { plugin_of<T>(self).apply(*ctx, sources, n_sources, picked, n, *out); });
  }
  static constexpr synface_mixup_table table() noexcept {
    synface_mixup_table t{};
    t.base = Life<T>::table(sizeof(synface_mixup_table));
    t.info = &MixupTable::info;
    t.pick = &MixupTable::pick;
    if constexpr (has_apply<T>::value) t.apply = &MixupTable::apply;
    return t;
  }
};
template <typename T>
constexpr synface_mixup_table kMixupTable = MixupTable<T>::table();

}  // namespace v0_1
}  // namespace synface::sdk

#define SYNFACE_MIXUP_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)                             \
  SYNFACE_SDK_ONE_PLUGIN("mixup", SYNFACE_KIND_MIXUP, synface::sdk::kMixupTable, TYPE, ID, \
                         REVISION, VERSION, DOC)
