// Registering an experiment's trials: what is there already is kept, what is new is queued.
#include <set>

#include "store_impl.h"
#include "synface/base/error.h"

namespace synface::store {
namespace {

// The value of a seed in a config, where it is a whole number.
std::optional<std::int64_t> seed(const SharedObject& config, const char* name) {
  const Json* seeds = config.find("seed");
  if (seeds == nullptr || !seeds->is_object()) return std::nullopt;
  const auto found = seeds->find(name);
  if (found == seeds->end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

void bind_json(Statement& statement, int index, const Json& value) {
  if (value.is_boolean()) {
    statement.bind(index, value.get<bool>());
  } else if (value.is_number_integer()) {
    statement.bind(index, value.get<std::int64_t>());
  } else if (value.is_number()) {
    statement.bind(index, value.get<double>());
  } else if (value.is_string()) {
    statement.bind(index, value.get_ref<const std::string&>());
  } else {
    statement.bind(index, value.dump());
  }
}

void check(const NewTrial& trial) {
  if (trial.training_hash.size() != 64 || trial.evaluation_hash.size() != 64 ||
      !trial.config.is_object() || !trial.axes.is_object()) {
    fail(ExitCode::kInternal,
         "a trial without hashes of 64 digits, a config and axes was registered");
  }
}

// One registration's work on one connection.
class Registrar {
 public:
  Registrar(Store::Impl& impl, const NewExperiment& experiment) : impl_(impl), at_(now_ms()) {
    register_experiment(experiment);
  }

  std::int64_t experiment() const { return experiment_; }

  Registered add(const NewTrial& trial) {
    check(trial);
    Registered result;
    const std::string config = trial.config.dump();
    add_trial(trial, config, result);
    add_evaluation(trial, config, result);
    add_member(trial, config, result);
    members_.emplace(result.trial, result.evaluation);
    return result;
  }

  // Members that the whole experiment no longer asks for.
  void retire_others() {
    std::vector<std::pair<std::int64_t, std::int64_t>> gone;
    auto& all = impl_.statement(
        "SELECT trial, evaluation FROM member WHERE experiment = ? AND current = 1");
    all.with(experiment_);
    while (all.step()) {
      const std::pair key(all.integer(0), all.integer(1));
      if (!members_.contains(key)) gone.push_back(key);
    }
    for (const auto& [trial, evaluation] : gone) {
      impl_
          .statement(
              "UPDATE member SET current = 0 WHERE experiment = ? AND trial = ? AND evaluation = ?")
          .with(experiment_, trial, evaluation)
          .run();
    }
  }

 private:
  void register_experiment(const NewExperiment& experiment) {
    auto& known = impl_.statement("SELECT id, source FROM experiment WHERE name = ?");
    known.with(experiment.name);
    if (known.step()) {
      experiment_ = known.integer(0);
      const bool same = known.text(1) == experiment.source;
      known.reset();
      if (!same) {
        impl_.statement("UPDATE experiment SET source = ? WHERE id = ?")
            .with(experiment.source, experiment_)
            .run();
      }
    } else {
      impl_.statement("INSERT INTO experiment(name, source, created_ms) VALUES(?, ?, ?)")
          .with(experiment.name, experiment.source, at_)
          .run();
      experiment_ = impl_.db.last_insert_id();
    }
    state(experiment);
  }

  // The question and the primary contrast, with the time at which they were stated or changed.
  void state(const NewExperiment& experiment) {
    std::optional<std::string> primary;
    if (!experiment.primary.is_null()) primary = experiment.primary.dump();
    std::int64_t last = 0;
    auto& newest = impl_.statement(
        "SELECT stated_ms, question, primary_json FROM statement WHERE experiment = ? "
        "ORDER BY stated_ms DESC LIMIT 1");
    newest.with(experiment_);
    if (newest.step()) {
      last = newest.integer(0);
      const bool same = newest.text(1) == experiment.question && newest.optional_text(2) == primary;
      newest.reset();
      if (same) return;
    }
    impl_
        .statement(
            "INSERT INTO statement(experiment, stated_ms, question, primary_json) VALUES(?, ?, ?, "
            "?)")
        .with(experiment_, std::max(at_, last + 1), experiment.question, primary)
        .run();
  }

  void add_trial(const NewTrial& trial, const std::string& config, Registered& result) {
    auto& known = impl_.statement("SELECT id, status FROM trial WHERE training_hash = ?");
    known.with(trial.training_hash);
    if (known.step()) {
      result.trial = known.integer(0);
      result.trial_status = parse_trial_status(known.text(1));
      known.reset();
      return;
    }
    impl_
        .statement(
            "INSERT INTO trial(training_hash, config, seed_data, seed_train, seed_real, seed_test, "
            "status, created_ms) VALUES(?, ?, ?, ?, ?, ?, 'queued', ?)")
        .with(trial.training_hash, config, seed(trial.config, "data"), seed(trial.config, "train"),
              seed(trial.config, "real"), seed(trial.config, "test"), at_)
        .run();
    result.trial = impl_.db.last_insert_id();
    result.new_trial = true;
  }

  void add_evaluation(const NewTrial& trial, const std::string& config, Registered& result) {
    auto& known = impl_.statement(
        "SELECT id, status FROM evaluation WHERE trial = ? AND evaluation_hash = ?");
    known.with(result.trial, trial.evaluation_hash);
    if (known.step()) {
      result.evaluation = known.integer(0);
      result.evaluation_status = parse_evaluation_status(known.text(1));
      known.reset();
      return;
    }
    impl_
        .statement(
            "INSERT INTO evaluation(trial, evaluation_hash, config, status, created_ms) "
            "SELECT id, ?2, CASE WHEN config = ?3 THEN NULL ELSE ?3 END, 'queued', ?4 "
            "FROM trial WHERE id = ?1")
        .with(result.trial, trial.evaluation_hash, config, at_)
        .run();
    result.evaluation = impl_.db.last_insert_id();
    result.new_evaluation = true;
  }

  // The spec as it is kept: without its config where the trial's or its evaluation's is the same,
  // which Store::work() then puts back. A config is most of a spec.
  std::optional<std::string> kept_spec(const NewTrial& trial, const std::string& config,
                                       const Registered& result) {
    if (trial.spec.is_null()) return std::nullopt;
    const Json* own = trial.spec.find("config");
    const std::string wanted = own != nullptr ? own->dump() : config;
    bool same = wanted == config;
    if (!result.new_evaluation) {
      auto& known = impl_.statement(
          "SELECT coalesce(e.config, t.config) = ?2 FROM evaluation e JOIN trial t ON t.id = "
          "e.trial WHERE e.id = ?1");
      known.with(result.evaluation, wanted);
      same = known.step() && known.integer(0) == 1;
      known.reset();
    }
    if (!same && own == nullptr) return whole_spec(trial).dump();
    if (!same || own == nullptr) return trial.spec.dump();
    auto members = trial.spec.members();
    std::erase_if(members, [](const auto& member) { return member->first == "config"; });
    return SharedObject::of(std::move(members)).dump();
  }

  void add_member(const NewTrial& trial, const std::string& config, Registered& result) {
    const std::string axes = trial.axes.dump();
    const auto spec = kept_spec(trial, config, result);
    auto& known = impl_.statement(
        "SELECT axes = ?4, spec IS ?5, current FROM member "
        "WHERE experiment = ?1 AND trial = ?2 AND evaluation = ?3");
    known.with(experiment_, result.trial, result.evaluation, axes, spec);
    result.new_member = !known.step();
    const bool same_axes = !result.new_member && known.integer(0) == 1;
    const bool same = same_axes && known.integer(1) == 1 && known.integer(2) == 1;
    known.reset();
    if (same) return;
    impl_
        .statement(
            "INSERT INTO member(experiment, trial, evaluation, axes, spec, current, added_ms, "
            "seed_real, seed_test) VALUES(?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET axes = excluded.axes, spec = excluded.spec, current = 1, "
            "seed_real = excluded.seed_real, seed_test = excluded.seed_test")
        .with(experiment_, result.trial, result.evaluation, axes, spec, at_,
              seed(trial.config, "real"), seed(trial.config, "test"))
        .run();
    impl_
        .statement(
            "UPDATE member INDEXED BY member_axes SET current = 0 "
            "WHERE experiment = ?1 AND axes = ?2 AND current = 1 "
            "AND (trial != ?3 OR evaluation != ?4)")
        .with(experiment_, axes, result.trial, result.evaluation)
        .run();
    if (!same_axes) write_axes(trial.axes, result);
  }

  void write_axes(const SharedObject& axes, const Registered& member) {
    impl_.statement("DELETE FROM axis WHERE experiment = ? AND trial = ? AND evaluation = ?")
        .with(experiment_, member.trial, member.evaluation)
        .run();
    auto& put = impl_.statement(
        "INSERT INTO axis(experiment, trial, evaluation, name, value) VALUES(?, ?, ?, ?, ?)");
    for (const auto& axis : axes.members()) {
      put.with(experiment_, member.trial, member.evaluation, axis->first);
      bind_json(put, 5, axis->second);
      put.run();
    }
  }

  Store::Impl& impl_;
  std::int64_t at_;
  std::int64_t experiment_ = 0;
  std::set<std::pair<std::int64_t, std::int64_t>> members_;
};

}  // namespace

Json whole_spec(const NewTrial& trial) {
  Json spec = trial.spec.json();
  if (spec.is_object() && !spec.contains("config")) spec["config"] = trial.config.json();
  return spec;
}

Registration Store::register_experiment(const NewExperiment& experiment,
                                        std::span<const NewTrial> trials,
                                        const OnRegistered& progress) {
  Transaction transaction(impl_->db, Transaction::Sync::kFull);
  Registrar registrar(*impl_, experiment);
  Registration result;
  result.experiment = registrar.experiment();
  result.trials.reserve(trials.size());
  const auto total = static_cast<std::int64_t>(trials.size());
  for (const NewTrial& trial : trials) {
    result.trials.push_back(registrar.add(trial));
    if (progress) progress(static_cast<std::int64_t>(result.trials.size()), total);
  }
  if (experiment.whole) registrar.retire_others();
  transaction.commit();
  return result;
}

std::vector<Registered> look_up(Database& db, std::span<const NewTrial> trials) {
  auto find = db.prepare(
      "SELECT t.id, t.status, e.id, e.status FROM trial t "
      "LEFT JOIN evaluation e ON e.trial = t.id AND e.evaluation_hash = ?2 "
      "WHERE t.training_hash = ?1");
  std::vector<Registered> result;
  result.reserve(trials.size());
  for (const NewTrial& trial : trials) {
    Registered& row = result.emplace_back();
    find.with(trial.training_hash, trial.evaluation_hash);
    if (!find.step()) {
      row.new_trial = row.new_evaluation = true;
      continue;
    }
    row.trial = find.integer(0);
    row.trial_status = parse_trial_status(find.text(1));
    row.new_evaluation = find.is_null(2);
    if (!row.new_evaluation) {
      row.evaluation = find.integer(2);
      row.evaluation_status = parse_evaluation_status(find.text(3));
    }
    find.reset();
  }
  return result;
}

}  // namespace synface::store
