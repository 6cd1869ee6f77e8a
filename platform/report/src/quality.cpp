#include "synface/report/quality.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "synface/base/error.h"

namespace synface::report {
namespace {

using nlohmann::json;

// Where an embedder stands on the page; ties keep their order.
int rank_of(const QualityFigures& figures) {
  return figures.embedder == "lbp" ? 1 : 0;
}

// The part of a name after "BENCHMARK.".
std::optional<std::string> tail_of(std::string_view name, const std::string& benchmark) {
  const std::string prefix = benchmark + ".";
  if (!name.starts_with(prefix)) return std::nullopt;
  return std::string(name.substr(prefix.size()));
}

void read_figures(store::Database& db, const std::string& experiment, const std::string& hash,
                  const std::string& benchmark, QualityFigures& out) {
  auto select = db.prepare(
      "SELECT metric, value, lo, hi FROM finals WHERE experiment = ? AND hash = ? AND "
      "value IS NOT NULL");
  select.with(experiment, hash);
  while (select.step()) {
    const auto name = tail_of(select.text(0), benchmark);
    if (!name) continue;
    out.figures[*name] = select.real(1);
    const auto low = select.optional_real(2), high = select.optional_real(3);
    if (low && high) out.intervals[*name] = {*low, *high};
  }
}

void read_curves(store::Database& db, const std::string& hash, const std::string& evaluation,
                 const std::string& benchmark, QualityFigures& out) {
  auto select = db.prepare("SELECT curve, x, y FROM curves WHERE hash = ? AND evaluation_hash = ?");
  select.with(hash, evaluation);
  while (select.step()) {
    const auto name = tail_of(select.text(0), benchmark);
    if (!name) continue;
    QualityFigures::Curve& curve = out.curves[*name];
    json::parse(select.text(1)).get_to(curve.x);
    json::parse(select.text(2)).get_to(curve.y);
  }
}

void read_sheets(store::Database& db, const std::string& hash, const std::string& evaluation,
                 const std::string& benchmark, QualityFigures& out) {
  std::filesystem::path root = db.path();
  root += ".d";
  auto select = db.prepare(
      "SELECT artifact, path FROM artifacts WHERE hash = ? AND evaluation_hash = ? "
      "ORDER BY attempt");
  select.with(hash, evaluation);
  while (select.step()) {
    const auto name = tail_of(select.text(0), benchmark);
    const std::filesystem::path file = root / select.text(1);
    if (name && std::filesystem::exists(file)) out.sheets[*name] = file;
  }
}

struct Line {
  const char *name, *key, *real;  // real: "" for "real.KEY"
  bool percent;
  const char* meaning;
};
constexpr Line kLines[] = {
    {"people", "people", "", false, "people that were looked at"},
    {"images", "images", "", false, "their images"},
    {"impostor distance", "impostor_mean", "", false, "mean distance of images of two people"},
    {"  spread", "impostor_sd", "", false, "its standard deviation"},
    {"genuine distance", "genuine_mean", "", false, "mean distance of two images of one person"},
    {"  spread", "genuine_sd", "", false, "its standard deviation"},
    {"d'", "d_prime", "", false, "the difference of the two over their mean spread"},
    {"impostors under the threshold", "impostors_under", "", true,
     "pairs of two people that would be taken for one"},
    {"genuine under the threshold", "genuine_under", "", true,
     "pairs of one person that would be known as such"},
    {"uniqueness", "uniqueness", "", true,
     "people that are left when nobody may be nearer to another than the threshold"},
    {"nearest neighbour", "neighbour_mean", "", false,
     "mean distance of a person's centre to the nearest other one's"},
    {"  nearest twentieth", "neighbour_p05", "", false, "below which 5% of these lie"},
    {"consistency", "consistency", "", true,
     "images that are nearer than the threshold to their person's first one"},
    {"identified", "identified", "", true, "images whose nearest centre is their own person's"},
    {"spread within people", "spread_mean", "", false, "mean over people"},
    {"  over people", "spread_sd", "", false, "its standard deviation over people"},
    {"dimensions", "dimensions", "", false, "in how many directions people differ"},
    {"Fréchet distance", "frechet", "frechet_floor", false,
     "to photographs; beside it photographs to other photographs"},
    {"precision", "precision", "precision_floor", true, "people that lie among photographed ones"},
    {"diversity", "diversity", "diversity_floor", true,
     "photographed people that lie among the set's (recall)"},
    {"told apart, whole image", "render_auc.whole", "render_auc_floor.whole", true,
     "AUC of a linear cut between photographs and the set; 50% is chance"},
    {"  face only", "render_auc.face", "render_auc_floor.face", true, "an ellipse"},
    {"  surround only", "render_auc.surround", "render_auc_floor.surround", true,
     "hair, clothes, background"},
    {"  eyes only", "render_auc.eyes", "render_auc_floor.eyes", true, "a box with the brows"},
    {"  mouth only", "render_auc.mouth", "render_auc_floor.mouth", true, "a box"},
    {"  skin only", "render_auc.skin", "render_auc_floor.skin", true,
     "the ellipse without the two boxes"},
};

constexpr const char* kAboutIntervals =
    "in brackets: 95% intervals by drawing the people anew, with the threshold and the distance "
    "below which 1% of the photographs' pairs lie held fixed, though they may come from "
    "photographs of the same people";
constexpr const char* kAboutThreshold =
    "in brackets: 95% intervals by drawing the people anew, with the threshold held fixed";
constexpr const char* kAboutNumbers =
    "uniqueness, neighbours, identified and dimensions are of equally many people with equally "
    "many images on both sides";

std::string number(std::optional<double> value, bool percent) {
  if (!value) return "";
  if (percent) return fmt::format("{:.1f}%", 100 * *value);
  if (std::abs(*value) >= 1000 || *value == std::floor(*value))
    return fmt::format("{:.0f}", *value);
  return std::abs(*value) >= 10 ? fmt::format("{:.1f}", *value) : fmt::format("{:.3f}", *value);
}

// "7.3% [6.1, 8.5]".
std::string with_interval(const QualityFigures& figures, const std::string& name, bool percent) {
  const std::string text = number(figures.figure(name), percent);
  const auto found = figures.intervals.find(name);
  if (text.empty() || found == figures.intervals.end()) return text;
  const auto end = [&](double value) {
    std::string bare = number(value, percent);
    if (percent) bare.pop_back();
    return bare;
  };
  return fmt::format("{} [{}, {}]", text, end(found->second.first), end(found->second.second));
}

}  // namespace

std::optional<double> QualityFigures::figure(const std::string& name) const {
  const auto found = figures.find(name);
  return found == figures.end() ? std::nullopt : std::optional<double>(found->second);
}

std::vector<QualityFigures> read_quality(store::Database& db, const std::string& experiment,
                                         const std::string& benchmark) {
  auto trials = db.prepare(
      "SELECT hash, evaluation_hash, config ->> '$.backbone.plugin' FROM trials "
      "WHERE experiment = ? AND status = 'done' ORDER BY trial");
  trials.with(experiment);
  std::vector<QualityFigures> all;
  while (trials.step()) {
    const std::string hash(trials.text(0)), evaluation(trials.text(1));
    QualityFigures& one = all.emplace_back();
    one.embedder = trials.text(2);
    read_figures(db, experiment, hash, benchmark, one);
    read_curves(db, hash, evaluation, benchmark, one);
    read_sheets(db, hash, evaluation, benchmark, one);
  }
  std::stable_sort(all.begin(), all.end(), [](const QualityFigures& a, const QualityFigures& b) {
    return rank_of(a) < rank_of(b);
  });
  return all;
}

std::vector<QualityRow> quality_rows(const QualityFigures& figures) {
  std::vector<QualityRow> rows;
  for (const Line& line : kLines) {
    if (!figures.figure(line.key)) continue;
    const std::string real = *line.real == '\0' ? std::string("real.") + line.key : line.real;
    rows.push_back({line.name, with_interval(figures, line.key, line.percent),
                    with_interval(figures, real, line.percent), line.meaning});
  }
  if (figures.figure("impostors_at_real_far_1e2")) {
    rows.push_back({"impostors at the photographs' 1%",
                    with_interval(figures, "impostors_at_real_far_1e2", true), "1.0%",
                    "pairs nearer than the distance below which 1% of photographed pairs lie"});
  }
  return rows;
}

Table quality_table(const QualityFigures& figures) {
  Table table;
  table.title = fmt::format("by {}, threshold {}", figures.embedder,
                            number(figures.figure("threshold"), false));
  table.columns = {
      {"figure", false, 0, true}, {"set", true}, {"photographs", true}, {"what it says", false, 1}};
  for (const QualityRow& row : quality_rows(figures)) {
    table.rows.push_back({row.name, row.set, row.real, row.meaning});
  }
  table.keys = 1;
  table.notes = quality_notes(figures);
  return table;
}

// Results without intervals may be of before both sides were cut to equal numbers.
std::vector<std::string> quality_notes(const QualityFigures& figures) {
  if (figures.intervals.empty()) return {};
  if (!figures.figure("real.people")) return {kAboutThreshold};
  return {kAboutIntervals, kAboutNumbers};
}

}  // namespace synface::report
