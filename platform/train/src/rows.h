// Loops over the rows of the head's matrices. Sums run over 16 lanes in a fixed order: the same
// bits for every instruction set.
#pragma once

#include <cstdint>

namespace synface::train {

// <a, b> over n elements.
float dot(const float* a, const float* b, std::int64_t n);
double dot(const double* a, const double* b, std::int64_t n);

// Index of the largest element, the first of equals; -1 when n is 0 or all are NaN.
std::int64_t largest(const float* row, std::int64_t n);
std::int64_t largest(const double* row, std::int64_t n);

// row_j = exp(s * row_j - top) in place; returns the sum.
float exponentials(float* row, std::int64_t n, float s, float top);
double exponentials(double* row, std::int64_t n, double s, double top);

// row_j *= factor * by_j, or factor alone where `by` is nullptr.
void scale(float* row, std::int64_t n, float factor, const float* by);
void scale(double* row, std::int64_t n, double factor, const double* by);

// row_j -= along * direction_j.
void subtract(float* row, std::int64_t n, float along, const float* direction);
void subtract(double* row, std::int64_t n, double along, const double* direction);

}  // namespace synface::train
