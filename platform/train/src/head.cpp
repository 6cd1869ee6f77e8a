#include <synface/base/error.h>
#include <synface/train/gemm.h>
#include <synface/train/head.h>
#include <synface/train/memory.h>
#include <synface/train/parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "rows.h"
#include "soft_targets.h"

namespace synface::train {

template <typename T>
struct Head<T>::State {
  HeadShape shape;
  T scale = 1;
  bool norm_x = true, norm_w = true, joint = false;
  int threads = 1;
  std::int64_t rows_w = 0;  // C * subcentres

  Buffer<T> unit;                                // [B, D] x^
  Buffer<T> norm;                                // [B]
  Buffer<T> inverse;                             // [C * subcentres] 1 / |w|
  Buffer<T> dot;                                 // [B, C * subcentres]
  Buffer<T> best;                                // [B, C] where there are sub-centres
  Buffer<std::int32_t> which;                    // [B, C] the sub-centre of `best`
  Buffer<T> z, cos, weights, dz_dcos, dz_dnorm;  // [B, K]
  Buffer<T> d_norm;                              // [B] d loss_b / d norm_b
  Buffer<T> logits;                              // LOGITS only: [B, C]
  Buffer<double> losses, hits;                   // [B]

  State(const HeadShape& s, const synface_loss_info& info, int n_threads)
      : shape(s), threads(n_threads), rows_w(s.classes * s.subcentres) {
    scale = static_cast<T>(info.scale);
    norm_x = (info.flags & SYNFACE_LOSS_NORM_X) != 0;
    norm_w = (info.flags & SYNFACE_LOSS_NORM_W) != 0;
    joint = (info.flags & SYNFACE_LOSS_JOINT_TARGETS) != 0;
    const auto b = static_cast<std::size_t>(s.max_batch);
    const auto k = b * static_cast<std::size_t>(s.max_labels);
    const auto c = b * static_cast<std::size_t>(s.classes);
    unit = Buffer<T>(b * static_cast<std::size_t>(s.embedding));
    norm = Buffer<T>(b, "norm");
    inverse = Buffer<T>(static_cast<std::size_t>(rows_w));
    dot = Buffer<T>(b * static_cast<std::size_t>(rows_w), "dot or d_dot");
    if (s.subcentres > 1) {
      best = Buffer<T>(c, "dot or d_dot");
      which = Buffer<std::int32_t>(c);
    }
    z = Buffer<T>(k, "z");
    cos = Buffer<T>(k, "cos");
    weights = Buffer<T>(k, "weights");
    dz_dcos = Buffer<T>(k, "dz_dcos");
    dz_dnorm = Buffer<T>(k, "dz_dnorm");
    d_norm = Buffer<T>(b, "d_norm");
    if (info.form == SYNFACE_LOSS_LOGITS) logits = Buffer<T>(c, "z");
    losses = Buffer<double>(b);
    hits = Buffer<double>(b);
  }

  T* cosines() { return shape.subcentres > 1 ? best.data() : dot.data(); }
  void each_row(std::int64_t n, const std::function<void(std::int64_t)>& body) const {
    parallel(threads, n, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) body(r);
    });
  }

  void normalise(const T* x, const T* weight, std::int64_t batch);
  void take_best(std::int64_t batch);
  void gather(const Labels& labels);
  void softmax_of(const Labels& labels, std::int64_t row);
  void finish(const T* weight, std::int64_t batch, T* d_weight, T* d_x);
  HeadResult result(std::int64_t batch) const;
};

// Lengths, x^, and the products: cosines where both flags are set.
template <typename T>
void Head<T>::State::normalise(const T* x, const T* weight, std::int64_t batch) {
  const std::int64_t d = shape.embedding;
  each_row(batch, [&](std::int64_t b) {
    const T* from = x + b * d;
    T* to = unit.data() + b * d;
    const T length = std::sqrt(train::dot(from, from, d));
    norm[static_cast<std::size_t>(b)] = length;
    const T factor = norm_x ? T{1} / std::max(length, static_cast<T>(1e-12)) : T{1};
    for (std::int64_t i = 0; i < d; ++i) to[i] = factor * from[i];
  });
  gemm<T>({unit.data(), batch, d}, {weight, rows_w, d, true}, {dot.data(), batch, rows_w});
  if (!norm_w) return;
  parallel(threads, rows_w, 64, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t j = first; j < last; ++j) {
      const T length = std::sqrt(train::dot(weight + j * d, weight + j * d, d));
      inverse[static_cast<std::size_t>(j)] = T{1} / std::max(length, static_cast<T>(1e-12));
    }
  });
  each_row(batch, [&](std::int64_t b) {
    train::scale(dot.data() + b * rows_w, rows_w, T{1}, inverse.data());
  });
}

