// A database in a private folder, with a small experiment and the journals of its attempts.
#pragma once

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/journal.h"
#include "synface/store/store.h"

namespace synface::store {

inline std::string hash_of(int number) {
  return fmt::format("{:064x}", number);
}

// Trial `number` of a grid identities x seed.train.
inline NewTrial make_trial(int number, int identities = 100, int seed = 0, int evaluation = 0) {
  NewTrial trial;
  trial.training_hash = hash_of(number);
  trial.evaluation_hash = hash_of(evaluation == 0 ? 1000 + number : evaluation);
  trial.config = {{"seed", {{"data", 0}, {"train", seed}}},
                  {"generator", {{"plugin", "morphable"}, {"identities", identities}}}};
  trial.axes = {{"generator.identities", identities}, {"seed.train", seed}};
  trial.spec = {{"config", trial.config}, {"device", "cpu"}};
  return trial;
}

inline NewExperiment make_experiment(const std::string& name = "width") {
  NewExperiment experiment;
  experiment.name = name;
  experiment.question = "Do more identities help?";
  experiment.primary = {{"metric", "real.auc"},
                        {"contrast", "generator.identities = 1000 against 100"}};
  experiment.source = "name = \"" + name + "\"\n";
  return experiment;
}

struct RunningTrial {
  BegunAttempt attempt;
  std::filesystem::path journal;
};

class StoreFixture : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "results" / "test.sqlite"; }
  Store open() { return Store::open(path()); }

  // Begins an attempt and writes its journal by `write`, closed at the end.
  RunningTrial begin(Store& store, const Registered& registered, const std::string& training_hash,
                     const std::function<void(JournalWriter&)>& write, bool train = true) {
    NewAttempt attempt;
    attempt.trial = registered.trial;
    attempt.evaluation = registered.evaluation;
    attempt.train = train;
    attempt.uuid = random_uuid();
    attempt.host = "here";
    attempt.isa = "avx2";
    attempt.device = "cpu";
    RunningTrial running;
    running.journal = folder_.path() / fmt::format("{}.journal", ++journals_);
    attempt.journal = running.journal.string();
    running.attempt = store.begin_attempt(attempt);
    JournalHeader header;
    header.uuid = attempt.uuid;
    header.trial_key = training_hash;
    header.attempt = static_cast<std::uint32_t>(running.attempt.number);
    JournalWriter writer = JournalWriter::create(running.journal, header);
    write(writer);
    writer.close();
    return running;
  }

  static IngestReport ingest(Store& store, const RunningTrial& running) {
    JournalReader reader = JournalReader::open(running.journal);
    return store.ingest(running.attempt.id, reader);
  }

  // All rows of a query as text, columns by '|', NULL as "NULL".
  static std::vector<std::string> rows(Database& db, const std::string& sql) {
    auto select = db.prepare(sql);
    std::vector<std::string> result;
    while (select.step()) {
      std::string& row = result.emplace_back();
      for (int i = 0; i < select.columns(); ++i) {
        row += (i > 0 ? "|" : "") + (select.is_null(i) ? "NULL" : std::string(select.text(i)));
      }
    }
    return result;
  }

  TemporaryFolder folder_{"store_test"};

 private:
  int journals_ = 0;
};

// The exit code and the message of what `call` throws; fails the test where it throws nothing.
inline std::pair<ExitCode, std::string> error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  ADD_FAILURE() << "no error was thrown";
  return {ExitCode::kDone, ""};
}

}  // namespace synface::store
