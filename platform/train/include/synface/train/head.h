// From embeddings and class weights to the loss and its gradients: the host's half of the MARGIN
// and LOGITS forms (<synface/loss.h>).
//
// With x^ = x / |x| (flag NORM_X), w^_j = w_j / |w_j| (NORM_W) and c_bj = <x^_b, w^_j>, the logits
// are s c_bj, but s z_bk at the labels, where z is the plugin's margin function (CosFace: Wang et
// al., CVPR 2018, eq. 4; ArcFace: Deng et al., CVPR 2019, eq. 3). Soft labels: L_b = sum_k w_bk
// CE_bk, either with all margins in one softmax (JOINT_TARGETS) or with one softmax for each label
// that has the margin on this label alone. The loss is the mean over the batch.
//
// One [B, C] buffer: products, margins and softmax happen in place, and the softmax becomes the
// gradient; three GEMMs. Rows are independent and sums have a fixed order, so that the bits depend
// on the matrix library's threads alone.
#pragma once

#include <synface/loss.h>
#include <synface/train/view.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace synface::train {

struct HeadShape {
  std::int64_t classes = 0;    // C
  std::int64_t embedding = 0;  // D
  std::int64_t max_batch = 0;
  std::int64_t max_labels = 1;  // K
  std::int64_t subcentres = 1;  // rows of W for each class; the largest cosine counts
};

// Labels of a batch: labels [B, K] int64, weights [B, K] float32; K is HeadShape::max_labels.
struct Labels {
  std::int64_t batch = 0;
  const std::int64_t* labels = nullptr;
  const float* weights = nullptr;
};

struct HeadResult {
  double loss = 0;      // mean over the batch
  double accuracy = 0;  // mean label weight of the class with the largest cosine
};

// Plugin calls of a head; all views [B, K] of T (weights too) unless said otherwise.
struct MarginCall {
  View cos, norm, weights, z, dz_dcos, dz_dnorm;  // norm [B]
};
struct LogitsCall {
  View dot, norm, labels, weights, z;  // [B, C], [B], [B, K] int64, [B, K] float32, [B, C]
};
struct LogitsBackwardCall {
  View d_z, d_dot, d_norm;  // [B, C], [B, C], [B]
};

template <typename T>
class Head {
 public:
  using Margin = std::function<void(const MarginCall&)>;
  using Logits = std::function<void(const LogitsCall&)>;
  using LogitsBackward = std::function<void(const LogitsBackwardCall&)>;

  Head(const HeadShape& shape, const synface_loss_info& info, int threads);
  ~Head();
  Head(Head&&) noexcept;
  Head& operator=(Head&&) noexcept;

  // x [B, D], weight [C * subcentres, D] (sub-centre u of class j is row j * subcentres + u);
  // writes d_weight and d_x, the gradients of the loss. Both may be nullptr: the loss alone.
  HeadResult margin(const T* x, const Labels& labels, const T* weight, const Margin& call,
                    T* d_weight, T* d_x);
  HeadResult logits(const T* x, const Labels& labels, const T* weight, const Logits& call,
                    const LogitsBackward& backward, T* d_weight, T* d_x);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class Head<float>;
extern template class Head<double>;

}  // namespace synface::train
