// Training batches: which images in which order, mixed, augmented, with soft labels.
#pragma once

#include <synface/train/augment.h>
#include <synface/train/generation.h>
#include <synface/train/head.h>
#include <synface/train/memory.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace synface::train {

// Labels and input of one step. x [B, H, W, 3] float32, the memory of a channels-last [B, 3, H, W].
struct Batch {
  Buffer<float> x;
  std::vector<std::int64_t> labels;  // [B, K]
  std::vector<float> weights;        // [B, K]
};

struct Recipe;  // augment_body.h: what happens to one image

// The same before the augmentation, in memory of the caller, for a device that augments: pixels
// [B, H, W, 3] uint8, recipes [B], labels and weights [B, K].
struct RawBatch {
  std::uint8_t* pixels = nullptr;
  Recipe* recipes = nullptr;
  std::int64_t* labels = nullptr;
  float* weights = nullptr;
};

// Batches of a training set of M images. Image n = step * B + row of the training is image p_e(n
// mod M) with e = n / M, where p_e is a permutation keyed by the training seed and the epoch e;
// batches run over the ends of epochs. A latent mixup has already entered the images (generation.h)
// and gives labels here; a batch mixup mixes augmented images. Classes: the own people, then those
// of the real set.
class Batches {
 public:
  struct Settings {
    std::int64_t height = 0, width = 0, batch_size = 0;
    std::uint64_t data_seed = 0, train_seed = 0;
    Augmentation augmentation;
    bool shuffle_labels = false;
    CallSettings calls;
  };

  // `own` holds the images (of a latent mixup the mixed ones); `latent`, `batch` and `real` may be
  // nullptr and must outlive this. Error(kUsage) when `batch` reads a real set and there is none.
  Batches(const Settings& settings, ImageSet& own, const plugin::Mixup* latent,
          const plugin::Mixup* batch, ImageSet* real);

  std::int64_t classes() const { return classes_; }
  // K: label slots of a row.
  std::int64_t max_labels() const { return max_labels_; }
  std::int64_t images() const { return own_.count(); }
  Batch make_batch() const;
  // The memory that a batch mixup's calls are lent is taken away and taken anew (loss_path.h).
  void renew_buffers();
  // Fills a batch of `step`; depends on the settings and the step alone.
  void fill(std::int64_t step, Batch& batch);
  // The same of a step before its augmentation. Not with a batch mixup, which blends what has been
  // augmented.
  void fill_raw(std::int64_t step, const RawBatch& batch);
  bool mixes_images() const { return batch_ != nullptr; }
  // Plain images of `count` rows from `first` on in the order of epoch 0, for calibration.
  void fill_plain(std::int64_t first, Batch& batch);

 private:
  struct Part;
  struct Row;
  std::vector<Row> rows_of(std::int64_t step);
  std::int64_t dataset_index(std::int64_t n) const;
  void pick_sources(std::int64_t step, std::vector<Row>& rows) const;
  void label_rows(std::vector<Row>& rows) const;
  void shuffle_labels(std::vector<Row>& rows) const;
  void prepare(const std::vector<Row>& rows);
  void augment_rows(const std::vector<Row>& rows, std::int64_t source, float* x);
  void mix(std::int64_t step, std::vector<Row>& rows, float* x);
  void write_labels(const std::vector<Row>& rows, std::int64_t* labels, float* weights) const;

  Settings settings_;
  ImageSet& own_;
  const plugin::Mixup* latent_;
  const plugin::Mixup* batch_;
  ImageSet* real_;
  std::int64_t classes_ = 0, max_labels_ = 1;
  std::vector<Buffer<float>> sources_;  // of a batch mixup, beyond the first
};

}  // namespace synface::train
