#include "synface/report/plots.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "row_names.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/base/subprocess.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "https://vega.github.io/schema/vega-lite/v5.json";
constexpr std::chrono::seconds kConverterTime{120};

using Series = std::map<std::int64_t, std::vector<double>>;  // step -> values of the trials

// All done trials' points of one metric, by cell. A NaN stays in, so that its step is left out.
std::map<std::string, Series> read_series(store::Database& db, const Comparison& comparison,
                                          const std::string& metric) {
  auto select = db.prepare(
      "SELECT t.axes, p.step, p.value FROM trials t JOIN points p ON p.hash = t.hash "
      "WHERE t.experiment = ? AND t.status = 'done' AND p.metric = ?");
  select.with(comparison.experiment, metric);
  const RowNames row_name(comparison);
  std::map<std::string, Series> result;
  while (select.step()) {
    const json axes = json::parse(select.text(0));
    result[row_name(axes)][select.integer(1)].push_back(select.real(2));
  }
  return result;
}

json curve_values(const std::map<std::string, Series>& by_cell) {
  json values = json::array();
  for (const auto& [cell, series] : by_cell) {
    std::size_t trials = 0;
    for (const auto& [step, at_step] : series) trials = std::max(trials, at_step.size());
    for (const auto& [step, at_step] : series) {
      const bool finite = std::all_of(at_step.begin(), at_step.end(),
                                      [](double value) { return std::isfinite(value); });
      if (!finite || at_step.size() < trials) continue;
      const Summary summary = summarize(at_step);
      const double sd = summary.sd.value_or(0);
      values.push_back({{"cell", cell},
                        {"step", step},
                        {"mean", *summary.mean},
                        {"low", *summary.mean - sd},
                        {"high", *summary.mean + sd},
                        {"n", summary.n}});
    }
  }
  return values;
}

// Scales that start at the data, not at zero: differences of points are what is looked at.
json free_axis(const std::string& field, const std::string& title) {
  return {
      {"field", field}, {"type", "quantitative"}, {"title", title}, {"scale", {{"zero", false}}}};
}

std::string format_of(const std::filesystem::path& target) {
  const std::string extension = target.extension();
  for (const char* known : {"svg", "png", "pdf", "html"}) {
    if (extension == "." + std::string(known)) return known;
  }
  fail(ExitCode::kUsage, "{}: a plot becomes .svg, .png, .pdf or .html", target.string());
}

// The converter comes as a program (Rust) or as a Python package (PyPI: vl-convert-python).
constexpr const char* kPackageCall =
    "import sys, vl_convert\n"
    "form, source, target = sys.argv[1:4]\n"
    "plot = getattr(vl_convert, 'vegalite_to_' + form)(open(source).read())\n"
    "open(target, 'wb').write(plot if isinstance(plot, bytes) else plot.encode())\n";

std::filesystem::path dependencies() {
  const char* folder = std::getenv("SYNFACE_DEPS");
  return folder != nullptr && *folder != 0 ? std::filesystem::path(folder)
                                           : cache_folder() / "deps";
}

bool is_package(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / "vl_convert" / "__init__.py");
}

// The program on PATH, or the package where set-up unpacks it; empty where there is neither.
std::filesystem::path find_converter() {
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path == nullptr ? "" : path, ':')) {
    const std::filesystem::path tool = std::filesystem::path(folder) / "vl-convert";
    if (!folder.empty() && ::access(tool.c_str(), X_OK) == 0) return tool;
  }
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(dependencies(), ignored)) {
    const bool named = entry.path().filename().string().starts_with("vl-convert-");
    if (named && is_package(entry.path())) return entry.path();
  }
  return {};
}

// The command that turns `source` into `target`.
SpawnOptions conversion(const std::filesystem::path& converter, const std::string& format,
                        const std::filesystem::path& source, const std::filesystem::path& target) {
  SpawnOptions options;
  if (is_package(converter)) {
    options.argv = {"python3", "-c", kPackageCall, format, source.string(), target.string()};
    options.environment["PYTHONPATH"] = converter.string();
  } else {
    options.argv = {converter.string(), "vl2" + format, "--input",
                    source.string(),    "--output",     target.string()};
  }
  return options;
}

}  // namespace

