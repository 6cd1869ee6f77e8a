#include "budget.h"

#include <fmt/core.h>

#include <map>

#include "baselines.h"
#include "numbers.h"
#include "row_names.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

struct Budget {
  std::int64_t rows = 0;
  std::int64_t sources = 0;  // images blended in a row; 0: not recorded
  auto operator<=>(const Budget&) const = default;
};

// By training hash, of the attempts' events "budget". Without a mixup a row is one image; with one
// the number is the plugin's, and only the event has it.
std::map<std::string, Budget> read_budgets(store::Database& db, const std::string& experiment) {
  auto select = db.prepare(
      "SELECT v.hash, e.body ->> '$.images_seen', coalesce(e.body ->> '$.sources', "
      "CASE WHEN coalesce(json_array_length(v.config, '$.mixup'), 0) = 0 THEN 1 ELSE 0 END) "
      "FROM trials v JOIN attempt a ON a.trial = v.trial "
      "JOIN event e ON e.attempt = a.id AND e.kind = 'budget' "
      "WHERE v.experiment = ? ORDER BY a.n");
  select.with(experiment);
  std::map<std::string, Budget> budgets;
  while (select.step()) {
    budgets[std::string(select.text(0))] = {select.integer(1), select.integer(2)};
  }
  return budgets;
}

std::string amount(const Budget& budget) {
  if (budget.sources == 0) {
    return fmt::format(
        "{} rows, blended from more source images than that: how many was not recorded",
        budget.rows);
  }
  return fmt::format("{} rows of {} source {} each, {} source images read", budget.rows,
                     budget.sources, budget.sources == 1 ? "image" : "images",
                     budget.rows * budget.sources);
}

}  // namespace

std::string budget_in_words(store::Database& db, const Comparison& comparison) {
  const auto budgets = read_budgets(db, comparison.experiment);
  const RowNames row_name(comparison);
  std::map<Budget, std::vector<std::string>> cells;
  for (const Cell& cell : comparison.cells) {
    if (is_floor(cell)) continue;
    for (const auto& [seeds, trial] : cell.trials) {
      const auto found = budgets.find(trial.training);
      if (found == budgets.end()) continue;
      auto& names = cells[found->second];
      const std::string name = "(" + row_name(cell.axes) + ")";
      if (names.empty() || names.back() != name) names.push_back(name);
    }
  }
  if (cells.empty()) return "";
  if (cells.size() == 1) return "Every cell: " + amount(cells.begin()->first) + ".\n";
  std::string text =
      "The cells did not read equally many images. A row counts once in `images_seen`, however "
      "many "
      "source images a mixup reads for it (it may give some of them no weight):\n\n";
  for (const auto& [budget, names] : cells) {
    text += fmt::format("- {}: {}\n", amount(budget), join(names, ", "));
  }
  return text;
}

}  // namespace synface::report
