// Eigenvectors, principal axes and discriminants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/sdk/philox.h>

#include <cmath>

#include "linear/discriminant.h"
#include "linear/eigen.h"
#include "math_service.h"

namespace {

using linear::Matrix;

class Linear : public testing::Test {
 protected:
  synface_context ctx_ = abi_test::context();
  linear::Products products_{abi_test::math_service(), ctx_};
};

Matrix random_matrix(std::size_t rows, std::size_t columns, uint32_t stream) {
  Matrix m(rows, columns);
  synface::sdk::PhiloxStream random(1, stream, 0, 0);
  for (double& value : m.values) value = 2.0 * random.uniform_double() - 1.0;
  return m;
}

void expect_eigen(const Matrix& a, const linear::Eigen& eigen, double within) {
  for (std::size_t k = 0; k < a.rows; ++k) {
    if (k > 0) {
      EXPECT_GE(eigen.values[k - 1], eigen.values[k]);
    }
    for (std::size_t i = 0; i < a.rows; ++i) {  // A v = l v
      EXPECT_NEAR(linear::dot(a.row(i), eigen.vectors.row(k), a.rows),
                  eigen.values[k] * eigen.vectors.at(k, i), within);
    }
    for (std::size_t l = 0; l < a.rows; ++l) {
      EXPECT_NEAR(linear::dot(eigen.vectors.row(k), eigen.vectors.row(l), a.rows),
                  k == l ? 1.0 : 0.0, 1e-12);
    }
  }
}

TEST_F(Linear, EigenvaluesOfASmallMatrixAreThoseOfItsPolynomial) {
  Matrix a(2, 2);
  a.values = {2, 1, 1, 2};  // (2 - l)^2 = 1: 3 and 1, along (1, 1) and (1, -1)
  const linear::Eigen eigen = linear::symmetric_eigen(a, products_);
  EXPECT_NEAR(eigen.values[0], 3.0, 1e-14);
  EXPECT_NEAR(eigen.values[1], 1.0, 1e-14);
  EXPECT_NEAR(eigen.vectors.at(0, 0), std::sqrt(0.5), 1e-14);
  EXPECT_NEAR(eigen.vectors.at(0, 1), std::sqrt(0.5), 1e-14);
}

TEST_F(Linear, EigenvectorsReproduceMatricesOfManySizes) {
  for (const std::size_t n : {1U, 2U, 3U, 7U, 40U, 91U}) {
    const Matrix x = random_matrix(n, n, static_cast<uint32_t>(n));
    const Matrix a = products_.by_transposed(x, x);
    expect_eigen(a, linear::symmetric_eigen(a, products_), 1e-11 * static_cast<double>(n));
  }
}

TEST_F(Linear, MatricesWithEqualAndZeroEigenvaluesAreNoTrouble) {
  Matrix zero(5, 5), identity(5, 5), flat(5, 5);
  for (std::size_t i = 0; i < 5; ++i) identity.at(i, i) = 1.0;
  for (double& value : flat.values) value = 1.0;  // rank 1: 5, 0, 0, 0, 0
  expect_eigen(zero, linear::symmetric_eigen(zero, products_), 1e-15);
  expect_eigen(identity, linear::symmetric_eigen(identity, products_), 1e-15);
  const linear::Eigen eigen = linear::symmetric_eigen(flat, products_);
  expect_eigen(flat, eigen, 1e-14);
  EXPECT_NEAR(eigen.values[0], 5.0, 1e-14);
}

TEST_F(Linear, MatricesFarFromFullRankConverge) {
  for (const std::size_t rank : {1U, 20U, 59U}) {
    const Matrix x = random_matrix(rank, 160, static_cast<uint32_t>(rank));
    const Matrix a = products_.transposed_by(x, x);
    const linear::Eigen eigen = linear::symmetric_eigen(a, products_);
    expect_eigen(a, eigen, 1e-10);
    EXPECT_GT(eigen.values[rank - 1], 1.0);
    EXPECT_NEAR(eigen.values[rank], 0.0, 1e-10);
  }
}

TEST_F(Linear, TinyMatricesAreAsGoodAsLargeOnes) {
  Matrix x = random_matrix(40, 12, 9);
  for (double& value : x.values) value *= 1e-90;  // products of 1e-180, whose squares are 0
  const linear::Eigen eigen = linear::symmetric_eigen(products_.by_transposed(x, x), products_);
  EXPECT_NEAR(linear::dot(eigen.vectors.row(0), eigen.vectors.row(1), 40), 0.0, 1e-12);
  EXPECT_GT(eigen.values[11], 0.0);
}

TEST_F(Linear, WhatIsNoNumberIsRefused) {
  Matrix a(2, 2);
  a.values = {1, 0, 0, std::nan("")};
  EXPECT_THROW(linear::symmetric_eigen(a, products_), synface::sdk::Error);
}

TEST_F(Linear, AnEigendecompositionStopsWhenItIsTold) {
  const Matrix x = random_matrix(60, 60, 3);
  const Matrix a = products_.by_transposed(x, x);
  const uint32_t told = 1;
  synface_context ctx = abi_test::context();
  ctx.cancel = &told;
  const linear::Products stopped(abi_test::math_service(), ctx);
  try {
    linear::symmetric_eigen(a, stopped);
    FAIL() << "it went on";
  } catch (const synface::sdk::Error& error) {
    EXPECT_EQ(error.code(), SYNFACE_ERR_CANCELLED);
  }
}

TEST_F(Linear, PrincipalAxesFindTheDirectionsOfACloud) {
  Matrix x = random_matrix(60, 5, 1);
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.at(i, 3) *= 10.0;  // widest
    x.at(i, 1) *= 4.0;
    for (std::size_t j = 0; j < 5; ++j) x.at(i, j) += 100.0;  // a mean, which must not count
  }
  const linear::Axes axes = linear::principal_axes(x, 2, products_);
  ASSERT_EQ(axes.axes.rows, 2U);
  EXPECT_GT(std::abs(axes.axes.at(0, 3)), 0.99);
  EXPECT_GT(std::abs(axes.axes.at(1, 1)), 0.99);
  const Matrix inside = axes.project(x, products_);
  double variance = 0.0;
  for (std::size_t i = 0; i < x.rows; ++i) variance += inside.at(i, 0) * inside.at(i, 0) / 60.0;
  EXPECT_NEAR(variance, axes.variances[0], 1e-9);
}

