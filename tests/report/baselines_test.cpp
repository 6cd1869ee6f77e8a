// Which row is compared with what: a row has a verdict only where it differs from its baseline in
// what the contrast asks.
#include "report_fixture.h"
#include "synface/report/render.h"

namespace synface::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Baselines : public ReportFixture {
 protected:
  // Two seeds a cell, the second 0.01 higher and a little more for the later cells.
  void add(std::vector<Planned>& plan, const Json& axes, double auc) {
    for (const int seed : {0, 1}) {
      Json with = axes;
      with["seed.train"] = seed;
      const double noise = 0.01 * seed + 0.001 * seed * static_cast<double>(plan.size());
      plan.push_back({with, {{"real.auc", auc + noise}}});
    }
  }
  Comparison result(const Conditions& baseline = {}) {
    store::Database db = reader();
    ComparisonOptions options;
    options.experiment = "grid";
    options.baseline = baseline;
    return compare(db, options);
  }
  const Cell* find(const Comparison& comparison, const Json& axes) {
    for (const Cell& cell : comparison.cells) {
      if (cell.axes == axes) return &cell;
    }
    return nullptr;
  }
  // The axes of a row's baseline; null where it has none.
  Json baseline_of(const Comparison& comparison, const Json& axes) {
    const Cell* cell = find(comparison, axes);
    if (cell == nullptr) return "no such row";
    if (!cell->baseline) return nullptr;
    return comparison.cells[*cell->baseline].axes;
  }
  int verdicts(const Comparison& comparison) {
    int n = 0;
    for (const Cell& cell : comparison.cells) {
      n += cell.metrics.at("real.auc").p_holm.has_value() ? 1 : 0;
    }
    return n;
  }
};

Json arm(const std::string& name, int identities) {
  return {{"arm", name}, {"generator.identities", identities}};
}

Json cell(int total, int identities, int samples) {
  return {{"total", total}, {"generator.identities", identities}, {"generator.samples", samples}};
}

TEST_F(Baselines, GivenAnAxisNamedWithOneValueOnBothSidesThenEachRowKeepsItsOwn) {
  std::vector<Planned> plan;
  add(plan, arm("none", 1000), 0.70);
  add(plan, arm("im", 1000), 0.75);
  add(plan, arm("none", 200), 0.50);
  add(plan, arm("im", 200), 0.52);
  add(plan, arm("im", 50), 0.40);
  fill("grid", plan, "arm = im, generator.identities = 1000 against none, 1000");
  const Comparison comparison = result();
  EXPECT_EQ(baseline_of(comparison, arm("im", 1000)), arm("none", 1000));
  EXPECT_EQ(baseline_of(comparison, arm("im", 200)), arm("none", 200));
  EXPECT_NEAR(*find(comparison, arm("im", 200))->metrics.at("real.auc").difference.mean, 0.02,
              0.01);
  EXPECT_TRUE(find(comparison, arm("none", 200))->metrics.at("real.auc").is_baseline);
  // Without arm "none" at 50 people there is nothing that differs in the arm alone.
  EXPECT_EQ(baseline_of(comparison, arm("im", 50)), nullptr);
  EXPECT_EQ(find(comparison, arm("im", 50))->metrics.at("real.auc").verdict, Verdict::kNone);
  EXPECT_EQ(verdicts(comparison), 2) << "Holm's family";
  EXPECT_EQ(comparison.primary->units, 2);
  EXPECT_NEAR(*comparison.primary->difference.mean, 0.05, 0.01);
  const std::string text = to_terminal(comparison_table(comparison), 0);
  EXPECT_THAT(text, AllOf(HasSubstr("no baseline"),
                          HasSubstr("a row's baseline has arm = none and the row's own "
                                    "generator.identities; 1 row has no baseline")));
}

