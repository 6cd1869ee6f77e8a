// Mixups of both stages.
#include <synface/mixup.h>

#include <algorithm>

#include "drives.h"

namespace synface::plugin::check {
namespace {

constexpr std::uint32_t kUsual = 64, kMany = 4096;
constexpr std::uint32_t kIdentities = 50, kSamples = 6, kRealIdentities = 20, kRealSamples = 3;
constexpr std::int64_t kLatentLength = 32, kSide = 8;

class MixupDrive : public Drive {
 public:
  MixupDrive(Scene& scene, const Making& making) : Drive(scene, making) {
    info_.struct_size = sizeof info_;
    must("info", [&](synface_error* error) {
      return table<synface_mixup_table>().info(self_, &info_, error);
    });
  }
  std::uint32_t usual_rows() const override { return kUsual; }
  std::uint32_t many_rows() const override { return kMany; }

  Outputs run(const Round& round) override {
    const std::size_t n = round.rows.size(), k = info_.sources;
    const synface_key* keys = lend_keys(round);
    auto* picked = reinterpret_cast<synface_mix_source*>(memory().take(
        "sources", std::max<std::size_t>(n * k, 1) * sizeof(synface_mix_source), Role::kOutput));
    const synface_mix_set* const* sets = lend_sets();
    synface_context* ctx = context(round);
    call(round, "pick", [&](synface_error* error) {
      return table<synface_mixup_table>().pick(self_, ctx, keys, n, sets, info_.sets, picked,
                                               error);
    });
    // A latent mixup's rows do not depend on each other.
    const bool by_row = info_.stage == SYNFACE_STAGE_LATENT;
    Outputs outputs = {{"sources", slices(picked, n, by_row), by_row, false, 8, true}};
    if (table<synface_mixup_table>().apply != nullptr && n > 0) apply(round, picked, outputs);
    done(round, false);
    return outputs;
  }

 private:
  std::vector<std::string> slices(const synface_mix_source* picked, std::size_t n,
                                  bool by_row) const {
    const std::size_t parts = by_row ? n : 1;
    const std::size_t size = n * info_.sources * sizeof(synface_mix_source);
    std::vector<std::string> rows(parts);
    for (std::size_t r = 0; r < parts && size > 0; ++r) {
      rows[r].assign(reinterpret_cast<const char*>(picked) + r * (size / parts), size / parts);
    }
    return rows;
  }

  synface_key* lend_keys(const Round& round) {
    const std::size_t n = round.rows.size();
    auto* keys = reinterpret_cast<synface_key*>(
        memory().take("keys", std::max<std::size_t>(n, 1) * sizeof(synface_key), Role::kInput));
    for (std::size_t r = 0; r < n; ++r) {
      Random numbers = random(5, round.rows[r]);
      keys[r].data_seed = scene_.seed() + 1;
      keys[r].identity = static_cast<std::uint32_t>(numbers.below(kIdentities));
      keys[r].sample = static_cast<std::uint32_t>(numbers.below(kSamples));
    }
    return keys;
  }

  const synface_mix_set* set(std::uint32_t index, std::uint32_t identities, std::uint32_t samples) {
    auto* counts = reinterpret_cast<std::uint32_t*>(
        memory().take("samples of a set", identities * sizeof(std::uint32_t), Role::kInput));
    std::fill(counts, counts + identities, samples);
    auto* set = reinterpret_cast<synface_mix_set*>(
        memory().take("set", sizeof(synface_mix_set), Role::kInput));
    *set = {sizeof(synface_mix_set), index, scene_.seed() + 1 + index, identities, counts};
    return set;
  }
  const synface_mix_set* const* lend_sets() {
    auto* sets = reinterpret_cast<const synface_mix_set**>(
        memory().take("sets", 2 * sizeof(const synface_mix_set*), Role::kInput));
    sets[0] = set(0, kIdentities, kSamples);
    sets[1] = set(1, kRealIdentities, kRealSamples);
    return sets;
  }

  void apply(const Round& round, synface_mix_source* picked, Outputs& outputs) {
    const auto n = static_cast<std::int64_t>(round.rows.size());
    const bool latent = info_.stage == SYNFACE_STAGE_LATENT;
    const std::vector<std::int64_t> shape = latent ? std::vector<std::int64_t>{n, kLatentLength}
                                                   : std::vector<std::int64_t>{n, 3, kSide, kSide};
    std::vector<Lent> sources;
    auto* views = reinterpret_cast<const synface_tensor**>(memory().take(
        "views of the sources", info_.sources * sizeof(const synface_tensor*), Role::kInput));
    for (std::uint32_t s = 0; s < info_.sources; ++s) {
      sources.emplace_back(memory(), fmt::format("source {}", s), round.dtype, shape, Role::kInput);
      Random numbers = random(6 + s, 0);
      for (std::int64_t i = 0; i < sources.back().count(); ++i) {
        sources.back().set(i, numbers.uniform(-1, 1));
      }
      views[s] = sources.back();
    }
    const Lent out(memory(), "out", round.dtype, shape, Role::kOutput);
    synface_context* ctx = context(round);
    call(round, "apply", [&](synface_error* error) {
      return table<synface_mixup_table>().apply(self_, ctx, views, info_.sources, picked,
                                                static_cast<std::uint64_t>(n), out, error);
    });
    outputs.push_back({"out", out.rows(1), false, true, round.dtype.bits, true});
    outputs.push_back(
        {"sources after apply", slices(picked, round.rows.size(), false), false, false, 8, true});
  }

  synface_mix_info info_{};
};

}  // namespace

std::unique_ptr<Drive> make_mixup_drive(Scene& scene, const Making& making) {
  return std::make_unique<MixupDrive>(scene, making);
}

}  // namespace synface::plugin::check
