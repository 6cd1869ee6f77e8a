// A mixup instance; <synface/mixup.h>.
#pragma once

#include <synface/plugin/instance.h>

namespace synface::plugin {

class Mixup : public Instance {
 public:
  // Error(kPlugin) when the plugin is of another kind. dims: identities, samples, max_batch.
  Mixup(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace = nullptr);

  // Asked for once and checked: stage, 2 .. SYNFACE_MAX_SOURCES sources, 1 or 2 sets.
  const synface_mix_info& mix_info() const { return info_; }
  bool latent() const { return info_.stage == SYNFACE_STAGE_LATENT; }

  // sources [n * K]. Checked afterwards: source 0 is the row itself, every key lies in its set, the
  // coefficients and the label weights of a row sum to 1 within 1e-4; Error(kPlugin) otherwise.
  void pick(const synface_context& ctx, std::span<const synface_key> keys,
            std::span<const synface_mix_set* const> sets,
            std::span<synface_mix_source> sources) const;

  // Whether the plugin mixes by itself; otherwise the host blends with the coefficients.
  bool has_apply() const { return table().apply != nullptr; }
  // picked [n * K], whose label weights may be changed (and are checked again).
  void apply(const synface_context& ctx, std::span<const synface_tensor* const> sources,
             std::span<synface_mix_source> picked, const synface_tensor& out) const;

 private:
  void check_weights(std::span<const synface_mix_source> sources, const char* call) const;
  const synface_mixup_table& table() const { return Instance::table<synface_mixup_table>(); }

  synface_mix_info info_{};
};

}  // namespace synface::plugin