TEST_F(Linear, FewRowsGiveFewAxesByTheSmallerProduct) {
  const Matrix x = random_matrix(4, 30, 2);
  const linear::Axes axes = linear::principal_axes(x, 10, products_);
  EXPECT_EQ(axes.axes.rows, 3U);  // four points about their mean
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(linear::dot(axes.axes.row(k), axes.axes.row(k), 30), 1.0, 1e-12);
  }
}

TEST_F(Linear, ManyRowsAndColumnsGiveTheSameAxesByIteration) {
  // 780 rows with twelve strong directions of 780 columns, variance falling by a tenth each.
  const Matrix strong = random_matrix(12, 780, 3);
  Matrix parts = random_matrix(780, 12, 4);
  for (std::size_t i = 0; i < parts.rows; ++i) {
    for (std::size_t j = 0; j < 12; ++j) parts.at(i, j) *= std::pow(0.9, static_cast<double>(j));
  }
  const Matrix x = products_.multiply(parts, strong);
  const linear::Axes axes = linear::principal_axes(x, 12, products_);
  ASSERT_EQ(axes.axes.rows, 12U);
  // Nothing of the rows is lost outside of the axes, and the coordinates are uncorrelated.
  const Matrix inside = axes.project(x, products_);
  Matrix about = x;
  linear::subtract_row(about, axes.mean);
  EXPECT_NEAR(linear::dot(inside.values.data(), inside.values.data(), inside.values.size()),
              linear::dot(about.values.data(), about.values.data(), about.values.size()), 1e-5);
  const Matrix covariance = products_.transposed_by(inside, inside);
  EXPECT_NEAR(covariance.at(0, 5) / covariance.at(0, 0), 0.0, 1e-9);
  EXPECT_NEAR(covariance.at(0, 0) / 780.0, axes.variances[0], 1e-6 * axes.variances[0]);
}

TEST_F(Linear, WhiteningGivesEveryAxisTheVarianceOne) {
  Matrix x = random_matrix(50, 4, 5);
  for (std::size_t i = 0; i < x.rows; ++i) x.at(i, 2) *= 20.0;
  const Matrix white =
      linear::whitened(linear::principal_axes(x, 4, products_)).apply(x, products_);
  const Matrix covariance = products_.transposed_by(white, white);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      EXPECT_NEAR(covariance.at(i, j) / 50.0, i == j ? 1.0 : 0.0, 1e-10);
    }
  }
}

