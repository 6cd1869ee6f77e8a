// The worker as its callers see it: exit codes, journals, files.
#include <signal.h>
#include <synface/base/cpu.h>
#include <synface/plugin/crumb.h>

#include <cmath>
#include <thread>

#include "worker_run.h"

namespace synface {
namespace {

using test::Journal;
using test::Worker;

// Every point but the timings.
std::map<std::string, std::map<std::int64_t, double>> points_of(const Journal& journal) {
  auto points = journal.points;
  for (const auto& [name, timing] : journal.timing) {
    if (timing) points.erase(name);
  }
  return points;
}

std::string sha256_of_weights(const Journal& journal) {
  return journal.event("trained")->at("sha256");
}

TEST(WorkerTrial, TrainsEvaluatesAndRecords) {
  Worker worker;
  ASSERT_EQ(worker.run().code, 0) << worker.output;
  const Journal journal = worker.journal();
  const auto& loss = journal.points.at("train.loss");
  EXPECT_EQ(loss.size(), 20U);  // 400 steps, a point every 20
  EXPECT_EQ(loss.rbegin()->first, 400);
  EXPECT_LT(loss.rbegin()->second, 0.7 * loss.begin()->second);
  EXPECT_GT(journal.points.at("train.gradient_norm").begin()->second, 0);
  EXPECT_LT(journal.finals.at("train.loss_over_log_classes"), 0.8);
  EXPECT_GT(journal.finals.at("held.separation"), 0.1);
  EXPECT_EQ(journal.finals.at("held.images"), 20);
  EXPECT_EQ(journal.finals.at("seen.images"), 40);
  EXPECT_EQ(journal.finals.at("held.again"), 0);
  EXPECT_EQ(journal.finals.at("seen.again"), 0);
  for (const char* kind : {"started", "trained", "evaluated", "finished", "dataset", "budget"}) {
    EXPECT_NE(journal.event(kind), nullptr) << kind;
  }
  EXPECT_EQ(journal.event("finished")->at("status"), "done");
  EXPECT_EQ(journal.event("budget")->at("epochs"), 64.0);
  const std::string weights = journal.event("trained")->at("weights");
  EXPECT_TRUE(std::filesystem::exists(worker.path(weights)));
  ASSERT_EQ(journal.artifacts.size(), 2U);
  EXPECT_EQ(journal.artifacts[0].name, "held.note.txt");
  EXPECT_EQ(read_file(worker.path(journal.artifacts[0].path)), "hello");
}

TEST(WorkerTrial, TwoRunsGiveTheSameBits) {
  Worker first, second;
  ASSERT_EQ(first.run().code, 0) << first.output;
  ASSERT_EQ(second.run().code, 0) << second.output;
  EXPECT_EQ(points_of(first.journal()), points_of(second.journal()));
  EXPECT_EQ(first.journal().finals, second.journal().finals);
  EXPECT_EQ(sha256_of_weights(first.journal()), sha256_of_weights(second.journal()));
}

// Interrupts a trial once its checkpoint is there, resumes it, and compares with one that was left
// alone: the points up to the checkpoint come from the first journal, the rest from the second.
void expect_resume(int signal, int code) {
  const Json longer = {
      {"config", {{"train", {{"images_seen", 64000}, {"checkpoint_every_s", 0.1}}}}}};
  Worker whole(longer), cut(longer);
  ASSERT_EQ(whole.run().code, 0) << whole.output;
  Child child = spawn(cut.command("a.journal", false));
  while (!std::filesystem::exists(cut.checkpoint())) {
    ASSERT_FALSE(child.try_wait()) << "ended before it could be interrupted";
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  child.signal(signal);
  const ExitState state = child.wait();
  if (code > 0) {
    EXPECT_EQ(state.code, code);
  } else {
    EXPECT_EQ(state.signal, signal);
  }
  const Journal before = cut.journal("a.journal");
  EXPECT_EQ(before.event("finished"), nullptr);
  cut.spec["attempt"] = 2;
  ASSERT_EQ(cut.run("b.journal", true).code, 0) << cut.output;
  const Journal after = cut.journal("b.journal");
  ASSERT_NE(after.event("resumed"), nullptr);
  EXPECT_EQ(after.event("resumed")->at("from_attempt"), 1);
  const std::int64_t step = after.event("resumed")->at("step");
  EXPECT_GT(step, 0);
  EXPECT_LT(step, 4000);
  auto stitched = points_of(after);
  for (const auto& [name, points] : points_of(before)) {
    for (const auto& [at, value] : points) {
      if (at <= step) stitched[name][at] = value;
    }
  }
  EXPECT_EQ(stitched, points_of(whole.journal()));
  EXPECT_EQ(after.finals, whole.journal().finals);
  EXPECT_EQ(sha256_of_weights(after), sha256_of_weights(whole.journal()));
}

TEST(WorkerTrial, SigtermWritesACheckpointAndTheRestIsTheSame) {
  expect_resume(SIGTERM, 143);
}
TEST(WorkerTrial, SigintLikewise) {
  expect_resume(SIGINT, 130);
}
TEST(WorkerTrial, SigkillLosesNothingButTime) {
  expect_resume(SIGKILL, 0);
}

TEST(WorkerTrial, ADamagedCheckpointIsSaidAndTrainingStartsAnew) {
  Worker worker;
  make_folders(worker.path("checkpoint"));
  write_file_atomic(worker.checkpoint(), "not a checkpoint", false);
  ASSERT_EQ(worker.run("a.journal", true).code, 0) << worker.output;
  EXPECT_EQ(worker.journal().event("resumed"), nullptr);
  EXPECT_EQ(worker.journal().points.at("train.loss").size(), 20U);
}

TEST(WorkerTrial, NanEndsAsDivergedWithTheStep) {
  Worker worker(Json{{"config", {{"backbone", {{"nan_at", 137}}}}}});
  EXPECT_EQ(worker.run().code, 5);
  const Journal journal = worker.journal();
  EXPECT_EQ(journal.event("diverged")->at("step"), 137);
  EXPECT_EQ(journal.event("finished")->at("status"), "diverged");
  EXPECT_EQ(journal.event("trained"), nullptr);
  EXPECT_TRUE(std::isnan(journal.points.at("train.loss").at(138)));
}

TEST(WorkerTrial, APluginsErrorNamesPluginCallAndReason) {
  Worker worker(Json{{"config", {{"generator", {{"fail", true}}}}}});
  EXPECT_EQ(worker.run().code, 3);
  EXPECT_NE(worker.output.find("generator/toy_faces"), std::string::npos) << worker.output;
  const Journal journal = worker.journal();
  const Json& error = *journal.event("error");
  EXPECT_EQ(error.at("plugin"), "generator/toy_faces");
  EXPECT_EQ(error.at("call"), "render");
  EXPECT_NE(error.at("message").get<std::string>().find("told to fail"), std::string::npos);
}

TEST(WorkerTrial, ACrashLeavesABreadcrumb) {
  Worker worker(Json{{"config", {{"generator", {{"crash", true}}}}}});
  const ExitState state = worker.run();
#ifdef __SANITIZE_ADDRESS__  // whose checks end the process by abort()
  EXPECT_EQ(state.signal, SIGABRT);
#else
  EXPECT_EQ(state.signal, SIGSEGV);
#endif
  const auto crumb = plugin::read_crumb(worker.path("a.journal.crumb"));
  ASSERT_TRUE(crumb);
  EXPECT_NE(crumb->text().find("generator/toy_faces, call render"), std::string::npos)
      << crumb->text();
}

TEST(WorkerTrial, EvaluatingKeptWeightsGivesTheSameFigures) {
  Worker worker;
  ASSERT_EQ(worker.run().code, 0) << worker.output;
  const Journal trained = worker.journal();
  worker.spec["do"] = {"evaluate"};
  worker.spec["weights"] =
      worker.path(trained.event("trained")->at("weights").get<std::string>()).string();
  ASSERT_EQ(worker.run("b.journal").code, 0) << worker.output;
  const Journal again = worker.journal("b.journal");
  EXPECT_EQ(again.finals.at("held.separation"), trained.finals.at("held.separation"));
  EXPECT_EQ(again.finals.at("seen.separation"), trained.finals.at("seen.separation"));
  EXPECT_TRUE(again.points.empty());
  EXPECT_EQ(again.event("trained"), nullptr);
}

TEST(WorkerTrial, AnUntrainedNetworkIsEvaluatedAsInitialised) {
  const Json none = {{"config", {{"train", {{"images_seen", 0}}}}}};
  Worker plain(none), calibrated(none);
  calibrated.spec["config"]["train"]["calibrate"] = true;
  ASSERT_EQ(plain.run().code, 0) << plain.output;
  ASSERT_EQ(calibrated.run().code, 0) << calibrated.output;
  EXPECT_TRUE(plain.journal().points.empty());
  EXPECT_EQ(plain.journal().finals.count("train.final_loss"), 0U);
  EXPECT_TRUE(std::isfinite(plain.journal().finals.at("held.separation")));
  // The toy's calibration writes a buffer, which its weights keep.
  EXPECT_NE(sha256_of_weights(plain.journal()), sha256_of_weights(calibrated.journal()));
}

TEST(WorkerTrial, MixupsTrain) {
  Worker worker(Json{{"config", {{"mixup", {{{"plugin", "toy_mix"}}}}}}});
  ASSERT_EQ(worker.run().code, 0) << worker.output;
  EXPECT_GT(worker.journal().finals.at("held.separation"), 0.1);
  // The train set of a benchmark is unmixed: it is rendered beside the mixed one.
  int datasets = 0;
  const Journal journal = worker.journal();
  for (const auto& [kind, data] : journal.events) datasets += kind == "dataset" ? 1 : 0;
  EXPECT_EQ(datasets, 3);
}

TEST(WorkerTrial, ShuffledLabelsAreNotLearnt) {
  Worker worker(Json{{"config", {{"train", {{"shuffle_labels", true}}}}}});
  ASSERT_EQ(worker.run().code, 0) << worker.output;
  Worker plain;
  ASSERT_EQ(plain.run().code, 0) << plain.output;
  EXPECT_GT(worker.journal().finals.at("train.final_loss"),
            2 * plain.journal().finals.at("train.final_loss"));
}

TEST(WorkerTrial, BadInputHasTheDocumentedExitCodes) {
  const auto code_of = [](const Json& changes) {
    Worker worker(changes);
    return worker.run().code;
  };
  EXPECT_EQ(code_of({{"config", {{"train", {{"threads", 1000}}}}}}), 2);
  EXPECT_EQ(code_of({{"run", {{"memory_limit", 1 << 30}}}}), 2);
  EXPECT_EQ(code_of({{"format", 9}}), 2);
  EXPECT_EQ(code_of({{"plugins", {{"loss/toy_margin", "/nowhere.so"}}}}), 3);
  EXPECT_EQ(code_of({{"device", "cuda"}}), 7);
  EXPECT_EQ(code_of({{"do", {"evaluate"}}, {"weights", "/nowhere.safetensors"}}), 4);
  EXPECT_EQ(code_of({{"config", {{"generator", {{"identities", 0}}}}}}), 2);
}

TEST(WorkerTrial, TheInstructionSetIsPinned) {
  if (cpu_isa() != "avx2" && cpu_isa() != "avx512") GTEST_SKIP() << "this processor has no AVX2";
  Worker worker(Json{{"config", {{"train", {{"isa", "avx2"}, {"images_seen", 640}}}}}});
  ASSERT_EQ(worker.run().code, 0) << worker.output;
  const Journal journal = worker.journal();
  const Json& started = *journal.event("started");
  EXPECT_EQ(started.at("isa"), "avx2");
  EXPECT_EQ(started.at("environment").at("ATEN_CPU_CAPABILITY"), "avx2");
  EXPECT_EQ(started.at("environment").at("ONEDNN_MAX_CPU_ISA"), "AVX2");
}

}  // namespace
}  // namespace synface
