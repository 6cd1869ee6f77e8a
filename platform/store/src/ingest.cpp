// From journals to rows. A batch of points is written in the order of its key, which counts for
// more than the batch's size: the B-tree then grows at few places at a time.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "ingest_events.h"
#include "store_impl.h"
#include "synface/base/error.h"

namespace synface::store {
namespace {

constexpr std::size_t kBatch = 1 << 18;  // records a transaction

std::string_view word(MetricClass metric_class) {
  return metric_class == MetricClass::kTiming ? "timing" : "metric";
}

std::string_view word(MetricGoal goal) {
  return goal == MetricGoal::kMin ? "min" : goal == MetricGoal::kMax ? "max" : "none";
}

// A JSON array; NaN is null, an infinity 1e999 (a number that every reader takes for one).
std::string json_array(const std::vector<double>& values) {
  std::string text = "[";
  char digits[32];
  for (const double value : values) {
    if (text.size() > 1) text += ',';
    if (std::isnan(value)) {
      text += "null";
    } else if (std::isinf(value)) {
      text += value > 0 ? "1e999" : "-1e999";
    } else {
      text.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
    }
  }
  return text + "]";
}

// The records of one journal, one function a type.
class Visitor {
 public:
  Visitor(Store::Impl& impl, IngestState& state, IngestReport& report)
      : impl_(impl), state_(state), report_(report) {}

  void operator()(const JournalHeader& header) {
    auto& known = impl_.statement(
        "SELECT a.uuid, t.training_hash, a.journal FROM attempt a JOIN trial t ON t.id = a.trial "
        "WHERE a.id = ?");
    known.with(state_.attempt);
    known.step();
    const std::string_view uuid(reinterpret_cast<const char*>(header.uuid.data()),
                                header.uuid.size());
    const bool fits = known.blob(0) == uuid && known.text(1) == header.trial_key;
    const std::string journal(known.text(2));
    known.reset();
    if (!fits) {
      fail(ExitCode::kDatabase,
           "journal {} belongs to another attempt than the one recorded for it", journal);
    }
  }

  void operator()(const JournalDefine& define) {
    impl_
        .statement(
            "INSERT INTO metric(name, class, goal, unit) VALUES(?, ?, ?, ?) ON CONFLICT(name) "
            "DO UPDATE SET class = excluded.class, goal = excluded.goal, unit = excluded.unit "
            "WHERE class != excluded.class OR goal != excluded.goal OR unit != excluded.unit")
        .with(define.name, word(define.metric_class), word(define.goal), define.unit)
        .run();
    auto& id = impl_.statement("SELECT id FROM metric WHERE name = ?");
    id.with(define.name);
    id.step();
    if (state_.metrics.size() <= define.metric) {
      state_.metrics.resize(define.metric + 1);
      state_.series.resize(define.metric + 1);
    }
    state_.metrics[define.metric] = id.integer(0);
    id.reset();
  }

  void operator()(const JournalPoint& point) {
    check(point.metric);
    state_.series[point.metric].emplace_back(point.step, point.value);
    ++report_.points;
    if (std::isnan(point.value)) ++report_.nan_points;
  }

  void operator()(const JournalFinal& final) {
    impl_
        .statement(
            "INSERT INTO final(metric, trial, evaluation, value, n_nan, attempt) "
            "VALUES(?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET value = excluded.value, "
            "attempt = excluded.attempt WHERE (SELECT n FROM attempt WHERE id = excluded.attempt) "
            ">= (SELECT n FROM attempt WHERE id = final.attempt)")
        .with(check(final.metric), state_.trial, state_.scope(), final.value, state_.attempt)
        .run();
  }

  void operator()(const JournalInterval& interval) {
    impl_
        .statement(
            "INSERT INTO interval(metric, trial, evaluation, lo, hi, level, attempt) "
            "VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET lo = excluded.lo, "
            "hi = excluded.hi, level = excluded.level, attempt = excluded.attempt "
            "WHERE (SELECT n FROM attempt WHERE id = excluded.attempt) "
            ">= (SELECT n FROM attempt WHERE id = interval.attempt)")
        .with(check(interval.metric), state_.trial, state_.scope(), interval.lo, interval.hi,
              interval.level, state_.attempt)
        .run();
  }

  void operator()(const JournalCurve& curve) {
    impl_
        .statement(
            "INSERT INTO curve(trial, evaluation, name, x, y, x_label, y_label, attempt) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET x = excluded.x, "
            "y = excluded.y, x_label = excluded.x_label, y_label = excluded.y_label, "
            "attempt = excluded.attempt WHERE (SELECT n FROM attempt WHERE id = excluded.attempt) "
            ">= (SELECT n FROM attempt WHERE id = curve.attempt)")
        .with(state_.trial, state_.scope(), curve.name, json_array(curve.x), json_array(curve.y),
              curve.x_label, curve.y_label, state_.attempt)
        .run();
  }

  void operator()(const JournalArtifact& artifact) {
    impl_
        .statement(
            "INSERT OR REPLACE INTO artifact(attempt, name, path, mime, sha256) "
            "VALUES(?, ?, ?, ?, ?)")
        .with(state_.attempt, artifact.name, artifact.path, artifact.mime, artifact.sha256)
        .run();
  }