// Classes differ along the first column, images of one class along the second, ten times as much.
struct Labelled {
  Matrix x{40, 3};
  std::vector<uint32_t> klass;

  Labelled() {
    const Matrix noise = random_matrix(40, 3, 6);
    for (std::size_t i = 0; i < 40; ++i) {
      klass.push_back(static_cast<uint32_t>(i / 4));
      x.at(i, 0) = static_cast<double>(i / 4) + 0.05 * noise.at(i, 0);
      x.at(i, 1) = 30.0 * noise.at(i, 1);
      x.at(i, 2) = 0.05 * noise.at(i, 2);
    }
  }
};

TEST_F(Linear, TheDiscriminantLooksAlongTheClassesNotAlongTheWidestAxis) {
  const Labelled data;
  const linear::Axes axes = linear::principal_axes(data.x, 3, products_);
  EXPECT_GT(std::abs(axes.axes.at(0, 1)), 0.99);  // what is widest says nothing
  const linear::Map map = linear::discriminant(data.x, data.klass, axes, 0.0, 1, products_);
  ASSERT_EQ(map.map.rows, 1U);
  EXPECT_GT(std::abs(map.map.at(0, 0)), 100.0 * std::abs(map.map.at(0, 1)));
}

TEST_F(Linear, ADiscriminantWithoutTwoImagesOfAnybodyIsRefused) {
  const Matrix x = random_matrix(4, 3, 7);
  const linear::Axes axes = linear::principal_axes(x, 3, products_);
  EXPECT_THROW(linear::discriminant(x, {0, 1, 2, 3}, axes, 0.1, 2, products_), synface::sdk::Error);
  EXPECT_THROW(linear::discriminant(x, {0, 0, 0, 0}, axes, 0.1, 2, products_), synface::sdk::Error);
}

TEST_F(Linear, TheDirectionBetweenTwoClassesAllowsForTheirSpread) {
  // Means differ by (1, 1); the second column is ten times as wide: its share is a hundredth.
  Matrix x(400, 2);
  std::vector<bool> one;
  const Matrix noise = random_matrix(400, 2, 8);
  for (std::size_t i = 0; i < 400; ++i) {
    one.push_back(i % 2 == 0);
    x.at(i, 0) = noise.at(i, 0) + (one[i] ? 1.0 : 0.0);
    x.at(i, 1) = 10.0 * noise.at(i, 1) + (one[i] ? 1.0 : 0.0);
  }
  const std::vector<double> direction = linear::two_class_direction(x, one, 0.0, products_);
  EXPECT_GT(direction[0], 2.0);  // 1 / variance = 3, but for the sample
  EXPECT_LT(std::abs(direction[1]), 0.1);
}

// Three columns of which the third is the first two's sum but for rounding.
Matrix of_rank_two(uint32_t seed) {
  Matrix x = random_matrix(48, 3, seed);
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.at(i, 2) = x.at(i, 0) + x.at(i, 1) + 3e-7 * x.at(i, 2);
  }
  return x;
}

double greatest(const std::vector<double>& values) {
  double most = 0.0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

TEST_F(Linear, AxesThatAreRoundingAreLeftOut) {
  const Matrix x = of_rank_two(9);
  std::vector<uint32_t> klass;
  std::vector<bool> one;
  for (std::size_t i = 0; i < x.rows; ++i) {
    klass.push_back(static_cast<uint32_t>(i / 4));
    one.push_back(i % 2 == 0);
  }
  const linear::Axes axes = linear::principal_axes(x, 3, products_);
  EXPECT_LT(greatest(linear::whitened(axes).map.values), 100.0);
  EXPECT_LT(greatest(linear::discriminant(x, klass, axes, 0.0, 3, products_).map.values), 100.0);
  EXPECT_LT(greatest(linear::two_class_direction(x, one, 0.0, products_)), 100.0);
}

TEST_F(Linear, ADirectionFromRowsOfOneClassAloneReadsNothingBeyondThem) {
  const Matrix x = random_matrix(3, 2, 10);
  for (const double value : linear::two_class_direction(x, {false, false, false}, 0.1, products_)) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

TEST_F(Linear, AComputationHearsThatItIsCancelled) {
  const volatile uint32_t cancel = 1;
  ctx_.cancel = &cancel;
  EXPECT_THROW(products_.multiply(Matrix(1, 1), Matrix(1, 1)), synface::sdk::Error);
}

}  // namespace
