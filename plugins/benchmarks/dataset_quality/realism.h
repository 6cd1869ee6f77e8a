// Can a straight cut tell two clouds of images apart?
#pragma once

#include <cstdint>
#include <vector>

#include "linear/matrix.h"

namespace dataset_quality {

// Area under the ROC of a linear discriminant between the rows of a and those of b, on people whom
// it was not fitted to: five folds by person, the mean of the folds' areas. 0.5: not to be told
// apart; 1: always. Fitted to the first 128 principal axes of all rows where there are more columns
// (no label enters these), with a ridge of a hundredth of the mean variance. `person` of each row;
// persons of a and b are different ones.
double linear_auc(const linear::Matrix& a, const std::vector<uint32_t>& person_a,
                  const linear::Matrix& b, const std::vector<uint32_t>& person_b,
                  const linear::Products& products);

// Probability that a value of `high` is above one of `low`, ties counting half (Mann and Whitney).
double auc_of(std::vector<double> high, std::vector<double> low);

// At most k coordinates of the rows of each, the same for all: themselves where they have no more
// than k columns, else the k principal axes of all of them together.
std::vector<linear::Matrix> reduced(const std::vector<const linear::Matrix*>& sets, std::size_t k,
                                    const linear::Products& products);

}  // namespace dataset_quality
