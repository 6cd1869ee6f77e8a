// Tags and notes: what people say of trials and experiments. No number depends on them.
#include <algorithm>

#include "store_impl.h"
#include "synface/base/error.h"

namespace synface::store {
namespace {

constexpr std::size_t kLongestTag = 64;

// {trial, experiment} as the tables have them: one of the two.
using Target = std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>;

Target target_of(Store::Impl& impl, const Annotation& annotation) {
  const bool trial = !annotation.trial.empty();
  auto& find = trial ? impl.statement("SELECT id FROM trial WHERE training_hash = ?")
                     : impl.statement("SELECT id FROM experiment WHERE name = ?");
  find.with(trial ? annotation.trial : annotation.experiment);
  if (!find.step()) {
    fail(ExitCode::kUsage, "there is no {} '{}' in {}", trial ? "trial" : "experiment",
         trial ? annotation.trial : annotation.experiment, impl.db.path().string());
  }
  const std::int64_t id = find.integer(0);
  find.reset();
  return trial ? Target{id, std::nullopt} : Target{std::nullopt, id};
}

void apply(Store::Impl& impl, const Annotation& annotation) {
  const auto [trial, experiment] = target_of(impl, annotation);
  switch (annotation.kind) {
    case Annotation::Kind::kTag:
      check_tag(annotation.text);
      impl.statement(
              "INSERT OR IGNORE INTO tag(trial, experiment, name, added_ms) "
              "VALUES(?, ?, ?, ?)")
          .with(trial, experiment, annotation.text, now_ms())
          .run();
      return;
    case Annotation::Kind::kUntag:
      impl.statement("DELETE FROM tag WHERE trial IS ? AND experiment IS ? AND name = ?")
          .with(trial, experiment, annotation.text)
          .run();
      return;
    case Annotation::Kind::kNote:
      if (annotation.text.empty()) fail(ExitCode::kUsage, "a note without words");
      impl.statement("INSERT INTO note(trial, experiment, text, written_ms) VALUES(?, ?, ?, ?)")
          .with(trial, experiment, annotation.text, now_ms())
          .run();
      return;
    case Annotation::Kind::kUnnote:
      impl.statement("DELETE FROM note WHERE trial IS ? AND experiment IS ? AND id = ?")
          .with(trial, experiment, annotation.number)
          .run();
      return;
  }
}

}  // namespace

void check_tag(std::string_view tag) {
  const bool plain = std::all_of(tag.begin(), tag.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (tag.empty() || tag.size() > kLongestTag || !plain) {
    fail(ExitCode::kUsage,
         "'{}' is no tag: one is up to {} letters, digits, '_', '-' and '.'; for a sentence write "
         "`synface note`",
         tag, kLongestTag);
  }
}

int Store::annotate(std::span<const Annotation> annotations) {
  Transaction transaction(impl_->db, Transaction::Sync::kFull);
  int changed = 0;
  for (const Annotation& annotation : annotations) {
    apply(*impl_, annotation);
    changed += static_cast<int>(impl_->db.changes());
  }
  transaction.commit();
  return changed;
}

}  // namespace synface::store
