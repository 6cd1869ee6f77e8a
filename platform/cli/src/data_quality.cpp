// synface data quality: how good a named set is, without training on it.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "data.h"
#include "measuring.h"
#include "session.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/base/text.h"
#include "synface/report/quality.h"
#include "synface/store/store.h"
#include "terminal.h"

namespace synface::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* kBenchmark = "quality";
constexpr const char* kJudge = "dlib_embedder";
constexpr double kJudgeThreshold = 0.6;  // dlib's own: nearer descriptors are one person's
constexpr std::size_t kLeastPeople = 10;

struct Options {
  std::string name, part = "train", real;
  std::vector<std::string> embedders;
  std::optional<double> threshold;
  std::int64_t people = 500, samples = 6, auc_images = 500, bootstrap = 1000;
  std::optional<std::int64_t> memory;
  std::filesystem::path out;
  bool photographs = false;
};

bool installed(const plugin::Registry& plugins, const std::string& id) {
  const auto& all = plugins.plugins();
  return std::any_of(all.begin(), all.end(), [&](const plugin::PluginInfo& info) {
    return info.kind == plugin::Kind::kBackbone && info.id == id;
  });
}

// Those that were asked for, else the floor and, where it is installed, the judge.
std::vector<std::string> embedders_of(const Options& options, const plugin::Registry& plugins,
                                      bool quiet) {
  for (const std::string& id : options.embedders) {
    if (id == kJudge && !installed(plugins, id)) {
      fail(ExitCode::kPlugin,
           "dlib_embedder is not installed: `./synface setup --judge` fetches what it needs, and "
           "tests/third_party/dlib_embedder/README.md says how to build it; SYNFACE_PLUGIN_PATH "
           "then names its folder");
    }
    plugins.find(plugin::Kind::kBackbone, id);
  }
  if (!options.embedders.empty()) return options.embedders;
  if (installed(plugins, kJudge)) return {"lbp", kJudge};
  if (!quiet) {
    std::cerr << "note: measured by lbp alone, a descriptor of textures; the judge dlib_embedder "
                 "is not installed (`./synface setup --judge`)\n";
  }
  return {"lbp"};
}

Json experiment_of(const Options& options, const std::string& name, const SetSource& source,
                   const std::vector<std::string>& embedders) {
  Json benchmark = {{"plugin", "dataset_quality"},
                    {"name", kBenchmark},
                    {"set", "train"},
                    {"identities", options.people},
                    {"samples", options.samples},
                    {"auc_images", options.auc_images},
                    {"bootstrap", options.bootstrap}};
  if (options.memory) benchmark["memory"] = *options.memory;
  if (!options.real.empty()) {
    benchmark["real"] = std::filesystem::absolute(options.real).lexically_normal().string();
  }
  Json backbones = Json::array(), thresholds = Json::array();
  for (const std::string& id : embedders) {
    backbones.push_back({{"plugin", id}, {"label", id}});
    thresholds.push_back(options.threshold.value_or(id == kJudge ? kJudgeThreshold : 0.0));
  }
  const Json axes = {{"backbone", backbones},
                     {fmt::format("benchmark.{}.threshold", kBenchmark), thresholds}};
  return {{"name", name},
          {"question",
           fmt::format("How good is the set {}, before anything is trained?", options.name)},
          {"seed", {{"data", source.seed}, {"train", 0}}},
          {"generator", source.generator},
          {"loss", {{"plugin", "softmax"}, {"scale", 16.0}}},
          {"train", {{"images_seen", 0}}},
          {"benchmark", Json::array({benchmark})},
          {"axes", {{"zip", Json::array({axes})}}}};
}

