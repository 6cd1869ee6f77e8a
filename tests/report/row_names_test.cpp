// Rows are named by what tells them apart.
#include "row_names.h"

#include <gtest/gtest.h>

#include <set>

namespace synface::report {
namespace {

Comparison table(std::vector<std::string> axes, const std::vector<Json>& rows) {
  Comparison comparison;
  comparison.experiment = "mixup";
  comparison.axes = std::move(axes);
  for (const Json& row : rows) comparison.cells.emplace_back().axes = row;
  return comparison;
}

TEST(RowNames, GivenFewAxesThenAllAreNamed) {
  const Comparison comparison = table({"generator.identities", "generator.samples"},
                                      {{{"generator.identities", 100}, {"generator.samples", 50}},
                                       {{"generator.identities", 1000}, {"generator.samples", 5}}});
  EXPECT_EQ(RowNames(comparison)(comparison.cells[1].axes), "identities 1000, samples 5");
}

TEST(RowNames, GivenAxesThatFollowFromOthersThenTheyAreLeftOut) {
  const auto row = [](const char* arm, const char* plugin, int made, int real) {
    return Json{{"arm", arm},
                {"generator.plugin", plugin},
                {"generator.identities", made},
                {"real.identities", real}};
  };
  const Comparison comparison =
      table({"floor", "arm", "generator.plugin", "generator.identities", "real.identities"},
            {row("union", "morphable", 1000, 60),
             row("union", "morphable", 1000, 160),
             row("real", "folder", 60, 60),
             row("real", "folder", 160, 160),
             {{"floor", "untrained"}}});
  const RowNames name(comparison);
  std::set<std::string> distinct;
  for (const Cell& cell : comparison.cells) distinct.insert(name(cell.axes));
  EXPECT_EQ(distinct.size(), comparison.cells.size());
  EXPECT_EQ(name(comparison.cells[1].axes), "arm union, plugin morphable, real.identities 160");
  EXPECT_EQ(name(comparison.cells[4].axes), "floor untrained");
}

TEST(RowNames, GivenAxesThatShareTheirLastNameThenBothAreNamedInFull) {
  const Comparison comparison = table({"generator.identities", "real.identities"},
                                      {{{"generator.identities", 100}, {"real.identities", 60}},
                                       {{"generator.identities", 100}, {"real.identities", 160}}});
  EXPECT_EQ(RowNames(comparison)(comparison.cells[1].axes),
            "generator.identities 100, real.identities 160");
}

TEST(RowNames, GivenNoAxisThenTheExperimentIsNamed) {
  const Comparison comparison = table({}, {Json::object()});
  EXPECT_EQ(RowNames(comparison)(comparison.cells[0].axes), "mixup");
}

}  // namespace
}  // namespace synface::report