json curve_plot(store::Database& db, const Comparison& comparison, const std::string& metric) {
  const json color = {{"field", "cell"}, {"type", "nominal"}, {"title", nullptr}};
  const json x = {{"field", "step"}, {"type", "quantitative"}, {"title", "step"}};
  json low = free_axis("low", metric), mean = free_axis("mean", metric);
  const json band = {
      {"mark", {{"type", "area"}, {"opacity", 0.15}}},
      {"encoding", {{"x", x}, {"y", low}, {"y2", {{"field", "high"}}}, {"color", color}}}};
  const json line = {{"mark", {{"type", "line"}}},
                     {"encoding", {{"x", x}, {"y", mean}, {"color", color}}}};
  return {{"$schema", kSchema},
          {"title", comparison.experiment + ": " + metric},
          {"width", 520},
          {"height", 300},
          {"data", {{"values", curve_values(read_series(db, comparison, metric))}}},
          {"layer", {band, line}}};
}

json bar_plot(const Comparison& comparison, const std::string& metric) {
  const RowNames row_name(comparison);
  json cells = json::array(), seeds = json::array(), floors = json::array();
  for (const Cell& cell : comparison.cells) {
    const auto found = cell.metrics.find(metric);
    if (found == cell.metrics.end()) {
      fail(ExitCode::kUsage, "metric '{}' is not in this comparison", metric);
    }
    const std::string label = row_name(cell.axes);
    const Summary& summary = found->second.summary;
    for (const auto& [seed, value] : found->second.values) {
      seeds.push_back({{"cell", label}, {"value", value}, {"seeds", seed}});
    }
    if (!summary.mean) continue;
    json row = {{"cell", label}, {"mean", *summary.mean}, {"n", summary.n}};
    if (summary.interval) {
      row["lo"] = summary.interval->lo;
      row["hi"] = summary.interval->hi;
    }
    cells.push_back(std::move(row));
  }
  for (const Floor& floor : comparison.floors) {
    if (floor.metric != metric || floor.summary.n == 0) continue;  // chance would squeeze the rest
    floors.push_back({{"floor", floor.label}, {"value", *floor.summary.mean}});
  }
  const json y = {{"field", "cell"},
                  {"type", "nominal"},
                  {"title", nullptr},
                  {"sort", nullptr},
                  {"axis", {{"labelLimit", 420}}}};
  const json intervals = {
      {"data", {{"values", cells}}},
      {"mark", {{"type", "rule"}, {"strokeWidth", 2}}},
      {"encoding", {{"y", y}, {"x", free_axis("lo", metric)}, {"x2", {{"field", "hi"}}}}}};
  const json means = {{"data", {{"values", cells}}},
                      {"mark", {{"type", "point"}, {"filled", true}, {"size", 80}}},
                      {"encoding", {{"y", y}, {"x", free_axis("mean", metric)}}}};
  const json dots = {{"data", {{"values", seeds}}},
                     {"mark", {{"type", "point"}, {"opacity", 0.4}, {"size", 20}}},
                     {"encoding", {{"y", y}, {"x", free_axis("value", metric)}}}};
  const json rules = {{"data", {{"values", floors}}},
                      {"mark", {{"type", "rule"}, {"strokeDash", {4, 4}}}},
                      {"encoding",
                       {{"x", free_axis("value", metric)},
                        {"color", {{"field", "floor"}, {"type", "nominal"}, {"title", "floor"}}}}}};
  json layers = {intervals, means, dots};
  if (!floors.empty()) layers.push_back(rules);  // without any its legend would be a bare title
  return {
      {"$schema", kSchema},
      {"title", comparison.experiment + ": " + metric + ", mean with t interval, seeds as dots"},
      {"width", 520},
      {"layer", std::move(layers)}};
}

void render_plot(const json& specification, const std::filesystem::path& target,
                 const std::filesystem::path& tool) {
  const std::string format = format_of(target);
  const std::filesystem::path converter = tool.empty() ? find_converter() : tool;
  if (converter.empty() || !std::filesystem::exists(converter)) {
    fail(
        ExitCode::kSetup,
        "plots need vl-convert, which is neither on PATH nor in {}{}: `pip install "
        "vl-convert-python --target {}/vl-convert-1` brings it, and any Vega-Lite viewer shows the "
        ".vl.json specification",
        dependencies().string(), tool.empty() ? "" : " (nor is " + tool.string() + ")",
        dependencies().string());
  }
  const TemporaryFolder folder("plot");
  const auto source = folder.path() / "plot.vl.json";
  write_file_atomic(source, specification.dump(), false);
  const SpawnOptions options = conversion(converter, format, source, target);
  const ProcessResult result = run_process(options, kConverterTime);
  if (!result.state.success()) {
    fail(ExitCode::kInternal, "`{}` ended with {}: {}", options.argv[0], result.state.text(),
         result.error);
  }
}

}  // namespace synface::report
