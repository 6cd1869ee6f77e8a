// What the numbers may depend on.
#include <algorithm>

#include "drive.h"
#include "drive_backbone.h"
#include "drive_loss.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

Outputs by_row(Outputs outputs) {
  std::erase_if(outputs, [](const Output& o) { return !o.by_row; });
  return outputs;
}

// The rows of a run, in the order of the numbers `rows`, cut into batches.
Outputs in_batches(Drive& drive, const std::vector<std::uint32_t>& rows, std::size_t batch,
                   std::uint32_t threads) {
  Outputs all;
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    Round round;
    round.train = false;
    round.threads = threads;
    for (std::size_t i = first; i < std::min(first + batch, rows.size()); ++i) {
      round.rows.push_back(rows[i]);
    }
    const Outputs part = by_row(drive.run(round));
    if (all.empty()) {
      all = part;
      continue;
    }
    for (std::size_t o = 0; o < all.size(); ++o) {
      all[o].rows.insert(all[o].rows.end(), part[o].rows.begin(), part[o].rows.end());
    }
  }
  return all;
}

Outputs reversed(Outputs outputs) {
  for (Output& output : outputs) std::reverse(output.rows.begin(), output.rows.end());
  return outputs;
}

}  // namespace

void same_seed(Scene& scene) {
  Outputs found[2];
  for (Outputs& outputs : found) {
    const auto drive = make_drive(scene);
    outputs = drive->run(drive->usual());
  }
  const std::string gap = difference(found[0], found[1]);
  if (!gap.empty()) {
    failed("two new instances give the same bits for the same inputs, key and counter", gap);
  }
}

void two_instances(Scene& scene) {
  const auto fresh = [&] {
    const auto drive = make_drive(scene);
    return drive->run(drive->usual());
  };
  const Outputs first = fresh();
  if (!difference(first, fresh()).empty()) skipped("two runs differ anyway: see same-seed");
  const auto drive = make_drive(scene);
  const Json other = scene.other_params();
  Making making;
  making.params = &other;
  std::unique_ptr<Drive> neighbour;
  try {
    neighbour = make_drive(scene, making);
    Round round = neighbour->usual();
    round.two_seeds = true;
    neighbour->run(round);
  } catch (const CallFailed&) {
    // Other parameters need not go together; an instance like the first is a neighbour as well.
    neighbour = make_drive(scene);
    neighbour->run(neighbour->usual());
  }
  const std::string gap = difference(first, drive->run(drive->usual()));
  if (!gap.empty()) failed("an instance does not notice another one", gap);
}

void rows_independent(Scene& scene) {
  const auto drive = make_drive(scene);
  std::vector<std::uint32_t> rows = drive->with_rows(0, drive->usual_rows()).rows;
  const Outputs whole = in_batches(*drive, rows, rows.size(), 1);
  if (whole.empty()) skipped("the header lets its rows depend on each other");
  const auto compare = [&](const Outputs& found, const std::string& how) {
    const std::string gap = difference(whole, found);
    if (!gap.empty()) failed("a row has the same result in any batch", how + " " + gap);
  };
  compare(in_batches(*drive, rows, 1, 1), "one by one");
  compare(in_batches(*drive, rows, 3, 1), "in batches of 3");
  compare(in_batches(*drive, rows, rows.size(), 3), "on 3 threads");
  std::reverse(rows.begin(), rows.end());
  compare(reversed(in_batches(*drive, rows, rows.size(), 1)), "in reverse order");
}

void tensor_layouts(Scene& scene) {
  const auto drive = make_drive(scene);
  Round round = drive->usual();
  round.train = false;
  const Outputs planes = drive->run(round);
  round.channels_last = true;
  const std::string gap = difference(planes, drive->run(round), 1e-3);
  if (!gap.empty()) {
    failed("the same embeddings of images in either layout of memory",
           "with SYNFACE_TENSOR_CHANNELS_LAST " + gap);
  }
}

void tensor_types(Scene& scene) {
  if (scene.kind() == Kind::kGenerator &&
      std::get<synface_generator_table>(scene.plugin().tables.table).latents == nullptr) {
    skipped("it receives no tensor");
  }
  if (scene.kind() == Kind::kMixup &&
      std::get<synface_mixup_table>(scene.plugin().tables.table).apply == nullptr) {
    skipped("it receives no tensor");
  }
  const auto drive = make_drive(scene);
  Round round = drive->usual();
  round.dtype = {SYNFACE_INT, 32, 1};
  try {
    drive->run(round);
  } catch (const CallFailed& failure) {
    if (is_known(failure.status) && !failure.message.empty() && failure.terminated &&
        !failure.overrun) {
      return;
    }
    failed("a refusal with a known status and a message", failure.text());
  }
  failed("int32 tensors are refused by a status: UNSUPPORTED or INVALID",
         "the call succeeded and took them for floats");
}

void margin_scale(Scene& scene) {
  const auto drive = make_drive(scene);
  const auto& loss = dynamic_cast<LossDrive&>(*drive);
  if (loss.info().margin == 0) skipped("it has no margin");
  Round round = drive->usual();
  const Outputs full = drive->run(round);
  round.margin_scale = 0.0F;
  const Outputs none = drive->run(round);
  if (full.front().rows == none.front().rows) {
    failed(
        fmt::format("another {} without the margin of {}", full.front().name, loss.info().margin),
        "the same with ctx->margin_scale = 0 and 1");
  }
}

void eval_read_only(Scene& scene) {
  if (!scene.plugin().tables.has_parameters) skipped("it has no parameters");
  const auto drive = make_drive(scene);
  Round round = drive->usual();
  round.train = false;
  round.bound_closed_to_writes = true;
  expect_no_fault("parameters and buffers are only read in phase EVAL");
  drive->run(round);
}

}  // namespace synface::plugin::check
