// `synface ls`, `synface query` and finding a trial by a word of the user's.
#include "synface/report/trials.h"

#include <algorithm>

#include "emit.h"
#include "synface/base/error.h"
#include "synface/base/text.h"
#include "synface/store/query.h"

namespace synface::report {
namespace {

constexpr std::size_t kShortest = 6;  // digits of a hash that are enough to mean one

bool digits_only(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

int list_experiments(store::Database& db, const TagFilter& tags, const Output& output,
                     std::ostream& out) {
  auto select = db.prepare(
      "SELECT e.experiment, e.trials, sum(t.status = 'done') AS done, "
      "sum(t.status = 'failed') AS failed, sum(t.status = 'diverged') AS diverged, "
      "sum(t.status = 'running') AS running, sum(t.status = 'queued') AS queued, e.created, "
      "e.tags, coalesce((SELECT text FROM note WHERE experiment = x.id ORDER BY id DESC LIMIT 1), "
      "'') "
      "AS note, "
      "e.question FROM experiments e JOIN experiment x ON x.name = e.experiment "
      "LEFT JOIN trials t ON t.experiment = e.experiment WHERE 1" +
      experiment_tag_condition(tags, "x.id") +
      " GROUP BY e.experiment ORDER BY e.created, e.experiment");
  return emit_rows(select, output, out);
}

int list_trials(store::Database& db, const std::string& experiment,
                const std::optional<std::string>& status, const TagFilter& tags, int limit,
                const Output& output, std::ostream& out) {
  std::vector<std::string> names;
  auto known = db.prepare("SELECT name FROM experiment ORDER BY name");
  while (known.step()) names.emplace_back(known.text(0));
  if (std::find(names.begin(), names.end(), experiment) == names.end()) {
    fail(ExitCode::kUsage, "no experiment '{}' in {}{}", experiment, db.path().string(),
         hint(experiment, names));
  }
  auto select = db.prepare(
      "SELECT substr(hash, 1, 12) AS trial, status, axes, attempts, round(seconds, 1) AS seconds, "
      "device, isa, tags, coalesce((SELECT text FROM note n WHERE n.trial = v.trial ORDER BY id "
      "DESC LIMIT 1), '') AS note, error FROM trials v WHERE experiment = ?1 AND (?2 IS NULL OR "
      "status = ?2)" +
      tag_condition(tags, "v.trial") + " ORDER BY 1 LIMIT ?3");
  select.with(experiment, status, limit);
  return emit_rows(select, output, out);
}

std::string find_trial(store::Database& db, const std::string& hash_or_number) {
  if (digits_only(hash_or_number) && hash_or_number.size() < kShortest) {
    auto by_number = db.prepare("SELECT training_hash FROM trial WHERE id = ?");
    by_number.with(static_cast<std::int64_t>(std::stoll(hash_or_number)));
    if (by_number.step()) return std::string(by_number.text(0));
    fail(ExitCode::kUsage, "no trial {} in {} (`synface ls EXPERIMENT` lists them)", hash_or_number,
         db.path().string());
  }
  const bool hex = hash_or_number.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex || hash_or_number.size() < kShortest) {
    fail(ExitCode::kUsage,
         "'{}' names no trial: give its number or at least {} digits of its hash (`synface ls "
         "EXPERIMENT` lists them)",
         hash_or_number, kShortest);
  }
  auto select = db.prepare(
      "SELECT training_hash FROM trial WHERE training_hash >= ?1 AND training_hash < ?1 || 'g' "
      "ORDER BY training_hash LIMIT 2");
  select.with(hash_or_number);
  std::vector<std::string> found;
  while (select.step()) found.emplace_back(select.text(0));
  if (found.empty()) {
    fail(ExitCode::kUsage, "no trial '{}' in {} (`synface ls EXPERIMENT` lists them)",
         hash_or_number, db.path().string());
  }
  if (found.size() > 1) {
    fail(ExitCode::kUsage, "'{}' names more than one trial: give more digits", hash_or_number);
  }
  return found[0];
}

int run_query(store::Database& db, const std::string& sql, const Output& output,
              std::ostream& out) {
  auto select = store::prepare_read(db, sql);
  return emit_rows(select, output, out);
}

}  // namespace synface::report
