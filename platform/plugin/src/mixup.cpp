#include "synface/plugin/mixup.h"

#include <cmath>

namespace synface::plugin {

Mixup::Mixup(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace)
    : Instance(of_kind(std::move(plugin), Kind::kMixup), params, dims, trace) {
  info_.struct_size = sizeof info_;
  invoke("info", 0, table().info, self_, &info_);
  if (info_.stage != SYNFACE_STAGE_LATENT && info_.stage != SYNFACE_STAGE_BATCH) {
    broken(fmt::format("info() gave the stage {}", info_.stage));
  }
  if (info_.sources < 2 || info_.sources > SYNFACE_MAX_SOURCES) {
    broken(fmt::format("info() gave {} sources", info_.sources));
  }
  if (info_.sets < 1 || info_.sets > 2) broken(fmt::format("info() gave {} sets", info_.sets));
}

void Mixup::pick(const synface_context& ctx, std::span<const synface_key> keys,
                 std::span<const synface_mix_set* const> sets,
                 std::span<synface_mix_source> sources) const {
  const std::size_t k = info_.sources;
  if (sources.size() != keys.size() * k || sets.size() != info_.sets) {
    fail(ExitCode::kInternal, "{}: pick() of {} rows with {} sources and {} sets", name_,
         keys.size(), sources.size(), sets.size());
  }
  invoke("pick", ctx.step, table().pick, self_, &ctx, keys.data(), keys.size(), sets.data(),
         static_cast<std::uint32_t>(sets.size()), sources.data());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const synface_key& key = sources[i].key;
    const synface_key& own = keys[i / k];
    if (i % k == 0 && (key.identity != own.identity || key.sample != own.sample ||
                       key.set != own.set || key.data_seed != own.data_seed)) {
      broken(fmt::format("pick() gave row {} another source 0 than itself", i / k));
    }
    if (key.set >= sets.size() || key.identity >= sets[key.set]->identities ||
        key.sample >= sets[key.set]->samples[key.identity]) {
      broken(fmt::format("pick() gave row {} identity {}, sample {} of set {}, which is not there",
                         i / k, key.identity, key.sample, key.set));
    }
  }
  check_weights(sources, "pick");
}

void Mixup::apply(const synface_context& ctx, std::span<const synface_tensor* const> sources,
                  std::span<synface_mix_source> picked, const synface_tensor& out) const {
  if (!has_apply()) broken("apply() of a mixup that has none");
  if (sources.size() != info_.sources || picked.size() % info_.sources != 0) {
    fail(ExitCode::kInternal, "{}: apply() with {} sources and {} picked", name_, sources.size(),
         picked.size());
  }
  invoke("apply", ctx.step, table().apply, self_, &ctx, sources.data(),
         static_cast<std::uint32_t>(sources.size()), picked.data(), picked.size() / info_.sources,
         &out);
  check_weights(picked, "apply");
}

void Mixup::check_weights(std::span<const synface_mix_source> sources, const char* call) const {
  constexpr double kTolerance = 1e-4;
  const std::size_t k = info_.sources;
  for (std::size_t row = 0; row * k < sources.size(); ++row) {
    double weight = 0, coefficient = 0;
    for (std::size_t s = 0; s < k; ++s) {
      weight += sources[row * k + s].label_weight;
      coefficient += sources[row * k + s].coefficient;
    }
    // Written so that a NaN fails as well.
    if (!(std::abs(weight - 1) <= kTolerance && std::abs(coefficient - 1) <= kTolerance)) {
      broken(fmt::format("{}() gave row {} label weights of sum {} and coefficients of sum {}",
                         call, row, weight, coefficient));
    }
  }
}

}  // namespace synface::plugin
