#include "ingest_events.h"

#include "synface/base/error.h"

namespace synface::store {
namespace {

// A member of an event, or nothing where it is absent or of another type: events are written by
// workers of any version.
std::optional<std::string> text_of(const Json& data, const char* key) {
  const auto found = data.find(key);
  if (found == data.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::int64_t> integer_of(const Json& data, const char* key) {
  const auto found = data.find(key);
  if (found == data.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

// name -> SHA-256, or name -> {sha256, revision, ...}.
void record_binaries(Store::Impl& impl, const IngestState& state, const Json& binaries) {
  for (const auto& [name, value] : binaries.items()) {
    const Json body = value.is_object() ? value : Json{{"sha256", value}};
    const auto sha256 = text_of(body, "sha256");
    if (!sha256) continue;
    impl.statement(
            "INSERT INTO binary(sha256, name, revision, body) VALUES(?, ?, ?, ?) "
            "ON CONFLICT(sha256, name) DO UPDATE SET revision = excluded.revision, "
            "body = excluded.body WHERE body != excluded.body")
        .with(*sha256, name, integer_of(body, "revision"), body.dump())
        .run();
    impl.statement(
            "INSERT OR IGNORE INTO attempt_binary(attempt, binary) "
            "SELECT ?, id FROM binary WHERE sha256 = ? AND name = ?")
        .with(state.attempt, *sha256, name)
        .run();
  }
}

void started(Store::Impl& impl, const IngestState& state, const Json& data) {
  std::optional<std::string> environment;
  if (data.contains("environment")) environment = data.at("environment").dump();
  impl.statement(
          "UPDATE attempt SET host = coalesce(?2, host), isa = coalesce(?3, isa), "
          "device = coalesce(?4, device), pid = coalesce(?5, pid), threads = coalesce(?6, "
          "threads), "
          "environment = coalesce(?7, environment) WHERE id = ?1")
      .with(state.attempt, text_of(data, "host"), text_of(data, "isa"), text_of(data, "device"),
            integer_of(data, "pid"), integer_of(data, "threads"), environment)
      .run();
  if (data.contains("binaries")) record_binaries(impl, state, data.at("binaries"));
}

// from_attempt is the number in the journals; a merge may have numbered the attempts anew.
void resumed(Store::Impl& impl, IngestState& state, const Json& data) {
  impl.statement(
          "UPDATE attempt SET resumed_step = ?2, resumed_attempt = (SELECT max(id) FROM attempt "
          "WHERE trial = ?3 AND journal_n = ?4 AND n < ?5) WHERE id = ?1")
      .with(state.attempt, integer_of(data, "step").value_or(0), state.trial,
            integer_of(data, "from_attempt"), state.number)
      .run();
  state.restitch = true;
}

void trained(Store::Impl& impl, IngestState& state, const Json& data) {
  state.restitch = true;
  impl.statement("UPDATE trial SET weights = ?2, weights_sha256 = ?3 WHERE id = ?1")
      .with(state.trial, text_of(data, "weights"), text_of(data, "sha256"))
      .run();
}

void set_error(Store::Impl& impl, const IngestState& state,
               const std::optional<std::string>& message, const Json& data) {
  impl.statement(
          "UPDATE attempt SET error = ?2, error_plugin = ?3, error_call = ?4, error_step = ?5 "
          "WHERE id = ?1")
      .with(state.attempt, message, text_of(data, "plugin"), text_of(data, "call"),
            integer_of(data, "step"))
      .run();
}

std::string diverged_words(const Json& data) {
  const auto step = integer_of(data, "step");
  return fmt::format("diverged{}: {} is not finite", step ? fmt::format(" at step {}", *step) : "",
                     text_of(data, "metric").value_or("the loss"));
}

std::string error_words(const Json& data) {
  const std::string where = text_of(data, "where").value_or("");
  return (where.empty() ? "" : where + ": ") + text_of(data, "message").value_or("no message");
}

void dataset(Store::Impl& impl, const IngestState& state, const Json& data) {
  const auto name = text_of(data, "name"), digest = text_of(data, "digest");
  if (!name || !digest) return;
  impl.statement(
          "INSERT INTO dataset(attempt, name, digest, body) VALUES(?, ?, ?, ?) "
          "ON CONFLICT DO UPDATE SET digest = excluded.digest, body = excluded.body")
      .with(state.attempt, *name, *digest, data.dump())
      .run();
}

// Progress within a phase comes often: only the change of phase becomes a row.
bool changes_phase(Store::Impl& impl, IngestState& state, const Json& data) {
  const std::string phase = text_of(data, "name").value_or("");
  if (phase == state.phase) return false;
  state.phase = phase;
  state.evaluating = state.evaluating || phase.starts_with("evaluate");
  impl.statement("UPDATE attempt SET phase = ? WHERE id = ?").with(phase, state.attempt).run();
  return true;
}

}  // namespace

void apply_event(Store::Impl& impl, IngestState& state, const JournalEvent& event, std::int64_t seq,
                 IngestReport& report) {
  const Json data = event.data.is_object() ? event.data : Json::object();
  if (event.kind == journal_event::kPhase && !changes_phase(impl, state, data)) return;
  if (event.kind == journal_event::kStarted) started(impl, state, data);
  if (event.kind == journal_event::kResumed) resumed(impl, state, data);
  if (event.kind == journal_event::kTrained) trained(impl, state, data);
  if (event.kind == journal_event::kError) set_error(impl, state, error_words(data), data);
  if (event.kind == journal_event::kDiverged) set_error(impl, state, diverged_words(data), data);
  if (event.kind == "dataset") dataset(impl, state, data);
  report.trained = report.trained || event.kind == journal_event::kTrained;
  report.evaluated = report.evaluated || event.kind == journal_event::kEvaluated;
  report.finished = report.finished || event.kind == journal_event::kFinished;
  report.diverged = report.diverged || event.kind == journal_event::kDiverged;
  impl.statement("INSERT OR REPLACE INTO event(attempt, seq, kind, body) VALUES(?, ?, ?, ?)")
      .with(state.attempt, seq, event.kind, event.data.dump())
      .run();
}

}  // namespace synface::store
