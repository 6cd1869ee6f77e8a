// Fisher's linear discriminant.
#pragma once

#include "principal.h"

namespace linear {

// A linear map x -> map (x - mean), [D] to [k].
struct Map {
  std::vector<double> mean;
  Matrix map;  // [k, D]

  Matrix apply(Matrix x, const Products& products) const;
};

// Principal axes, each divided by the standard deviation along it (whitening).
Map whitened(const Axes& axes);

// Axes that separate classes (Fisher 1936, Rao 1948; after principal components as in Belhumeur et
// al., PAMI 1997): the rows' principal coordinates (`axes`), whitened by the covariance within
// classes, of which the share `shrinkage` is replaced by its mean variance, then turned to the
// widest `k` axes of the classes' means. klass: of each row, from 0. Error INVALID where no class
// has two rows or there is one class only.
Map discriminant(const Matrix& x, const std::vector<uint32_t>& klass, const Axes& axes,
                 double shrinkage, std::size_t k, const Products& products);

// The direction in which two classes of rows differ most, of length 1 in the covariance within
// them: (Sw + shrinkage tr(Sw)/d I)^-1 (mean of the rows with one[i] - mean of the others).
std::vector<double> two_class_direction(const Matrix& x, const std::vector<bool>& one,
                                        double shrinkage, const Products& products);

}  // namespace linear