TEST_F(Baselines, GivenTwoTotalsOfZippedCellsThenEachTotalHasItsOwnBaseline) {
  std::vector<Planned> plan;
  for (const Json& axes :
       {cell(5000, 2500, 2), cell(5000, 1000, 5), cell(5000, 250, 20), cell(5000, 100, 50),
        cell(20000, 4000, 5), cell(20000, 1000, 20), cell(20000, 400, 50)}) {
    add(plan, axes, 0.6 + 0.01 * static_cast<double>(plan.size()));
  }
  fill("grid", plan, "generator.samples = 5, total = 5000 against 50, 5000");
  const Comparison comparison = result();
  for (const Json& row : {cell(5000, 2500, 2), cell(5000, 1000, 5), cell(5000, 250, 20)}) {
    EXPECT_EQ(baseline_of(comparison, row), cell(5000, 100, 50));
  }
  for (const Json& row : {cell(20000, 4000, 5), cell(20000, 1000, 20)}) {
    EXPECT_EQ(baseline_of(comparison, row), cell(20000, 400, 50));
  }
  EXPECT_EQ(verdicts(comparison), 5);
  EXPECT_THAT(describe_baselines(comparison),
              AllOf(HasSubstr("rows with total = 5000 have the baseline generator.identities = "
                              "100, generator.samples = 50"),
                    HasSubstr("rows with total = 20000 have the baseline generator.identities = "
                              "400, generator.samples = 50")));
}

TEST_F(Baselines, GivenAZippedSettingAsQualifierThenItsKeysGoWithIt) {
  std::vector<Planned> plan;
  const auto row = [](const std::string& name, const std::string& setting, int identities) {
    return Json{{"arm", name}, {"setting", setting}, {"generator.identities", identities}};
  };
  for (const auto& name : {"none", "im", "dm"}) {
    add(plan, row(name, "1000x5", 1000), 0.7);
    add(plan, row(name, "200x25", 200), 0.6);
  }
  fill("grid", plan, "arm = im, setting = 1000x5 against none, 1000x5");
  const Comparison comparison = result();
  for (const auto& name : {"im", "dm"}) {
    EXPECT_EQ(baseline_of(comparison, row(name, "1000x5", 1000)), row("none", "1000x5", 1000));
    EXPECT_EQ(baseline_of(comparison, row(name, "200x25", 200)), row("none", "200x25", 200));
  }
  EXPECT_EQ(verdicts(comparison), 4);
}

TEST_F(Baselines, GivenABaselineByHandThenTheContrastsQualifiersStillQualify) {
  std::vector<Planned> plan;
  for (const int identities : {1000, 200}) {
    for (const auto& name : {"none", "im", "dm"}) add(plan, arm(name, identities), 0.7);
  }
  fill("grid", plan, "arm = im, generator.identities = 1000 against none, 1000");
  const Comparison comparison = result({{"arm", "dm"}, {"generator.identities", 1000}});
  EXPECT_EQ(baseline_of(comparison, arm("im", 1000)), arm("dm", 1000));
  EXPECT_EQ(baseline_of(comparison, arm("none", 200)), arm("dm", 200));
  EXPECT_EQ(verdicts(comparison), 4);
}

TEST_F(Baselines, GivenABaselineByHandAndNoContrastThenRowsThatDifferInTwoThingsHaveNone) {
  std::vector<Planned> plan;
  for (const int identities : {1000, 200}) {
    for (const auto& name : {"none", "im"}) add(plan, arm(name, identities), 0.7);
  }
  fill("grid", plan);
  for (const auto& comparison :
       {result({{"arm", "none"}, {"generator.identities", 1000}}), result()}) {
    EXPECT_EQ(baseline_of(comparison, arm("im", 1000)), arm("none", 1000));
    EXPECT_EQ(baseline_of(comparison, arm("none", 200)), arm("none", 1000));
    EXPECT_EQ(baseline_of(comparison, arm("im", 200)), nullptr);
    EXPECT_EQ(verdicts(comparison), 2);
  }
}

TEST_F(Baselines, GivenZippedAxesInABaselineByHandThenTheyAreOneChange) {
  std::vector<Planned> plan;
  for (const Json& axes : {cell(5000, 1000, 5), cell(5000, 250, 20), cell(5000, 100, 50)}) {
    add(plan, axes, 0.6);
  }
  fill("grid", plan);
  const Comparison comparison = result({{"generator.identities", 100}, {"generator.samples", 50}});
  EXPECT_EQ(baseline_of(comparison, cell(5000, 1000, 5)), cell(5000, 100, 50));
  EXPECT_EQ(baseline_of(comparison, cell(5000, 250, 20)), cell(5000, 100, 50));
  EXPECT_THAT(describe_baselines(comparison), IsEmpty()) << "one baseline needs no words";
}

}  // namespace
}  // namespace synface::report
