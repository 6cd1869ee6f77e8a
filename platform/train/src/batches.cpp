#include <synface/base/error.h>
#include <synface/philox.h>
#include <synface/train/batches.h>
#include <synface/train/parallel.h>

#include <algorithm>

#include "augment_recipe.h"

namespace synface::train {
namespace {

struct Label {
  std::int64_t label;
  float weight;
};

// Tweaks of the keyed permutations: epochs, and the shuffled labels.
constexpr std::uint64_t kOrder = std::uint64_t{SYNFACE_STREAM_ORDER} << 32;
constexpr std::uint64_t kShuffle = kOrder << 8;

synface_mix_set mix_set(const ImageSet& set, std::uint32_t index, std::uint64_t data_seed) {
  return {sizeof(synface_mix_set), index, data_seed, set.samples().size(), set.samples().data()};
}

}  // namespace

// One source image of a row with its labels.
struct Batches::Part {
  ImageSet* set = nullptr;
  ImageId id;
  std::uint64_t image = 0;  // counter of its augmentation
  std::vector<Label> labels;
};

struct Batches::Row {
  std::int64_t index = 0;                  // in the dataset
  std::vector<Part> parts;                 // one, or the K sources of a batch mixup
  std::vector<synface_mix_source> picked;  // of the batch mixup
};

Batches::Batches(const Settings& settings, ImageSet& own, const plugin::Mixup* latent,
                 const plugin::Mixup* batch, ImageSet* real)
    : settings_(settings), own_(own), latent_(latent), batch_(batch), real_(real) {
  classes_ = own.identities();
  max_labels_ = latent == nullptr ? 1 : latent->mix_info().sources;
  if (batch == nullptr) return;
  const synface_mix_info& info = batch->mix_info();
  if (info.sets > 1) {
    if (real == nullptr) {
      fail(ExitCode::kUsage, "{} mixes with real photographs; name their folder as real.train",
           batch->info().name());
    }
    classes_ += real->identities();
  }
  max_labels_ *= info.sources;
  const Lending lending;
  renew_buffers();
}

void Batches::renew_buffers() {
  if (batch_ == nullptr) return;
  const auto floats =
      static_cast<std::size_t>(settings_.batch_size * settings_.height * settings_.width * 3);
  sources_.clear();
  for (std::uint32_t s = 0; s < batch_->mix_info().sources; ++s) {
    sources_.emplace_back(floats, "a source of the blend");
  }
}

Batch Batches::make_batch() const {
  const auto b = static_cast<std::size_t>(settings_.batch_size);
  const auto k = static_cast<std::size_t>(max_labels_);
  return {Buffer<float>(b * static_cast<std::size_t>(3 * settings_.height * settings_.width), "x"),
          std::vector<std::int64_t>(b * k), std::vector<float>(b * k)};
}

std::int64_t Batches::dataset_index(std::int64_t n) const {
  const auto size = static_cast<std::uint64_t>(own_.count());
  const auto at = static_cast<std::uint64_t>(n);
  const KeyedPermutation order(settings_.train_seed, kOrder + at / size, size);
  return static_cast<std::int64_t>(order(at % size));
}

// Labels of every part that comes from the own set: its identity, or those of the latent mixup.
void Batches::label_rows(std::vector<Row>& rows) const {
  std::vector<Part*> own_parts;
  std::vector<synface_key> keys;
  for (Row& row : rows) {
    for (Part& part : row.parts) {
      if (part.set != &own_) {
        part.labels = {{own_.identities() + part.id.identity, 1.0F}};
        continue;
      }
      part.labels = {{part.id.identity, 1.0F}};
      own_parts.push_back(&part);
      keys.push_back({settings_.data_seed, part.id.identity, part.id.sample, 0, 0});
    }
  }
  if (latent_ == nullptr) return;
  const std::size_t k = latent_->mix_info().sources;
  std::vector<synface_mix_source> picked(keys.size() * k);
  const synface_mix_set set = mix_set(own_, 0, settings_.data_seed);
  const synface_mix_set* const sets[] = {&set};
  latent_->pick(make_context(settings_.calls, SYNFACE_PHASE_TRAIN, settings_.data_seed, 0), keys,
                sets, picked);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    own_parts[i]->labels.clear();
    for (std::size_t s = 0; s < k; ++s) {
      const synface_mix_source& source = picked[i * k + s];
      own_parts[i]->labels.push_back({source.key.identity, source.label_weight});
    }
  }
}

