// results/published: every number has a source that its README names.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>
#include <vector>

#include "support/sandbox.h"
#include "synface/base/file.h"

namespace synface::test {
namespace {

using Row = std::map<std::string, std::string>;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<Row> published() {
  std::istringstream lines(read_file(source_folder() / "results" / "published" / "numbers.csv"));
  std::string line;
  std::getline(lines, line);
  const auto names = fields_of(line);
  std::vector<Row> rows;
  while (std::getline(lines, line)) {
    const auto fields = fields_of(line);
    EXPECT_EQ(fields.size(), names.size()) << line;
    Row row;
    for (std::size_t i = 0; i < std::min(fields.size(), names.size()); ++i)
      row[names[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

TEST(Published, EveryNumberHasASourceThatTheReadmeNames) {
  const std::string readme = read_file(source_folder() / "results" / "published" / "README.md");
  const auto rows = published();
  EXPECT_GT(rows.size(), 100U);
  for (Row row : rows) {
    EXPECT_NE(readme.find("| `" + row["source"] + "` |"), std::string::npos) << row["source"];
    EXPECT_FALSE(row["method"].empty());
    std::size_t used = 0;
    EXPECT_NO_THROW(std::stod(row["value"], &used)) << row["value"];
    EXPECT_EQ(used, row["value"].size()) << row["value"];
  }
}

TEST(Published, MeansOfFiveAreTheMeansOfTheirCells) {
  std::map<std::string, std::map<std::string, double>> sets;
  for (Row row : published()) {
    if (row["metric"] != "accuracy") continue;
    sets[row["method"] + "|" + row["setting"] + "|" + row["images"] + "|" + row["source"]]
        [row["test_set"]] = std::stod(row["value"]);
  }
  int checked = 0;
  for (const auto& [name, cells] : sets) {
    if (cells.count("mean of 5") == 0 || cells.size() < 6) continue;
    double sum = 0;
    for (const char* set : {"LFW", "CFP-FP", "CPLFW", "AgeDB", "CALFW"}) sum += cells.at(set);
    EXPECT_NEAR(cells.at("mean of 5"), sum / 5, 0.0051) << name;
    ++checked;
  }
  EXPECT_GE(checked, 15);
}

}  // namespace
}  // namespace synface::test
