// Heads of many people as one product: what the sum over targets says, whoever is shaped together
// and whatever the instruction set.
#include "core/shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/prior.h"

namespace {

using namespace synface::morphable;

const HeadModel& head() {
  static const HeadModel model = HeadModel::read(SYNFACE_MORPHABLE_HEAD);
  return model;
}

std::vector<std::vector<float>> people(std::size_t n) {
  const Prior prior(head(), {});
  std::vector<std::vector<float>> rows(n, std::vector<float>(Layout(head()).size));
  for (std::size_t i = 0; i < n; ++i) {
    prior.draw_identity(7, static_cast<uint32_t>(i), rows[i].data());
  }
  return rows;
}

std::vector<Person> shaped(const std::vector<std::vector<float>>& rows, std::size_t first,
                           std::size_t n, const Kernels& kernels) {
  std::vector<const float*> identities;
  for (std::size_t i = 0; i < n; ++i) identities.push_back(rows[first + i].data());
  std::vector<Person> out(n);
  ShapeModel::Work work;
  ShapeModel(head()).shape(identities.data(), n, out.data(), work, kernels);
  return out;
}

bool same_bytes(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Vec3)) == 0);
}

// P = base + sum of weight x target, in double precision and target after target.
std::vector<std::array<double, 3>> reference(const std::vector<float>& row) {
  std::vector<std::array<double, 3>> p;
  for (const Vec3 b : head().base) p.push_back({b.x, b.y, b.z});
  const auto add = [&](int32_t target, double weight) {
    if (target < 0) return;
    const auto t = static_cast<std::size_t>(target);
    for (int32_t e = head().targets.offset[t]; e < head().targets.offset[t + 1]; ++e) {
      const auto i = static_cast<std::size_t>(e);
      auto& at = p[static_cast<std::size_t>(head().targets.index[i])];
      const Vec3 d = head().targets.delta[i];
      at = {at[0] + weight * d.x, at[1] + weight * d.y, at[2] + weight * d.z};
    }
  };
  const double male = row[kGender];
  const double old = 2.0 * row[kAge] - 1.0;
  const double whole = row[kEthnicity] + row[kEthnicity + 1] + row[kEthnicity + 2];
  for (std::size_t e = 0; e < 3; ++e) {
    const double share = row[kEthnicity + e] / whole;
    const int32_t* target = &head().macro_target[4 * e];
    add(target[0], share * (1 - male) * (1 - old));
    add(target[1], share * (1 - male) * old);
    add(target[2], share * male * (1 - old));
    add(target[3], share * male * old);
  }
  for (std::size_t i = 0; i < head().coefficients.size(); ++i) {
    const double c = row[kMacros + i];
    add(c >= 0 ? head().coefficients[i].positive : head().coefficients[i].negative, std::fabs(c));
  }
  return p;
}

TEST(Shape, IsTheSumOverTargets) {
  const auto rows = people(5);
  const auto heads = shaped(rows, 0, 5, best_kernels());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto want = reference(rows[i]);
    // Both are compared relative to their first vertex: the origin between the eyes cancels.
    for (std::size_t v = 0; v < want.size(); ++v) {
      const double unit = heads[i].unit;
      const Vec3 got = heads[i].positions[v];
      const Vec3 from = heads[i].positions[0];
      EXPECT_NEAR(got.x - from.x, (want[v][0] - want[0][0]) * unit, 2e-5) << v;
      EXPECT_NEAR(got.y - from.y, (want[v][1] - want[0][1]) * unit, 2e-5) << v;
      EXPECT_NEAR(got.z - from.z, (want[v][2] - want[0][2]) * unit, 2e-5) << v;
    }
  }
}

// Groups of every size that fills vectors or not, with every instruction set, against each alone.
TEST(Shape, DoesNotDependOnTheGroupNorOnTheInstructionSet) {
  const auto rows = people(33);
  std::vector<Person> alone;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    alone.push_back(shaped(rows, i, 1, kKernelsPortable)[0]);
  }
  for (const Kernels* kernels : usable_kernels()) {
    for (const std::size_t n : {1U, 2U, 3U, 4U, 5U, 8U, 9U, 16U, 17U, 33U}) {
      const auto together = shaped(rows, 33 - n, n, *kernels);
      for (std::size_t i = 0; i < n; ++i) {
        const Person& want = alone[33 - n + i];
        const Person& got = together[i];
        ASSERT_TRUE(same_bytes(got.positions, want.positions)) << kernels->lanes << ", " << n;
        ASSERT_TRUE(same_bytes(got.push, want.push)) << kernels->lanes << ", " << n;
        ASSERT_EQ(got.unit, want.unit);
        ASSERT_EQ(got.key, want.key);
      }
    }
  }
}

TEST(Shape, NormalsOfTheProductAreThoseOfTheMesh) {
  const auto rows = people(16);
  std::vector<const float*> identities;
  for (const auto& row : rows) identities.push_back(row.data());
  const ShapeModel model(head());
  for (const Kernels* kernels : usable_kernels()) {
    ShapeModel::Work work;
    const auto lanes = static_cast<std::size_t>(kernels->lanes);
    std::vector<float> units(lanes);
    model.product(identities.data(), kernels->lanes, work, units.data(), *kernels);
    const auto column = [&](const std::vector<float>& from, std::size_t l) {
      std::vector<Vec3> out;
      for (std::size_t v = 0; v < head().base.size(); ++v) {
        const float* at = &from[3 * v * lanes + l];
        out.push_back({at[0], at[lanes], at[2 * lanes]});
      }
      return out;
    };
    for (std::size_t l = 0; l < lanes; ++l) {
      std::vector<Vec3> want;
      vertex_normals(head().triangles, column(work.positions, l), want);
      ASSERT_TRUE(same_bytes(column(work.normals, l), want)) << lanes << ", " << l;
    }
  }
}

}  // namespace
