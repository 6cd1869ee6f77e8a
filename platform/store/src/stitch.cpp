// Which points of a trial count, after resumes; and how many of them are NaN.
#include <limits>
#include <map>

#include "store_impl.h"

namespace synface::store {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

struct Part {
  std::int64_t id, evaluation;
  bool trains, active;  // active: it wrote points or resumed
  bool trained;         // to its end
  std::optional<std::int64_t> from, step;
};

std::vector<Part> read_parts(Database& db, std::int64_t trial) {
  auto select = db.prepare(
      "SELECT id, coalesce(evaluation, 0), trains, has_points OR resumed_step IS NOT NULL, "
      "EXISTS(SELECT 1 FROM event WHERE attempt = a.id AND kind = 'trained'), "
      "resumed_attempt, resumed_step FROM attempt a WHERE trial = ? ORDER BY n");
  select.with(trial);
  std::vector<Part> parts;
  while (select.step()) {
    parts.push_back({select.integer(0), select.integer(1), select.integer(2) == 1,
                     select.integer(3) == 1, select.integer(4) == 1, select.optional_integer(5),
                     select.optional_integer(6)});
  }
  return parts;
}

// The attempt that parts[index] took its checkpoint from: as it said, or the last training before.
std::optional<std::size_t> parent_of(const std::vector<Part>& parts, std::size_t index) {
  for (std::size_t i = index; i-- > 0;) {
    if (!parts[i].trains) continue;
    if (!parts[index].from || parts[i].id == *parts[index].from) return i;
  }
  return std::nullopt;
}

}  // namespace

void restitch(Database& db, std::int64_t trial) {
  const std::vector<Part> parts = read_parts(db, trial);
  std::vector<std::optional<std::int64_t>> keep(parts.size());
  std::optional<std::size_t> head;
  std::map<std::int64_t, std::size_t> evaluated;  // the last evaluating attempt of each evaluation
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // What is trained again for its lost weights takes over when it has come to its end.
    const bool counts = !head || parts[i].trained || !parts[*head].trained;
    if (parts[i].trains && parts[i].active && counts) head = i;
    if (!parts[i].trains && parts[i].active) evaluated[parts[i].evaluation] = i;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool superseded = parts[i].trains
                                ? parts[i].active ? i != *head : head && i < *head
                                : parts[i].active && evaluated[parts[i].evaluation] != i;
    if (superseded) keep[i] = kNone;
  }
  // From the training attempt that counts back along its checkpoints.
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  while (head && parts[*head].step) {
    limit = std::min(limit, *parts[*head].step);
    head = parent_of(parts, *head);
    if (head) keep[*head] = limit;
  }
  auto update = db.prepare("UPDATE attempt SET keep_to = ?2 WHERE id = ?1 AND keep_to IS NOT ?2");
  for (std::size_t i = 0; i < parts.size(); ++i) update.with(parts[i].id, keep[i]).run();
}

void count_nans(Database& db, std::int64_t trial) {
  db.prepare(
        "UPDATE final SET n_nan = (SELECT count(*) FROM attempt a JOIN point p ON p.attempt = a.id "
        "WHERE a.trial = final.trial AND p.metric = final.metric AND p.value IS NULL "
        "AND (a.keep_to IS NULL OR p.step <= a.keep_to)) WHERE trial = ?")
      .with(trial)
      .run();
}

}  // namespace synface::store
