#include "soft_targets.h"

#include <synface/mixup.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "rows.h"

namespace synface::train {
namespace {

// A batch mixup over a latent one multiplies their sources.
constexpr std::int64_t kMostTargets = SYNFACE_MAX_SOURCES * SYNFACE_MAX_SOURCES;

template <typename T>
bool used(const Targets<T>& t, std::int64_t k) {
  return t.weights[k] != 0;
}

}  // namespace

template <typename T>
double joint_softmax(T* row, std::int64_t classes, T scale, const Targets<T>& t, T& d_norm) {
  for (std::int64_t k = 0; k < t.k; ++k) {
    if (used(t, k)) row[t.labels[k]] = t.z[k];
  }
  const std::int64_t at = largest(row, classes);
  const T top = at < 0 ? static_cast<T>(NAN) : scale * row[at];
  double loss = 0;
  double total_weight = 0;
  for (std::int64_t k = 0; k < t.k; ++k) {
    if (!used(t, k)) continue;
    loss -= static_cast<double>(t.weights[k]) * static_cast<double>(scale * t.z[k] - top);
    total_weight += static_cast<double>(t.weights[k]);
  }
  const T sum = exponentials(row, classes, scale, top);
  loss += total_weight * std::log(static_cast<double>(sum));
  train::scale(row, classes, scale * static_cast<T>(total_weight) / sum, static_cast<T*>(nullptr));
  d_norm = 0;
  for (std::int64_t k = 0; k < t.k; ++k) {
    if (!used(t, k)) continue;
    const T d_z = row[t.labels[k]] - scale * t.weights[k];
    row[t.labels[k]] = d_z * t.dz_dcos[k];
    d_norm += d_z * t.dz_dnorm[k];
  }
  return loss;
}

template <typename T>
double separate_softmax(T* row, std::int64_t classes, T scale, const Targets<T>& t, T& d_norm) {
  std::int64_t n = 0;
  std::int64_t slots[kMostTargets];
  for (std::int64_t k = 0; k < t.k; ++k) {
    if (used(t, k)) slots[n++] = k;
  }
  if (n == 1) return joint_softmax(row, classes, scale, t, d_norm);

  // Of target i: e its exponential without, m with the margin. The rest is summed without them, so
  // that nothing is taken from a sum that it dominates.
  T e[kMostTargets], m[kMostTargets], sums[kMostTargets];
  const std::int64_t at = largest(row, classes);
  T top = at < 0 ? static_cast<T>(NAN) : scale * row[at];
  for (std::int64_t i = 0; i < n; ++i) top = std::max(top, scale * t.z[slots[i]]);
  for (std::int64_t i = 0; i < n; ++i) {
    T& cosine = row[t.labels[slots[i]]];
    e[i] = std::exp(scale * cosine - top);
    m[i] = std::exp(scale * t.z[slots[i]] - top);
    cosine = -static_cast<T>(INFINITY);
  }
  const T rest = exponentials(row, classes, scale, top);
  double loss = 0;
  T share = 0;  // sum_k w_k / S_k
  for (std::int64_t k = 0; k < n; ++k) {
    sums[k] = rest + m[k];
    for (std::int64_t i = 0; i < n; ++i) sums[k] += i == k ? T{0} : e[i];
    const T w = t.weights[slots[k]];
    share += w / sums[k];
    loss += static_cast<double>(w) * (std::log(static_cast<double>(sums[k])) -
                                      static_cast<double>(scale * t.z[slots[k]] - top));
  }
  train::scale(row, classes, scale * share, static_cast<T*>(nullptr));
  d_norm = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const T w = t.weights[slots[i]];
    const T d_z = scale * w * (m[i] / sums[i] - 1);
    const T others = scale * e[i] * (share - w / sums[i]);
    row[t.labels[slots[i]]] = others + d_z * t.dz_dcos[slots[i]];
    d_norm += d_z * t.dz_dnorm[slots[i]];
  }
  return loss;
}

template double joint_softmax(float*, std::int64_t, float, const Targets<float>&, float&);
template double joint_softmax(double*, std::int64_t, double, const Targets<double>&, double&);
template double separate_softmax(float*, std::int64_t, float, const Targets<float>&, float&);
template double separate_softmax(double*, std::int64_t, double, const Targets<double>&, double&);

}  // namespace synface::train