void Batches::augment_rows(const std::vector<Row>& rows, std::int64_t source, float* x) {
  const std::int64_t floats = 3 * settings_.height * settings_.width;
  parallel(settings_.calls.threads, static_cast<std::int64_t>(rows.size()), 1,
           [&](std::int64_t first, std::int64_t last) {
             std::vector<float> scratch(
                 static_cast<std::size_t>(augment_scratch(settings_.height, settings_.width)));
             for (std::int64_t r = first; r < last; ++r) {
               const Part& part =
                   rows[static_cast<std::size_t>(r)].parts[static_cast<std::size_t>(source)];
               augment(settings_.augmentation, settings_.train_seed, part.image, settings_.height,
                       settings_.width, part.set->image(part.id), scratch.data(), x + r * floats);
             }
           });
}

// Picks the sources of a batch mixup and adds them to the rows as parts.
void Batches::pick_sources(std::int64_t step, std::vector<Row>& rows) const {
  std::vector<synface_key> keys;
  for (const Row& row : rows) {
    const ImageId id = row.parts[0].id;
    keys.push_back({settings_.data_seed, id.identity, id.sample, 0, 0});
  }
  const synface_mix_set own = mix_set(own_, 0, settings_.data_seed);
  const synface_mix_set real = real_ == nullptr ? synface_mix_set{} : mix_set(*real_, 1, 0);
  const synface_mix_set* const sets[] = {&own, &real};
  const std::size_t k = batch_->mix_info().sources;
  std::vector<synface_mix_source> picked(keys.size() * k);
  batch_->pick(make_context(settings_.calls, SYNFACE_PHASE_TRAIN, settings_.train_seed,
                            static_cast<std::uint64_t>(step)),
               keys, {sets, batch_->mix_info().sets}, picked);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Row& row = rows[r];
    row.picked.assign(picked.begin() + static_cast<std::ptrdiff_t>(r * k),
                      picked.begin() + static_cast<std::ptrdiff_t>((r + 1) * k));
    for (std::size_t s = 1; s < k; ++s) {
      const synface_key& key = row.picked[s].key;
      row.parts.push_back(
          {key.set == 0 ? &own_ : real_, {key.identity, key.sample}, row.parts[0].image + s, {}});
    }
  }
}

// The label of another image, the same one in every epoch: nothing can be learnt.
void Batches::shuffle_labels(std::vector<Row>& rows) const {
  const KeyedPermutation shuffle(settings_.train_seed, kShuffle,
                                 static_cast<std::uint64_t>(own_.count()));
  for (Row& row : rows) {
    const auto other = shuffle(static_cast<std::uint64_t>(row.index));
    row.parts[0].labels = {{own_.id(static_cast<std::int64_t>(other)).identity, 1.0F}};
  }
}

// Blends the sources' augmented images; `x` receives the mixed batch.
void Batches::mix(std::int64_t step, std::vector<Row>& rows, float* x) {
  const auto b = static_cast<std::int64_t>(rows.size());
  const auto k = static_cast<std::int64_t>(batch_->mix_info().sources);
  const std::int64_t floats = 3 * settings_.height * settings_.width;
  for (std::int64_t s = 0; s < k; ++s) {
    augment_rows(rows, s, sources_[static_cast<std::size_t>(s)].data());
  }
  if (!batch_->has_apply()) {
    parallel(settings_.calls.threads, b, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        float* out = x + r * floats;
        std::fill_n(out, floats, 0.0F);
        for (std::int64_t s = 0; s < k; ++s) {
          const float c =
              rows[static_cast<std::size_t>(r)].picked[static_cast<std::size_t>(s)].coefficient;
          const float* from = sources_[static_cast<std::size_t>(s)].data() + r * floats;
          for (std::int64_t i = 0; i < floats; ++i) out[i] += c * from[i];
        }
      }
    });
    return;
  }
  std::vector<synface_mix_source> picked;
  for (const Row& row : rows) picked.insert(picked.end(), row.picked.begin(), row.picked.end());
  const auto image = [&](float* data) {
    return View(data, {b, 3, settings_.height, settings_.width}, SYNFACE_TENSOR_CHANNELS_LAST);
  };
  std::vector<View> views;
  for (auto& source : sources_) views.push_back(image(source.data()));
  std::vector<const synface_tensor*> pointers;
  for (const View& view : views) pointers.push_back(view.get());
  const synface_context ctx = make_context(settings_.calls, SYNFACE_PHASE_TRAIN,
                                           settings_.train_seed, static_cast<std::uint64_t>(step));
  batch_->apply(ctx, pointers, picked, *image(x));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(picked.begin() + static_cast<std::ptrdiff_t>(r) * k, k, rows[r].picked.begin());
  }
}

