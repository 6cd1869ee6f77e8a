// Runs synface-worker on a trial of toy plugins and reads its journal.
#pragma once

#include <gtest/gtest.h>
#include <synface/base/file.h>
#include <synface/base/journal.h>
#include <synface/base/json.h>
#include <synface/base/subprocess.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace synface::test {

// What one journal says.
struct Journal {
  std::map<std::uint32_t, std::string> names;
  std::map<std::string, bool> timing;
  std::map<std::string, std::map<std::int64_t, double>> points;
  std::map<std::string, double> finals;
  std::vector<std::pair<std::string, Json>> events;
  std::vector<JournalArtifact> artifacts;

  const Json* event(const std::string& kind) const {
    for (const auto& [name, data] : events) {
      if (name == kind) return &data;
    }
    return nullptr;
  }
};

inline Journal read_journal(const std::filesystem::path& path) {
  Journal journal;
  JournalReader reader = JournalReader::open(path);
  reader.poll([&](const JournalRecord& record) {
    if (const auto* define = std::get_if<JournalDefine>(&record)) {
      journal.names[define->metric] = define->name;
      journal.timing[define->name] = define->metric_class == MetricClass::kTiming;
    } else if (const auto* point = std::get_if<JournalPoint>(&record)) {
      journal.points[journal.names[point->metric]][point->step] = point->value;
    } else if (const auto* final_value = std::get_if<JournalFinal>(&record)) {
      journal.finals[journal.names[final_value->metric]] = final_value->value;
    } else if (const auto* event = std::get_if<JournalEvent>(&record)) {
      journal.events.emplace_back(event->kind, event->data);
    } else if (const auto* artifact = std::get_if<JournalArtifact>(&record)) {
      journal.artifacts.push_back(*artifact);
    }
  });
  return journal;
}

// A trial in a folder of its own.
class Worker {
 public:
  explicit Worker(const Json& changes = Json::object()) : spec(base_spec()) {
    spec.merge_patch(changes);
  }

  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  std::filesystem::path checkpoint() const { return path("checkpoint") / "checkpoint.safetensors"; }
  SpawnOptions command(const std::string& journal, bool resume) {
    const auto root = folder_.path().string();
    spec["paths"] = {{"cache", root + "/cache"},
                     {"root", root},
                     {"weights", root + "/weights"},
                     {"artifacts", root + "/artifacts"}};
    write_json_file(path("spec.json"), spec, false);
    SpawnOptions options;
    options.argv = {SYNFACE_TEST_WORKER,
                    "trial",
                    "--spec",
                    path("spec.json").string(),
                    "--journal",
                    path(journal).string(),
                    "--checkpoint",
                    path("checkpoint").string()};
    if (resume) options.argv.emplace_back("--resume");
    options.core_dumps = false;
    return options;
  }
  ExitState run(const std::string& journal = "a.journal", bool resume = false) {
    const ProcessResult result = run_process(command(journal, resume), std::chrono::seconds(100));
    output = result.error;
    return result.state;
  }
  Journal journal(const std::string& name = "a.journal") const { return read_journal(path(name)); }

  Json spec;
  std::string output;

 private:
  static Json base_spec() {
    const std::string toys = SYNFACE_TEST_TOYS;
    return {{"format", 1},
            {"trial_key", std::string(64, 'a')},
            {"evaluation_hash", std::string(64, 'e')},
            {"attempt", 1},
            {"do", {"train", "evaluate"}},
            {"device", "cpu"},
            {"plugins",
             {{"generator/toy_faces", toys + "/toy_faces.so"},
              {"backbone/toy_linear", toys + "/toy_linear.so"},
              {"loss/toy_margin", toys + "/toy_losses.so"},
              {"mixup/toy_mix", toys + "/toy_mix.so"},
              {"benchmark/toy_separation", toys + "/toy_benchmark.so"}}},
            {"config",
             {{"seed", {{"data", 1}, {"train", 2}, {"real", 0}, {"test", 1000003}}},
              {"generator",
               {{"plugin", "toy_faces"}, {"identities", 20}, {"samples", 5}, {"size", 16}}},
              {"backbone", {{"plugin", "toy_linear"}, {"embedding", 16}}},
              {"loss", {{"plugin", "toy_margin"}}},
              {"train", {{"images_seen", 6400}, {"batch_size", 16}, {"learning_rate", 0.1}}},
              {"heldout",
               {{"identities", 10}, {"samples", 2}, {"generator", {{"plugin", "toy_faces"}}}}},
              {"benchmark",
               {{{"plugin", "toy_separation"}, {"name", "held"}, {"set", "heldout"}},
                {{"plugin", "toy_separation"}, {"name", "seen"}, {"set", "train"}}}}}}};
  }

  TemporaryFolder folder_;
};

}  // namespace synface::test
