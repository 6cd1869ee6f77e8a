// synface data floor: what photographs and a set teach without a network.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "data.h"
#include "measuring.h"
#include "session.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/data/listing.h"
#include "synface/report/table.h"
#include "synface/store/store.h"
#include "terminal.h"

namespace synface::cli {
namespace {

using Json = nlohmann::json;

struct Options {
  std::string set, real, pairs, images;
  std::int64_t people = 1000, samples = 20, size = 112;
  bool allow_overlap = false;
};

std::string whole(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

// The images of a pairs file: --images, else the folder that it lies in.
std::string images_of(const Options& options) {
  if (!options.images.empty()) return options.images;
  const auto folder = std::filesystem::absolute(options.pairs).parent_path();
  return folder.string();
}

struct Row {
  const char *benchmark, *method, *fitted;
};
constexpr Row kRows[] = {
    {"lbp", "LBP", "nothing"},
    {"whitened_pca_real", "LBP + whitened PCA", "the photographs, without labels"},
    {"lda_real", "LBP + LDA", "the photographs, with labels"},
    {"whitened_pca_set", "LBP + whitened PCA", "the set, without labels"},
    {"lda_set", "LBP + LDA", "the set, with labels"},
};

Json experiment_of(const Options& options, const std::string& name, const SetSource* source) {
  const std::string images = whole(images_of(options)), pairs = whole(options.pairs);
  const auto fitted = [&](const char* to, const char* map) {
    return Json{{"plugin", "linear_verification"},
                {"name", fmt::format("{}_{}", map, to)},
                {"map", map},
                {"images", images},
                {"pairs", pairs},
                {"identities", options.people},
                {"samples", options.samples},
                {"allow_overlap", options.allow_overlap}};
  };
  Json benchmarks = Json::array();
  benchmarks.push_back({{"plugin", "verification"},
                        {"name", "lbp"},
                        {"set", "none"},
                        {"images", images},
                        {"pairs", pairs}});
  for (const char* map : {"whitened_pca", "lda"}) {
    Json entry = fitted("real", map);
    entry["set"] = "none";
    entry["fit"] = whole(options.real);
    benchmarks.push_back(std::move(entry));
  }
  Json generator = {{"plugin", "folder"}, {"path", whole(options.real)}, {"size", options.size}};
  if (source != nullptr) {
    generator = source->generator;
    for (const char* map : {"whitened_pca", "lda"}) {
      Json entry = fitted("set", map);
      entry["set"] = "train";
      benchmarks.push_back(std::move(entry));
    }
  }
  return {{"name", name},
          {"question", "What do the photographs and the set teach without a network?"},
          {"seed", {{"data", source != nullptr ? source->seed : 0}, {"train", 0}}},
          {"generator", generator},
          {"backbone", {{"plugin", "lbp"}}},
          {"loss", {{"plugin", "softmax"}, {"scale", 16.0}}},
          {"train", {{"images_seen", 0}}},
          {"benchmark", benchmarks}};
}

struct Found {
  std::optional<double> value, low, high;
};
Found final_of(store::Database& db, const std::string& experiment, const std::string& metric) {
  auto select = db.prepare(
      "SELECT value, lo, hi FROM finals WHERE experiment = ? AND metric = ? AND status = 'done'");
  select.with(experiment, metric);
  if (!select.step()) return {};
  return {select.optional_real(0), select.optional_real(1), select.optional_real(2)};
}

std::string text_of(const Found& found) {
  if (!found.value) return "";
  std::string text = fmt::format("{:.1f}", 100 * *found.value);
  if (found.low) text += fmt::format(" [{:.1f}, {:.1f}]", 100 * *found.low, 100 * *found.high);
  return text;
}

void print(const Globals& globals, const std::string& experiment) {
  auto db = store::open_reader(globals.database);
  report::Table table;
  table.columns = {{"method", false, 0, true},
                   {"fitted to", false, 0, true},
                   {"accuracy (%)", true},
                   {"AUC (%)", true}};
  table.notes = {
      "ten-fold verification of the photographs' pairs, image and mirror image added; "
      "95% intervals by resampling people"};
  Json json = {{"experiment", experiment}, {"rows", Json::array()}};
  for (const Row& row : kRows) {
    const std::string prefix = row.benchmark;
    const Found accuracy = final_of(db, experiment, prefix + ".accuracy");
    const Found auc = final_of(db, experiment, prefix + ".auc");
    if (!accuracy.value) continue;
    table.rows.push_back({row.method, row.fitted, text_of(accuracy), text_of(auc)});
    const auto number = [](const std::optional<double>& v) { return v ? Json(*v) : Json(); };
    json["rows"].push_back({{"name", row.benchmark},
                            {"method", row.method},
                            {"fitted_to", row.fitted},
                            {"accuracy", number(accuracy.value)},
                            {"accuracy_low", number(accuracy.low)},
                            {"accuracy_high", number(accuracy.high)},
                            {"auc", number(auc.value)},
                            {"auc_low", number(auc.low)},
                            {"auc_high", number(auc.high)}});
  }
  if (globals.json) {
    std::cout << json.dump(2) << "\n";
  } else {
    std::cout << report::to_terminal(table, Terminal::of_stdout().width);
  }
}

int measure_floor(const Globals& globals, const Options& options) {
  const auto plugins = scan_plugins();
  check_photographs(options.real, 2);
  data::read_pairs(images_of(options), options.pairs);  // a fault in it is told before any work
  std::optional<SetSource> source;
  if (!options.set.empty()) {
    source =
        source_of_set(plugins, options.set, "train", static_cast<std::uint64_t>(options.people),
                      static_cast<std::uint64_t>(options.samples));
  }
  const std::string name = options.set.empty() ? "floor" : "floor_" + options.set;
  const TemporaryFolder folder("floor");
  const int code =
      run_measurement(globals, experiment_of(options, name, source ? &*source : nullptr),
                      folder.path() / "experiment.toml", plugins);
  if (code != 0) return code;
  if (source) check_source(globals, name, *source);
  print(globals, name);
  return 0;
}

}  // namespace

void add_data_floor(CLI::App& group, const Globals& globals, Action& action) {
  const auto options = std::make_shared<Options>();
  auto* command = group.add_subcommand(
      "floor", "verify photographs by what photographs, or a set, teach without a network");
  command->footer(
      "Local binary patterns, as they are, after whitened principal components and after a linear\n"
      "discriminant, fitted to the photographs of --real and to the set, tested on the pairs of\n"
      "--test: deterministic, no training. The figures go into the database as experiment floor "
      "or\n"
      "floor_SET.\n"
      "Ends with 2 for an unknown or mixed set, 3 where a plugin that is needed is absent or "
      "other,\n"
      "4 where the set is not whole, photographs or pairs\n"
      "are not as they should be, 5 where measuring fails (people of the test among --real).\n\n"
      "Example:\n  synface data floor --real lfw/train --test lfw/pairs.txt --images lfw/test "
      "Syn_1K_20");
  command->add_option("set", options->set, "a named set to fit to as well");
  command->add_option("--real", options->real, "photographs to fit to: a folder a person")
      ->required()
      ->type_name("FOLDER");
  command->add_option("--test", options->pairs, "pairs file of other people's photographs")
      ->required()
      ->type_name("PAIRS");
  command
      ->add_option("--images", options->images,
                   "folder of the images that it names (default: the one that it lies in)")
      ->type_name("FOLDER");
  command->add_option("--people", options->people, "most people that are fitted to")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  command->add_option("--samples", options->samples, "most images of each")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  command->add_option("--size", options->size, "side of the pictures without a set, in pixels")
      ->check(CLI::Range(16, 1024))
      ->capture_default_str();
  command->add_flag("--allow-overlap", options->allow_overlap,
                    "folders of one name in --real and --images hold different people");
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return measure_floor(globals, *options); };
  });
}

}  // namespace synface::cli