template <typename T>
void Head<T>::State::take_best(std::int64_t batch) {
  if (shape.subcentres == 1) return;
  const std::int64_t u = shape.subcentres;
  each_row(batch, [&](std::int64_t b) {
    for (std::int64_t j = 0; j < shape.classes; ++j) {
      const T* group = dot.data() + b * rows_w + j * u;
      const std::int64_t top = std::max<std::int64_t>(0, largest(group, u));
      best[static_cast<std::size_t>(b * shape.classes + j)] = group[top];
      which[static_cast<std::size_t>(b * shape.classes + j)] = static_cast<std::int32_t>(top);
    }
  });
}

// The targets' cosines and the accuracy, before any margin.
template <typename T>
void Head<T>::State::gather(const Labels& labels) {
  const std::int64_t c = shape.classes, k = shape.max_labels;
  const bool bounded = norm_x && norm_w;
  each_row(labels.batch, [&](std::int64_t b) {
    const T* row = cosines() + b * c;
    const std::int64_t predicted = largest(row, c);
    double hit = 0;
    for (std::int64_t i = b * k; i < (b + 1) * k; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const T value = row[labels.labels[i]];
      cos[at] = bounded ? std::clamp(value, T{-1}, T{1}) : value;
      weights[at] = static_cast<T>(labels.weights[i]);
      if (labels.labels[i] == predicted) hit += static_cast<double>(labels.weights[i]);
      z[at] = dz_dcos[at] = dz_dnorm[at] = 0;
    }
    hits[static_cast<std::size_t>(b)] = hit;
  });
}

// One row of cosines becomes its gradient d loss_b / d cosine.
template <typename T>
void Head<T>::State::softmax_of(const Labels& labels, std::int64_t b) {
  const std::int64_t k = shape.max_labels;
  const Targets<T> targets{k,
                           labels.labels + b * k,
                           weights.data() + b * k,
                           z.data() + b * k,
                           dz_dcos.data() + b * k,
                           dz_dnorm.data() + b * k};
  T* row = cosines() + b * shape.classes;
  T& by_norm = d_norm[static_cast<std::size_t>(b)];
  losses[static_cast<std::size_t>(b)] =
      joint ? joint_softmax(row, shape.classes, scale, targets, by_norm)
            : separate_softmax(row, shape.classes, scale, targets, by_norm);
}

// From d loss_b / d cosine in cosines() to the gradients of the mean loss.
template <typename T>
void Head<T>::State::finish(const T* weight, std::int64_t batch, T* d_weight, T* d_x) {
  const std::int64_t d = shape.embedding, u = shape.subcentres;
  const T mean = T{1} / static_cast<T>(batch);
  each_row(batch, [&](std::int64_t b) {
    T* row = dot.data() + b * rows_w;
    if (u > 1) {
      std::fill(row, row + rows_w, T{0});
      for (std::int64_t j = 0; j < shape.classes; ++j) {
        const auto at = static_cast<std::size_t>(b * shape.classes + j);
        row[j * u + which[at]] = best[at];
      }
    }
    train::scale(row, rows_w, mean, norm_w ? inverse.data() : nullptr);
  });
  gemm<T>({dot.data(), batch, rows_w, true}, {unit.data(), batch, d}, {d_weight, rows_w, d});
  gemm<T>({dot.data(), batch, rows_w}, {weight, rows_w, d}, {d_x, batch, d});
  if (norm_w) {
    parallel(threads, rows_w, 64, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t j = first; j < last; ++j) {
        const T inv = inverse[static_cast<std::size_t>(j)];
        const T along = train::dot(d_weight + j * d, weight + j * d, d) * inv * inv;
        subtract(d_weight + j * d, d, along, weight + j * d);
      }
    });
  }
  each_row(batch, [&](std::int64_t b) {
    T* gradient = d_x + b * d;
    const T* direction = unit.data() + b * d;
    const T length = std::max(norm[static_cast<std::size_t>(b)], static_cast<T>(1e-12));
    const T by_norm = mean * d_norm[static_cast<std::size_t>(b)];
    if (norm_x) {
      const T along = train::dot(gradient, direction, d);
      for (std::int64_t i = 0; i < d; ++i) {
        gradient[i] = (gradient[i] - along * direction[i]) / length + by_norm * direction[i];
      }
    } else {
      for (std::int64_t i = 0; i < d; ++i) gradient[i] += by_norm * direction[i] / length;
    }
  });
}