// "photos" of "a/photos/" as well.
std::string folder_name(const std::string& folder) {
  const auto path = std::filesystem::absolute(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

std::vector<std::pair<std::string, std::string>> facts_of(const Options& options,
                                                          const SetSource& source) {
  const auto counted = [](std::uint64_t n) { return human_count(static_cast<std::int64_t>(n)); };
  return {
      {"set",
       fmt::format("{} ({}): {} people with {} images, {} pixels", options.name, options.part,
                   counted(source.part.identities), source.part.samples, source.side)},
      {"looked at", fmt::format("the first {} people, {} images of each",
                                source.generator["identities"].get<std::int64_t>(),
                                source.generator["samples"].get<std::int64_t>())},
      {"photographs", options.real.empty() ? std::string("none were given (--real FOLDER)")
                                           : fmt::format("{}: up to {} people, {} images of each",
                                                         folder_name(options.real), options.people,
                                                         options.samples)},
      {"drawn by", Json::parse(source.part.identity).value("generator", std::string())}};
}

std::string command_of(const Options& options) {
  std::string command = "synface data quality " + options.name;
  if (options.part != "train") command += " --part " + options.part;
  if (!options.real.empty()) command += " --real FOLDER";
  for (const std::string& id : options.embedders) command += " --embedder " + id;
  if (options.threshold) command += fmt::format(" --threshold {}", *options.threshold);
  if (options.memory) command += fmt::format(" --memory {}", *options.memory);
  return fmt::format("{} --people {} --samples {} --auc-images {} --bootstrap {}", command,
                     options.people, options.samples, options.auc_images, options.bootstrap);
}

void print(const Globals& globals, const std::string& experiment, const std::filesystem::path& file,
           const std::vector<report::QualityFigures>& figures) {
  if (globals.json) {
    Json embedders = Json::object();
    Json intervals = Json::object();
    for (const auto& one : figures) {
      embedders[one.embedder] = one.figures;
      intervals[one.embedder] = one.intervals;
    }
    std::cout << Json{{"experiment", experiment},
                      {"report", file.string()},
                      {"embedders", embedders},
                      {"intervals", intervals}}
                     .dump(2)
              << "\n";
    return;
  }
  for (const auto& one : figures) {
    std::cout << "\n"
              << report::to_terminal(report::quality_table(one), Terminal::of_stdout().width);
    for (const std::string& words : report::quality_words(one)) std::cout << "- " << words << "\n";
  }
  std::cout << fmt::format("\n{}\n", file.string());
}

int quality(const Globals& globals, Options options) {
  const auto plugins = scan_plugins();
  const auto embedders = embedders_of(options, plugins, globals.json);
  const SetSource source =
      source_of_set(plugins, options.name, options.part, static_cast<std::uint64_t>(options.people),
                    static_cast<std::uint64_t>(options.samples));
  if (!options.real.empty()) check_photographs(options.real, kLeastPeople);
  const std::string tail = options.part == "train" ? options.name : options.name + "_heldout";
  const std::string experiment = "quality_" + tail;
  if (options.out.empty()) options.out = std::filesystem::path("results") / "quality" / tail;
  const int code = run_measurement(globals, experiment_of(options, experiment, source, embedders),
                                   options.out / "experiment.toml", plugins);
  if (code != 0) return code;
  check_source(globals, experiment, source);
  auto db = store::open_reader(globals.database);
  const auto figures = report::read_quality(db, experiment, kBenchmark);
  report::QualityPage page;
  page.title = "Quality of " + tail;
  page.facts = facts_of(options, source);
  page.command = command_of(options);
  page.photographs = options.photographs;
  std::string complaint;
  const auto file = options.out / "report.html";
  write_file_atomic(file, report::quality_page(page, figures, &complaint), false);
  if (!complaint.empty()) std::cerr << "note: the report has no plots: " << complaint << "\n";
  print(globals, experiment, file, figures);
  return 0;
}

}  // namespace

void add_data_quality(CLI::App& group, const Globals& globals, Action& action) {
  const auto options = std::make_shared<Options>();
  auto* command = group.add_subcommand(
      "quality", "measure a named set without training on it; figures, sheets and a report");
  command->footer(
      "The figures go into the database as experiment quality_NAME, the report (one HTML file) "
      "and\n"
      "the experiment's file into --out. A second call measures only what is new.\n"
      "Ends with 2 for an unknown or mixed set, 3 where an embedder is not installed, 4 where the\n"
      "set is not whole or the photographs are not a folder a person, 5 where measuring fails.\n\n"
      "Example:\n  synface data quality Syn_1K_20 --real FOLDER");
  command->add_option("name", options->name, "the set")->required();
  command->add_option("--part", options->part, "train or heldout")
      ->check(CLI::IsMember({"train", "heldout"}))
      ->capture_default_str();
  command
      ->add_option("--real", options->real,
                   "photographs to hold it against: a folder a person, aligned as the set is")
      ->type_name("FOLDER");
  command
      ->add_option("--embedder", options->embedders,
                   "a frozen backbone (repeatable; default: lbp, and dlib_embedder where it is)")
      ->type_name("ID")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--threshold", options->threshold,
                   "distance of one person's images (default: dlib_embedder 0.6, others where the "
                   "photographs' error rates are equal)")
      ->check(CLI::PositiveNumber);
  command->add_option("--people", options->people, "most people that are looked at")
      ->check(CLI::Range(10, 100000))
      ->capture_default_str();
  command->add_option("--samples", options->samples, "most images of each")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  command
      ->add_option("--auc-images", options->auc_images,
                   "most images of a side to learn from what tells them apart (0: leave it out)")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  command
      ->add_option("--bootstrap", options->bootstrap, "draws of people for the intervals (0: none)")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  command
      ->add_option("--memory", options->memory,
                   "most memory in MiB that the distances of all pairs may take (default: 4096)")
      ->check(CLI::Range(64, 1 << 22));
  command->add_option("--out", options->out, "folder (default: results/quality/NAME)")
      ->type_name("FOLDER");
  command->add_flag("--show-photographs", options->photographs,
                    "the report shows sheets of the photographs too: mind whom you show it");
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return quality(globals, *options); };
  });
}

}  // namespace synface::cli