  void operator()(const JournalEvent& event) {
    apply_event(impl_, state_, event, state_.events++, report_);
  }

  void operator()(const JournalLog& log) {
    impl_.statement("INSERT OR REPLACE INTO log(attempt, seq, level, text) VALUES(?, ?, ?, ?)")
        .with(state_.attempt, state_.logs++, static_cast<std::int64_t>(log.level), log.text)
        .run();
  }

 private:
  std::int64_t check(std::uint32_t metric) const {
    if (metric < state_.metrics.size() && state_.metrics[metric] != 0)
      return state_.metrics[metric];
    fail(ExitCode::kData, "the journal of attempt {} uses metric number {} before defining it",
         state_.attempt, metric);
  }

  Store::Impl& impl_;
  IngestState& state_;
  IngestReport& report_;
};

IngestState begin(Store::Impl& impl, std::int64_t attempt) {
  auto& select = impl.statement(
      "SELECT trial, coalesce(evaluation, 0), n, trains, has_points FROM attempt WHERE id = ?");
  select.with(attempt);
  if (!select.step()) fail(ExitCode::kInternal, "attempt {} is not in the database", attempt);
  IngestState state;
  state.attempt = attempt;
  state.trial = select.integer(0);
  state.evaluation = select.integer(1);
  state.number = static_cast<int>(select.integer(2));
  state.trains = select.integer(3) == 1;
  state.has_points = select.integer(4) == 1;
  select.reset();
  return state;
}

// Writes the batch in key order. Of two points with one key the later one stands.
void write_points(Store::Impl& impl, IngestState& state) {
  auto& insert = impl.statement(
      "INSERT INTO point(attempt, metric, step, value) VALUES(?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET value = excluded.value");
  std::vector<std::pair<std::int64_t, std::size_t>> order;  // metric, the journal's number
  for (std::size_t i = 0; i < state.series.size(); ++i) {
    if (!state.series[i].empty()) order.emplace_back(state.metrics[i], i);
  }
  std::sort(order.begin(), order.end());
  const auto earlier = [](const auto& a, const auto& b) { return a.first < b.first; };
  insert.bind(1, state.attempt);
  for (const auto& [metric, number] : order) {
    auto& points = state.series[number];
    if (!std::is_sorted(points.begin(), points.end(), earlier)) {
      std::stable_sort(points.begin(), points.end(), earlier);
    }
    insert.bind(2, metric);
    for (const auto& [step, value] : points) {
      insert.bind(3, step).bind(4, value);
      insert.step();
    }
    points.clear();
  }
  if (order.empty() || state.has_points) return;
  state.has_points = state.restitch = true;
  impl.statement("UPDATE attempt SET has_points = 1 WHERE id = ?").with(state.attempt).run();
}

// One batch of one journal, inside a transaction. Returns whether there is more.
bool ingest_batch(Store::Impl& impl, IngestState& state, JournalReader& reader,
                  IngestReport& report) {
  Visitor visitor(impl, state, report);
  const std::size_t records =
      reader.poll([&](const JournalRecord& record) { std::visit(visitor, record); }, kBatch);
  report.records += static_cast<std::int64_t>(records);
  if (records == 0) return false;
  write_points(impl, state);
  if (state.restitch) restitch(impl.db, state.trial);
  state.restitch = false;
  state.offset = reader.offset();
  impl.statement("UPDATE attempt SET journal_offset = ? WHERE id = ?")
      .with(static_cast<std::int64_t>(state.offset), state.attempt)
      .run();
  return records == kBatch;
}

// The state that goes with the reader's offset; where there is none, the journal is read again from
// its start.
IngestState& state_for(Store::Impl& impl, std::int64_t attempt, JournalReader& reader) {
  const auto found = impl.ingesting.find(attempt);
  if (found != impl.ingesting.end() && reader.offset() != 0 &&
      found->second.offset == reader.offset()) {
    return found->second;
  }
  if (reader.offset() != 0) reader.seek(0);
  return impl.ingesting.insert_or_assign(attempt, begin(impl, attempt)).first->second;
}

}  // namespace

std::vector<IngestReport> Store::ingest(
    std::span<const std::pair<std::int64_t, JournalReader*>> live) {
  std::vector<IngestReport> reports(live.size());
  bool more = !live.empty();
  while (more) {
    more = false;
    Transaction transaction(impl_->db);
    try {
      for (std::size_t i = 0; i < live.size(); ++i) {
        auto& [attempt, reader] = live[i];
        IngestState& state = state_for(*impl_, attempt, *reader);
        more = ingest_batch(*impl_, state, *reader, reports[i]) || more;
      }
      transaction.commit();
    } catch (...) {
      // What the transaction held is gone: all of these journals are read again from their start.
      for (const auto& [attempt, reader] : live) impl_->ingesting.erase(attempt);
      throw;
    }
  }
  return reports;
}

IngestReport Store::ingest(std::int64_t attempt, JournalReader& reader) {
  const std::array<std::pair<std::int64_t, JournalReader*>, 1> one = {{{attempt, &reader}}};
  return ingest(one)[0];
}

}  // namespace synface::store
