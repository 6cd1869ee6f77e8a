// Dense products by LibTorch's library.
#pragma once

#include <cstdint>

namespace synface::train {

// A matrix in memory of its own, row-major, [rows, columns]; `transposed` says that it enters the
// product as its transpose.
template <typename T>
struct Matrix {
  T* data = nullptr;
  std::int64_t rows = 0, columns = 0;
  bool transposed = false;
};

// c = alpha * op(a) op(b) + beta * c; with beta = 0 c is only written. T is float or double.
template <typename T>
void gemm(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, double alpha = 1,
          double beta = 0);

// Makes LibTorch take its CPU memory from process_allocator(). Before its first tensor.
void install_allocator();

}  // namespace synface::train
