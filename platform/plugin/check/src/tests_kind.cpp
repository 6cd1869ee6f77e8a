// Promises of single kinds.
#include <synface/mixup.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "drive.h"
#include "drive_benchmark.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

constexpr double kSum = 1e-4;  // as the host has it

std::vector<synface_mix_source> sources_of(const Outputs& outputs) {
  std::string bytes;
  for (const std::string& row : outputs.front().rows) bytes += row;
  std::vector<synface_mix_source> sources(bytes.size() / sizeof(synface_mix_source));
  std::memcpy(sources.data(), bytes.data(), sources.size() * sizeof(synface_mix_source));
  return sources;
}

synface_mix_info mix_info(Scene& scene, const Drive& drive) {
  synface_mix_info info{};
  info.struct_size = sizeof info;
  must("info", [&](synface_error* error) {
    return std::get<synface_mixup_table>(scene.plugin().tables.table)
        .info(drive.self(), &info, error);
  });
  return info;
}

void check_row(const synface_mix_source* row, const synface_mix_info& info, std::size_t r) {
  double weight = 0, coefficient = 0;
  for (std::uint32_t s = 0; s < info.sources; ++s) {
    weight += static_cast<double>(row[s].label_weight);
    coefficient += static_cast<double>(row[s].coefficient);
    const std::uint32_t identities = row[s].key.set == 0 ? 50 : 20;
    const std::uint32_t samples = row[s].key.set == 0 ? 6 : 3;
    if (row[s].key.set >= info.sets || row[s].key.identity >= identities ||
        row[s].key.sample >= samples) {
      failed("sources that lie in their sets",
             fmt::format("source {} of row {} is identity {}, sample {} of set {}", s, r,
                         row[s].key.identity, row[s].key.sample, row[s].key.set));
    }
  }
  if (!(std::abs(weight - 1) <= kSum) || !(std::abs(coefficient - 1) <= kSum)) {
    failed("label weights and coefficients of a row that sum to 1",
           fmt::format("{} and {} in row {}", weight, coefficient, r));
  }
}

}  // namespace

void mixup_sources(Scene& scene) {
  const auto drive = make_drive(scene);
  const synface_mix_info info = mix_info(scene, *drive);
  if (info.sources < 2 || info.sources > SYNFACE_MAX_SOURCES || info.sets < 1 || info.sets > 2) {
    failed("2 to 4 sources and 1 or 2 sets",
           fmt::format("{} sources, {} sets", info.sources, info.sets));
  }
  // Source 0 is the row itself, whatever is chosen for the others.
  const auto other = make_drive(scene);
  Round second = other->usual();
  second.two_seeds = true;
  const auto a = sources_of(drive->run(drive->usual())), b = sources_of(other->run(second));
  for (std::size_t r = 0; r * info.sources < a.size(); ++r) {
    check_row(&a[r * info.sources], info, r);
    check_row(&b[r * info.sources], info, r);
    const synface_key &x = a[r * info.sources].key, &y = b[r * info.sources].key;
    if (x.set != 0 || x.identity != y.identity || x.sample != y.sample) {
      failed("source 0 is the row's own image", fmt::format("row {} has another one", r));
    }
  }
}

void mixup_pure(Scene& scene) {
  const auto drive = make_drive(scene), other = make_drive(scene);
  if (mix_info(scene, *drive).stage != SYNFACE_STAGE_LATENT) {
    skipped("a batch mixup depends on the step");
  }
  Round round = drive->usual();
  const Outputs first = drive->run(round);
  round.two_seeds = true;
  const std::string gap = difference(first, other->run(round));
  if (!gap.empty()) {
    failed("the same sources at another step, with another key and counter", gap);
  }
}

void identity_blocks(Scene& scene) {
  const auto& table = std::get<synface_generator_table>(scene.plugin().tables.table);
  if (table.blocks == nullptr) skipped("it has no latent rows");
  const auto drive = make_drive(scene);
  const synface_block* const* blocks = nullptr;
  std::uint32_t n = 0;
  must("blocks",
       [&](synface_error* error) { return table.blocks(drive->self(), &blocks, &n, error); });
  std::uint64_t end = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (blocks[i]->offset != end || blocks[i]->length == 0) {
      failed("blocks in order, without gap",
             fmt::format("block {} covers {} + {}", i, blocks[i]->offset, blocks[i]->length));
    }
    end += blocks[i]->length;
  }
  const synface_key keys[] = {{7, 3, 0, 0, 0}, {7, 3, 1, 0, 0}, {7, 3, 2, 0, 0}};
  const Lent rows(scene.memory(), "latents", kF32, {3, static_cast<std::int64_t>(end)},
                  Role::kOutput);
  const synface_context* ctx = lend_context(scene.memory());
  must("latents", [&](synface_error* error) {
    return table.latents(drive->self(), ctx, keys, 3, rows, error);
  });
  for (std::uint32_t i = 0; i < n; ++i) {
    if ((blocks[i]->flags & SYNFACE_BLOCK_PER_IDENTITY) == 0) continue;
    for (std::uint64_t k = 0; k < blocks[i]->length; ++k) {
      const auto at = static_cast<std::int64_t>(blocks[i]->offset + k);
      const double first = rows.get(at);
      for (const int row : {1, 2}) {
        const double value = rows.get(row * static_cast<std::int64_t>(end) + at);
        if (value != first) {
          failed("a block PER_IDENTITY is equal for all samples of an identity",
                 fmt::format("element {} of '{}' is {} in sample 0 and {} in sample {}", k,
                             std::string_view(blocks[i]->name.data, blocks[i]->name.size), first,
                             value, row));
        }
      }
    }
  }
}

void metrics_declared(Scene& scene) {
  const auto& table = std::get<synface_benchmark_table>(scene.plugin().tables.table);
  const auto base = make_drive(scene);
  const synface_metric_spec* const* metrics = nullptr;
  std::uint32_t n = 0;
  must("metrics",
       [&](synface_error* error) { return table.metrics(base->self(), &metrics, &n, error); });
  std::set<std::string> declared;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::string key(metrics[i]->key.data, static_cast<std::size_t>(metrics[i]->key.size));
    if (metrics[i]->doc.size == 0) failed("a sentence about each figure", key + " has none");
    if (!declared.insert(key).second) failed("each figure once", key + " is declared twice");
  }
  auto& drive = dynamic_cast<BenchmarkDrive&>(*base);
  drive.run(drive.usual());
  std::set<std::string> given;
  for (const std::string& key : drive.scalars()) {
    if (!declared.contains(key)) failed("figures that metrics() names", key + " is none of them");
    if (!given.insert(key).second) failed("each figure once", key + " was given twice");
  }
  for (const std::string& key : drive.intervals()) {
    if (!given.contains(key)) {
      failed("an interval of a figure already given", key + " was not given before");
    }
  }
}

}  // namespace synface::plugin::check
