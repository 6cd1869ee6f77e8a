// Job arrays, without a cluster: tasks are processes of this test, scontrol is a script.
#include "synface/schedule/slurm.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "grid.h"
#include "synface/base/file.h"

namespace synface::testing {
namespace {

class Slurm : public ::testing::Test {
 protected:
  schedule::SlurmOptions options() const {
    schedule::SlurmOptions options;
    options.folder = folder_.path() / "cluster";
    options.program = "/opt/it's/synface";
    options.worker = fake_worker();
    return options;
  }
  schedule::SlurmReport collect() const {
    auto store = store::Store::open(database());
    return schedule::collect_slurm(store, options().folder);
  }
  std::filesystem::path database() const { return folder_.path() / "db.sqlite"; }
  TemporaryFolder folder_;
};

TEST_F(Slurm, ALongGridIsSplitIntoArrays) {
  auto own = options();
  own.max_array_size = 10;
  own.at_once = 4;
  own.sbatch = {"--time=01:00:00"};
  const auto plan = schedule::write_slurm(grid("g", 25, {{"steps", 1}}), own);
  ASSERT_EQ(plan.scripts.size(), 3U);
  const std::string last = read_file(plan.scripts[2]);
  EXPECT_NE(last.find("#SBATCH --array=0-4%4\n"), std::string::npos) << last;
  EXPECT_NE(last.find("#SBATCH --signal=B:USR1@120\n"), std::string::npos);
  EXPECT_NE(last.find("#SBATCH --time=01:00:00\n"), std::string::npos);
  EXPECT_NE(last.find("#SBATCH --cpus-per-task=1\n"), std::string::npos);
  EXPECT_NE(last.find("exec '/opt/it'\\''s/synface' slurm task '"), std::string::npos) << last;
  EXPECT_NE(last.find("$((20 + SLURM_ARRAY_TASK_ID))\n"), std::string::npos);
}

TEST_F(Slurm, TheManifestNeverChanges) {
  schedule::write_slurm(grid("g", 3, {{"steps", 1}}), options());
  EXPECT_NO_THROW(schedule::write_slurm(grid("g", 3, {{"steps", 1}}), options()));
  EXPECT_THROW(schedule::write_slurm(grid("g", 4, {{"steps", 1}}), options()), Error);
  EXPECT_THROW(schedule::write_slurm(grid("g", 0, {}), options()), Error);
}

TEST_F(Slurm, ScriptsKeepOddPathsAndAskForTheThreadsOfTheLargestTrial) {
  auto own = options();
  own.folder = folder_.path() / "my 50% cluster";
  auto request = grid("g", 2, {{"steps", 1}});
  request.trials[1].config["train"]["threads"] = 6;
  const std::string text = read_file(schedule::write_slurm(request, own).scripts.at(0));
  EXPECT_NE(text.find("my 50%% cluster/logs/%A_%a.log\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("#SBATCH --cpus-per-task=6\n"), std::string::npos) << text;
}

TEST_F(Slurm, WhatIsNoManifestIsRefused) {
  const auto path = options().folder / "manifest.json";
  EXPECT_THROW(schedule::run_slurm_task(path, 0), Error);
  for (const char* text : {"", "{}", "[1]", R"({"format": 2})", R"({"format": "one"})"}) {
    write_file_atomic(path, text);
    try {
      schedule::run_slurm_task(path, 0);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kData) << text << ": " << error.what();
    }
  }
}

TEST_F(Slurm, JournalsOfTasksAreCollectedOnce) {
  const auto plan = schedule::write_slurm(grid("g", 3, {{"steps", 4}}), options());
  EXPECT_EQ(collect().trials.queued, 3) << "no task has begun";
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(schedule::run_slurm_task(plan.manifest, i), 0);
  EXPECT_EQ(schedule::run_slurm_task(plan.manifest, 1), 0) << "done already: nothing runs";
  EXPECT_THROW(schedule::run_slurm_task(plan.manifest, 3), Error);
  const auto report = collect();
  EXPECT_EQ(report.merged.attempts, 3);
  EXPECT_EQ(report.trials.done, 3);
  EXPECT_EQ(report.trials.exit_code(), ExitCode::kDone);
  EXPECT_EQ(collect().merged.attempts, 0);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM trials WHERE status = 'done'"), 3);
  EXPECT_EQ(ask(database(), "SELECT count(*) FROM points WHERE metric = 'train.loss'"), 12);
}

class InterruptedTask : public Slurm {
 protected:
  // Runs the only task, which gets this signal in the middle; returns its exit code.
  int run_with(int signal) {
    const auto plan = schedule::write_slurm(
        grid("g", 1, {{"steps", 60}, {"step_ms", 10}, {"checkpoint_every", 5}}), options());
    const auto scontrol = folder_.path() / "scontrol";
    write_file_atomic(scontrol, "#!/bin/sh\necho \"$@\" >> '" + requeued().string() + "'\n");
    std::filesystem::permissions(scontrol, std::filesystem::perms::owner_all);
    ::setenv("SLURM_ARRAY_JOB_ID", "17", 1);
    ::setenv("SLURM_ARRAY_TASK_ID", "0", 1);
    sigset_t wanted;  // the thread inherits the mask: the signal must wait for the descriptor
    sigset_t before;
    sigemptyset(&wanted);
    sigaddset(&wanted, signal);
    ::pthread_sigmask(SIG_BLOCK, &wanted, &before);
    std::thread slurm([signal] {
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
      ::kill(::getpid(), signal);
    });
    const int code = schedule::run_slurm_task(plan.manifest, 0, {scontrol.string(), "requeue"});
    slurm.join();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::unsetenv("SLURM_ARRAY_JOB_ID");
    ::unsetenv("SLURM_ARRAY_TASK_ID");
    return code;
  }
  // The task once more, to its end: it resumes.
  void finish() {
    EXPECT_EQ(schedule::run_slurm_task(options().folder / "manifest.json", 0), 0);
    EXPECT_EQ(collect().merged.attempts, 2);
    EXPECT_EQ(ask(database(), "SELECT count(*) FROM trials WHERE status = 'done'"), 1);
    EXPECT_EQ(ask(database(), "SELECT count(*) FROM points WHERE metric = 'train.loss'"), 60)
        << "each step counts once";
    EXPECT_GE(ask(database(), "SELECT max(resumed_step) FROM attempt"), 1);
  }
  std::filesystem::path requeued() const { return folder_.path() / "requeued"; }
};

TEST_F(InterruptedTask, IsRequeuedAfterAWarningAndGoesOn) {
  EXPECT_EQ(run_with(SIGUSR1), 0);
  EXPECT_EQ(read_file(requeued()), "requeue 17_0\n");
  finish();
}

// Given scancel, the task must not come back by itself.
TEST_F(InterruptedTask, IsNotRequeuedWhenItIsCancelledAndGoesOnWhenSubmittedAgain) {
  EXPECT_NE(run_with(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(requeued()));
  finish();
}

}  // namespace
}  // namespace synface::testing
