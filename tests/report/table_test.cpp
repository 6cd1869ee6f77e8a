#include "synface/report/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synface/base/text.h"

namespace synface::report {
namespace {

using ::testing::HasSubstr;

Table sample() {
  Table table;
  table.title = "widths";
  table.columns = {{"name"}, {"mean", true}};
  table.rows = {{"wide_100%", "0.75 ± 0.01"}, {"a|b", "−0.5"}};
  table.notes = {"a note"};
  return table;
}

int widest_line(const std::string& text) {
  int widest = 0;
  for (const std::string& line : split(text, '\n')) widest = std::max(widest, display_width(line));
  return widest;
}

TEST(Terminal, GivenSignsOfSeveralBytesThenColumnsStillStandBelowEachOther) {
  EXPECT_EQ(to_terminal(sample(), 0),
            "widths\n"
            "name              mean\n"
            "─────────  ───────────\n"
            "wide_100%  0.75 ± 0.01\n"
            "a|b               −0.5\n"
            "a note\n");
}

TEST(Terminal, GivenANarrowTerminalThenTextIsCutAndNumbersAreNot) {
  Table table = sample();
  table.rows[0][0] = "a name that is much too long for the width";
  const std::string text = to_terminal(table, 30);
  EXPECT_LE(widest_line(text), 30);
  EXPECT_THAT(text, HasSubstr("0.75 ± 0.01"));
  EXPECT_THAT(text, HasSubstr("…"));
}

TEST(Terminal, GivenOptionalColumnsThenTheMostOptionalGoFirstAndAreNamed) {
  Table table = sample();
  table.columns.push_back({"second", true, 2});
  table.columns.push_back({"p", true, 1});
  table.columns.push_back({"not counted", false, 3, false, true});
  table.keys = 1;
  for (auto& row : table.rows) {
    row.emplace_back("22.22");
    row.emplace_back("0.5");
    row.emplace_back(row[0] == "a|b" ? "1 failed" : "");
  }
  const std::string text = to_terminal(table, 29);
  EXPECT_LE(widest_line(text), 29);
  EXPECT_THAT(text, ::testing::Not(HasSubstr("22.22")));
  EXPECT_THAT(text, HasSubstr("0.5\n"));
  EXPECT_THAT(text, HasSubstr("left out for the width:"));
  EXPECT_THAT(text, HasSubstr("second"));
  EXPECT_THAT(text, HasSubstr("not counted in a|b: 1 failed\n"));
}

TEST(Terminal, GivenAVeryNarrowTerminalThenRowsBecomeBlocks) {
  EXPECT_THAT(to_terminal(sample(), 12), HasSubstr("mean  0.75 ± 0.01\n"));
}

TEST(Markdown, GivenABarInACellThenItIsEscaped) {
  EXPECT_EQ(to_markdown(sample()),
            "**widths**\n\n| name | mean |\n| --- | ---: |\n| wide_100% | 0.75 ± 0.01 |\n"
            "| a\\|b | −0.5 |\n\n- a note\n");
}

TEST(Latex, GivenSpecialCharactersThenTheyAreEscaped) {
  const std::string text = to_latex(sample());
  EXPECT_THAT(text, HasSubstr("\\begin{tabular}{lr}\n\\toprule\n"));
  EXPECT_THAT(text, HasSubstr("wide\\_100\\% & 0.75 $\\pm$ 0.01 \\\\\n"));
  EXPECT_THAT(text, HasSubstr("a|b & $-$0.5 \\\\\n"));
}

}  // namespace
}  // namespace synface::report