template <typename T>
HeadResult Head<T>::State::result(std::int64_t batch) const {
  HeadResult r;
  for (std::int64_t b = 0; b < batch; ++b) {
    r.loss += losses[static_cast<std::size_t>(b)];
    r.accuracy += hits[static_cast<std::size_t>(b)];
  }
  r.loss /= static_cast<double>(batch);
  r.accuracy /= static_cast<double>(batch);
  return r;
}

template <typename T>
Head<T>::Head(const HeadShape& shape, const synface_loss_info& info, int threads)
    : state_(std::make_unique<State>(shape, info, threads)) {}
template <typename T>
Head<T>::~Head() = default;
template <typename T>
Head<T>::Head(Head&&) noexcept = default;
template <typename T>
Head<T>& Head<T>::operator=(Head&&) noexcept = default;

template <typename T>
HeadResult Head<T>::margin(const T* x, const Labels& labels, const T* weight, const Margin& call,
                           T* d_weight, T* d_x) {
  State& s = *state_;
  const std::int64_t batch = labels.batch, k = s.shape.max_labels;
  s.normalise(x, weight, batch);
  s.take_best(batch);
  s.gather(labels);
  call({View(s.cos.data(), {batch, k}), View(s.norm.data(), {batch}),
        View(s.weights.data(), {batch, k}), View(s.z.data(), {batch, k}),
        View(s.dz_dcos.data(), {batch, k}), View(s.dz_dnorm.data(), {batch, k})});
  s.each_row(batch, [&](std::int64_t b) { s.softmax_of(labels, b); });
  if (d_weight != nullptr && d_x != nullptr) s.finish(weight, batch, d_weight, d_x);
  return s.result(batch);
}

template <typename T>
HeadResult Head<T>::logits(const T* x, const Labels& labels, const T* weight, const Logits& call,
                           const LogitsBackward& backward, T* d_weight, T* d_x) {
  State& s = *state_;
  const std::int64_t batch = labels.batch, k = s.shape.max_labels, c = s.shape.classes;
  s.normalise(x, weight, batch);
  s.take_best(batch);
  s.gather(labels);
  call({View(s.cosines(), {batch, c}), View(s.norm.data(), {batch}),
        View(labels.labels, {batch, k}), View(labels.weights, {batch, k}),
        View(s.logits.data(), {batch, c})});
  s.each_row(batch, [&](std::int64_t b) {
    // The plugin's logits are final: scale 1, targets as they are.
    T* row = s.logits.data() + b * c;
    Targets<T> targets{k,
                       labels.labels + b * k,
                       s.weights.data() + b * k,
                       s.z.data() + b * k,
                       s.dz_dcos.data() + b * k,
                       s.dz_dnorm.data() + b * k};
    for (std::int64_t i = b * k; i < (b + 1) * k; ++i) {
      s.z[static_cast<std::size_t>(i)] = row[labels.labels[i]];
      s.dz_dcos[static_cast<std::size_t>(i)] = 1;
    }
    T none = 0;
    s.losses[static_cast<std::size_t>(b)] = joint_softmax(row, c, T{1}, targets, none);
  });
  if (d_weight != nullptr && d_x != nullptr) {
    std::fill(s.d_norm.data(), s.d_norm.data() + batch, T{0});
    backward({View(s.logits.data(), {batch, c}), View(s.cosines(), {batch, c}),
              View(s.d_norm.data(), {batch})});
    s.finish(weight, batch, d_weight, d_x);
  }
  return s.result(batch);
}

template class Head<float>;
template class Head<double>;

}  // namespace synface::train
