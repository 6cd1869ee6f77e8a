// The host's matrix products as three loops, for plugins that need the service.
#pragma once

#include "abi_plugin.h"

namespace abi_test {

inline double& element(const synface_tensor& t, int64_t i, int64_t j, bool transposed) {
  if (transposed) std::swap(i, j);
  return static_cast<double*>(t.data)[i * t.strides[0] + j * t.strides[1]];
}

inline const synface_ext_math& math_service() {
  static const synface_ext_math kTable = {
      sizeof(synface_ext_math), 0,
      [](const synface_context*, const synface_tensor* a, uint32_t ta, const synface_tensor* b,
         uint32_t tb, double alpha, double beta, const synface_tensor* c,
         synface_error*) noexcept -> synface_status {
        const int64_t inner = ta != 0 ? a->shape[0] : a->shape[1];
        for (int64_t i = 0; i < c->shape[0]; ++i) {
          for (int64_t j = 0; j < c->shape[1]; ++j) {
            double sum = 0.0;
            for (int64_t k = 0; k < inner; ++k) {
              sum += element(*a, i, k, ta != 0) * element(*b, k, j, tb != 0);
            }
            double& to = element(*c, i, j, false);
            to = alpha * sum + (beta == 0.0 ? 0.0 : beta * to);
          }
        }
        return SYNFACE_OK;
      },
      nullptr};
  return kTable;
}

}  // namespace abi_test
