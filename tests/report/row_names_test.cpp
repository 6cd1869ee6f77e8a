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

TEST(RowNames, GivenAWordOfTheExperimentsOwnThatIsEnoughThenItAlone) {
  std::vector<std::string> axes = {"augment.blur", "augment.flip", "floor"};
  std::vector<Json> rows;
  for (int i = 0; i < 4; ++i) {
    Json row = {
        {"part", "p" + std::to_string(i)}, {"augment.blur", i == 1}, {"augment.flip", true}};
    for (const char* key : {"generator.hair", "generator.light"}) row[key] = i == 2;
    rows.push_back(row);
  }
  rows.push_back({{"floor", "lbp"}});
  axes.insert(axes.end(), {"generator.hair", "generator.light", "part"});
  const Comparison comparison = table(axes, rows);
  EXPECT_EQ(RowNames(comparison)(rows[2]), "part p2");
  EXPECT_EQ(RowNames(comparison)(rows[4]), "floor lbp");
  EXPECT_EQ(shown_axes(comparison), (std::vector<std::string>{"floor", "part"}));
  EXPECT_EQ(axes_left_out(comparison),
            "with the rows go (compare --wide): augment.blur, augment.flip, generator.hair, "
            "generator.light");
  Comparison few = comparison;
  few.axes = {"augment.blur", "floor", "part"};
  EXPECT_EQ(shown_axes(few), few.axes) << "three axes have room";
  EXPECT_EQ(axes_left_out(few), "");
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