// Multiplies the labels of the parts by the weights of the batch mixup and adds equal ones.
void Batches::write_labels(const std::vector<Row>& rows, std::int64_t* all_labels,
                           float* all_weights) const {
  const auto k = static_cast<std::size_t>(max_labels_);
  std::fill_n(all_labels, rows.size() * k, 0);
  std::fill_n(all_weights, rows.size() * k, 0.0F);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::int64_t* labels = all_labels + r * k;
    float* weights = all_weights + r * k;
    std::size_t used = 0;
    for (std::size_t p = 0; p < rows[r].parts.size(); ++p) {
      const float share = rows[r].picked.empty() ? 1.0F : rows[r].picked[p].label_weight;
      for (const Label& label : rows[r].parts[p].labels) {
        const float weight = share * label.weight;
        if (weight == 0) continue;
        std::size_t slot = 0;
        while (slot < used && labels[slot] != label.label) ++slot;
        if (slot == used) ++used;
        labels[slot] = label.label;
        weights[slot] += weight;
      }
    }
  }
}

// Brings the images of all parts into memory.
void Batches::prepare(const std::vector<Row>& rows) {
  std::vector<ImageId> own, real;
  for (const Row& row : rows) {
    for (const Part& part : row.parts) (part.set == &own_ ? own : real).push_back(part.id);
  }
  own_.prepare(own);
  if (real_ != nullptr) real_->prepare(real);
}

// The rows of a step with their labels; their images are in memory.
std::vector<Batches::Row> Batches::rows_of(std::int64_t step) {
  std::vector<Row> rows(static_cast<std::size_t>(settings_.batch_size));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::int64_t n = step * settings_.batch_size + static_cast<std::int64_t>(r);
    rows[r].index = dataset_index(n);
    rows[r].parts.push_back(
        {&own_, own_.id(rows[r].index), static_cast<std::uint64_t>(n) * SYNFACE_MAX_SOURCES, {}});
  }
  if (batch_ != nullptr) pick_sources(step, rows);
  label_rows(rows);
  if (settings_.shuffle_labels) shuffle_labels(rows);
  prepare(rows);
  return rows;
}

void Batches::fill(std::int64_t step, Batch& batch) {
  std::vector<Row> rows = rows_of(step);
  if (batch_ == nullptr) {
    augment_rows(rows, 0, batch.x.data());
  } else {
    mix(step, rows, batch.x.data());
  }
  write_labels(rows, batch.labels.data(), batch.weights.data());
}

void Batches::fill_raw(std::int64_t step, const RawBatch& batch) {
  const std::vector<Row> rows = rows_of(step);
  const ImageSize size{settings_.height, settings_.width};
  const std::int64_t bytes = 3 * size.height * size.width;
  parallel(settings_.calls.threads, static_cast<std::int64_t>(rows.size()), 1,
           [&](std::int64_t first, std::int64_t last) {
             for (std::int64_t r = first; r < last; ++r) {
               const Part& part = rows[static_cast<std::size_t>(r)].parts[0];
               const std::uint8_t* pixels = part.set->image(part.id);
               std::copy_n(pixels, bytes, batch.pixels + r * bytes);
               batch.recipes[r] = recipe_of(settings_.augmentation, settings_.train_seed,
                                            part.image, size, pixels);
             }
           });
  write_labels(rows, batch.labels, batch.weights);
}

void Batches::fill_plain(std::int64_t first, Batch& batch) {
  const std::int64_t floats = 3 * settings_.height * settings_.width;
  for (std::int64_t r = 0; r < settings_.batch_size; ++r) {
    const ImageId id = own_.id(dataset_index(first + r));
    own_.prepare({&id, 1});
    convert(settings_.height, settings_.width, own_.image(id), false, batch.x.data() + r * floats);
  }
}

}  // namespace synface::train
