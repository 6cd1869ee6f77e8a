// A database with finished trials of any grid, written through the store.
#pragma once

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/journal.h"
#include "synface/report/comparison.h"
#include "synface/store/store.h"

namespace synface::report {

struct Planned {
  Json axes;
  std::map<std::string, double> finals;  // "real.auc": 0.7
  store::AttemptStatus status = store::AttemptStatus::kDone;
  std::string binary = "aa", isa = "avx2";
  std::string hash = {};        // of its training and evaluation; empty: a new one
  Json mixup = Json::array();   // of its config
  Json budget = {};             // the event, where it trained
  std::string scores = {};      // kept by the benchmark "real": the bytes of its file
  Json seeds = Json::object();  // of its config, where they are no axes
  std::string backbone = {};    // of its config: the plugin's name
};

class ReportFixture : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "report.sqlite"; }

  // Runs the whole grid at once.
  void fill(const std::string& name, const std::vector<Planned>& plan,
            const std::string& contrast = "", const std::string& metric = "real.auc") {
    store::Store store = store::Store::open(path());
    store::NewExperiment experiment{name, "Does it help?", nullptr, "", true};
    if (!contrast.empty()) experiment.primary = {{"metric", metric}, {"contrast", contrast}};
    std::vector<store::NewTrial> trials;
    for (const Planned& planned : plan) {
      store::NewTrial& trial = trials.emplace_back();
      trial.training_hash = trial.evaluation_hash =
          planned.hash.empty() ? fmt::format("{:064x}", ++trials_) : planned.hash;
      trial.axes = planned.axes;
      trial.config = {{"name", name}, {"axes", planned.axes}, {"loss", {{"scale", 16.0}}}};
      trial.config["seed"] = planned.seeds;
      trial.config["mixup"] = planned.mixup;
      if (!planned.backbone.empty()) trial.config["backbone"] = {{"plugin", planned.backbone}};
      for (const char* seed : {"data", "train"}) {
        const std::string axis = std::string("seed.") + seed;
        trial.config["seed"][seed] = planned.axes.contains(axis) ? planned.axes[axis] : Json(0);
      }
      trial.spec = {{"config", trial.config}};
    }
    const auto registered = store.register_experiment(experiment, trials);
    for (std::size_t i = 0; i < plan.size(); ++i) {
      if (!registered.trials[i].new_trial) continue;  // another experiment's: run already
      run(store, registered.trials[i], trials[i].training_hash, plan[i]);
    }
    store.close();
  }

  store::Database reader() { return store::open_reader(path()); }

  TemporaryFolder folder_{"report_test"};

 private:
  void run(store::Store& store, const store::Registered& registered, const std::string& hash,
           const Planned& planned) {
    store::NewAttempt attempt;
    attempt.trial = registered.trial;
    attempt.evaluation = registered.evaluation;
    attempt.uuid = random_uuid();
    attempt.journal = fmt::format("{}.journal", registered.trial);
    const auto begun = store.begin_attempt(attempt);
    JournalHeader header;
    header.uuid = attempt.uuid;
    header.trial_key = hash;
    JournalWriter writer = JournalWriter::create(folder_.path() / attempt.journal, header);
    write(writer, planned);
    if (!planned.scores.empty()) {
      const std::string file = fmt::format("artifacts/{}/real.scores.safetensors", hash);
      write_file_atomic(path().string() + ".d/" + file, planned.scores, false);
      writer.artifact(
          {"real.scores.safetensors", file, "application/x-safetensors", sha256(planned.scores)});
    }
    writer.close();
    JournalReader journal = JournalReader::open(folder_.path() / attempt.journal);
    store.ingest(begun.id, journal);
    store::AttemptEnd end;
    end.status = planned.status;
    if (planned.status != store::AttemptStatus::kDone) end.error = "it went wrong";
    store.finish_attempt(begun.id, end);
  }

  static void write(JournalWriter& writer, const Planned& planned) {
    writer.event("started",
                 {{"host", "node"},
                  {"isa", planned.isa},
                  {"device", "cpu"},
                  {"environment", {{"cpu", "EPYC"}}},
                  {"binaries", {{"loss/cosface", {{"sha256", planned.binary}, {"revision", 1}}}}}});
    if (!planned.budget.is_null()) writer.event("budget", planned.budget);
    const auto loss = writer.define("train.loss", MetricClass::kMetric, MetricGoal::kMin);
    const auto rate = writer.define("train.images_per_s", MetricClass::kTiming, MetricGoal::kMax);
    for (int step = 0; step < 4; ++step) {
      writer.point(loss, step, 2.0 - 0.1 * step);
      writer.point(rate, step, 1000 + step);
    }
    writer.event("phase", {{"name", "evaluate"}});
    for (const auto& [name, value] : planned.finals) {
      const auto goal = name.ends_with("eer") ? MetricGoal::kMin : MetricGoal::kMax;
      writer.final_value(writer.define(name, MetricClass::kMetric, goal), value);
    }
  }

  int trials_ = 0;
};

inline std::string words_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace synface::report
