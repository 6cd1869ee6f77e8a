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
