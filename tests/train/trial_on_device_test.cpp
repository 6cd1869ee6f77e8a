// A whole trial by the steps of a device, against the same trial on the CPU's own path.
#include <gtest/gtest.h>
#include <synface/data/tensorfile.h>
#include <synface/plugin/host.h>
#include <synface/train/host_extensions.h>
#include <synface/train/parallel.h>
#include <synface/train/recorder.h>
#include <synface/train/trial.h>

#include <cmath>

#include "worker_run.h"

namespace synface::test {
namespace {

constexpr int kSteps = 400;  // of the trial in worker_run.h

class TrialOnDevice : public testing::Test {
 protected:
  TrialOnDevice() : host("test"), loader(host), device(train::make_host_device()) {
    train::offer_extensions(host);
    train::set_threads(1);  // as the worker does; threads that spin cost more than these sizes
  }

  // In this process.
  train::TrialEnd run(Worker& trial, train::Device* at, const std::string& name = "a.journal",
                      bool resume = false, bool stop = false) {
    trial.command(name, resume);  // writes spec.json
    const train::TrialSpec spec = train::read_spec(trial.path("spec.json"));
    JournalWriter journal =
        JournalWriter::create(trial.path(name), {kJournalVersion, {}, spec.trial_key, 1});
    std::uint32_t told = 0;
    train::TrialRun options;
    options.stop = &told;
    // The last line before the first step; a step that has begun is finished.
    if (stop) {
      options.say = [&](const std::string& text) {
        if (text.find(" epochs of ") != std::string::npos) told = 1;
      };
    }
    options.journal = &journal;
    options.checkpoint_folder = trial.path("checkpoint");
    options.resume = resume;
    options.loader = &loader;
    options.device = at;
    const train::TrialEnd end = train::run_trial(spec, options);
    journal.close();
    return end;
  }

  plugin::HostServices host;
  plugin::Loader loader;
  std::unique_ptr<train::Device> device;
};

// Every curve's points, timings aside, and every final.
void expect_close(const Journal& device, const Journal& cpu, double tolerance) {
  ASSERT_FALSE(cpu.finals.empty());
  for (const auto& [name, value] : cpu.finals) {
    ASSERT_TRUE(device.finals.contains(name)) << name;
    EXPECT_NEAR(device.finals.at(name), value, tolerance * (1 + std::abs(value))) << name;
  }
  for (const auto& [name, points] : cpu.points) {
    if (cpu.timing.at(name)) continue;
    const auto& others = device.points.at(name);
    ASSERT_EQ(others.size(), points.size()) << name;
    for (const auto& [step, value] : points) {
      EXPECT_NEAR(others.at(step), value, tolerance * (1 + std::abs(value))) << name << " " << step;
    }
  }
}

TEST_F(TrialOnDevice, LearnsWhatTheCpuLearns) {
  Worker cpu, there;
  ASSERT_EQ(run(cpu, nullptr), train::TrialEnd::kDone);
  ASSERT_EQ(run(there, device.get()), train::TrialEnd::kDone);
  const Journal journal = there.journal();
  expect_close(journal, cpu.journal(), 2e-3);
  const Json* event = journal.event("device");
  ASSERT_NE(event, nullptr);
  EXPECT_NE(event->at("text").get<std::string>().find("by the steps of a device"),
            std::string::npos);
  EXPECT_EQ(cpu.journal().event("device"), nullptr);
  const data::TensorFile a(cpu.path("weights/weights.safetensors").string());
  const data::TensorFile b(there.path("weights/weights.safetensors").string());
  const auto forwards = b.get("backbone.forwards");
  EXPECT_EQ(*static_cast<const float*>(forwards.data), kSteps);
  const auto first = a.get("backbone.weight"), second = b.get("backbone.weight");
  ASSERT_EQ(first.bytes, second.bytes);
  for (std::size_t i = 0; i < first.bytes / sizeof(float); ++i) {
    EXPECT_NEAR(static_cast<const float*>(first.data)[i], static_cast<const float*>(second.data)[i],
                2e-3);
  }
}

TEST_F(TrialOnDevice, MixesBatchesAndLatentRowsAsTheCpuDoes) {
  for (const bool batch : {false, true}) {
    SCOPED_TRACE(batch);
    const Json mixed = {{"config",
                         {{"mixup", {{{"plugin", "toy_mix"}, {"batch", batch}, {"real", false}}}},
                          {"train", {{"images_seen", 480}}}}}};
    Worker cpu(mixed), there(mixed);
    ASSERT_EQ(run(cpu, nullptr), train::TrialEnd::kDone);
    ASSERT_EQ(run(there, device.get()), train::TrialEnd::kDone);
    expect_close(there.journal(), cpu.journal(), 1e-3);
  }
}

TEST_F(TrialOnDevice, GoesOnFromItsCheckpointToTheBit) {
  Worker whole, parts;
  ASSERT_EQ(run(whole, device.get()), train::TrialEnd::kDone);
  ASSERT_EQ(run(parts, device.get(), "a.journal", false, true), train::TrialEnd::kStopped);
  ASSERT_TRUE(std::filesystem::exists(parts.checkpoint()));
  ASSERT_EQ(run(parts, device.get(), "b.journal", true), train::TrialEnd::kDone);
  const Journal resumed = parts.journal("b.journal");
  ASSERT_NE(resumed.event("resumed"), nullptr);
  EXPECT_EQ(resumed.event("resumed")->at("step"), 1);
  EXPECT_EQ(resumed.finals, whole.journal().finals);
  EXPECT_EQ(read_file(parts.path("weights/weights.safetensors")),
            read_file(whole.path("weights/weights.safetensors")));
}

TEST_F(TrialOnDevice, DivergesAtTheSameStep) {
  const Json nan = {{"config", {{"backbone", {{"nan_at", 33}}}}}};
  Worker there(nan);
  EXPECT_EQ(run(there, device.get()), train::TrialEnd::kDiverged);
  const Journal journal = there.journal();
  ASSERT_NE(journal.event("diverged"), nullptr);
  EXPECT_EQ(journal.event("diverged")->at("step"), 33);
}

TEST_F(TrialOnDevice, CalibratesAnUntrainedNetworkThere) {
  const Json untrained = {{"config", {{"train", {{"images_seen", 0}, {"calibrate", true}}}}}};
  Worker cpu(untrained), there(untrained);
  ASSERT_EQ(run(cpu, nullptr), train::TrialEnd::kDone);
  ASSERT_EQ(run(there, device.get()), train::TrialEnd::kDone);
  expect_close(there.journal(), cpu.journal(), 1e-9);
}

}  // namespace
}  // namespace synface::test
