#include "synface/report/quality.h"

namespace synface::report {
namespace {

using nlohmann::json;

// Beside the legend: a page's own font may be wider than that by which the plot was laid out.
json padding() {
  return {{"left", 5}, {"top", 5}, {"bottom", 5}, {"right", 60}};
}

constexpr const char* kSchema = "https://vega.github.io/schema/vega-lite/v5.json";

void add_density(const QualityFigures& figures, const std::string& curve, const char* pair,
                 const char* of, json& values) {
  const auto found = figures.curves.find(curve);
  if (found == figures.curves.end()) return;
  const std::vector<double>& y = found->second.y;
  std::size_t first = 0;  // nothing is drawn where nothing is
  while (first + 1 < y.size() && y[first + 1] == 0.0) ++first;
  for (std::size_t i = first; i < y.size(); ++i) {
    values.push_back({{"distance", found->second.x[i]},
                      {"density", found->second.y[i]},
                      {"pair", pair},
                      {"of", of}});
  }
}

}  // namespace

json distance_plot(const QualityFigures& figures) {
  json values = json::array();
  add_density(figures, "distances.genuine", "one person", "set", values);
  add_density(figures, "distances.impostor", "two people", "set", values);
  add_density(figures, "real.distances.genuine", "one person", "photographs", values);
  add_density(figures, "real.distances.impostor", "two people", "photographs", values);
  const json lines = {
      {"data", {{"values", values}}},
      {"mark", {{"type", "line"}, {"strokeWidth", 2}}},
      {"encoding",
       {{"x",
         {{"field", "distance"},
          {"type", "quantitative"},
          {"title", "distance"},
          {"scale", {{"zero", false}}}}},
        {"y", {{"field", "density"}, {"type", "quantitative"}, {"title", "density"}}},
        {"color",
         {{"field", "pair"},
          {"type", "nominal"},
          {"title", "images of"},
          {"scale",
           {{"domain", {"one person", "two people"}}, {"range", {"#1b7837", "#762a83"}}}}}},
        {"strokeDash",
         {{"field", "of"},
          {"type", "nominal"},
          {"title", nullptr},
          {"scale", {{"domain", {"set", "photographs"}}, {"range", {{1, 0}, {5, 4}}}}}}}}}};
  json layers = json::array({lines});
  if (const auto threshold = figures.figure("threshold")) {
    layers.push_back({{"data", {{"values", {{{"at", *threshold}}}}}},
                      {"mark", {{"type", "rule"}, {"color", "#888"}}},
                      {"encoding", {{"x", {{"field", "at"}, {"type", "quantitative"}}}}}});
  }
  return {{"$schema", kSchema},
          {"title", "Distances by " + figures.embedder + " (grey line: the threshold)"},
          {"width", 560},
          {"padding", padding()},
          {"height", 260},
          {"layer", layers}};
}

json region_plot(const QualityFigures& figures) {
  json values = json::array();
  for (const char* region : {"whole", "face", "surround", "eyes", "mouth", "skin"}) {
    const auto auc = figures.figure(std::string("render_auc.") + region);
    const auto floor = figures.figure(std::string("render_auc_floor.") + region);
    if (!auc || !floor) continue;
    values.push_back({{"region", region}, {"auc", *auc}, {"of", "set"}});
    values.push_back({{"region", region}, {"auc", *floor}, {"of", "photographs"}});
  }
  if (values.empty()) return nullptr;
  return {
      {"$schema", kSchema},
      {"title", "Told from photographs with this region in sight (0.5: not at all)"},
      {"width", 560},
      {"padding", padding()},
      {"data", {{"values", values}}},
      {"mark", {{"type", "point"}, {"filled", true}, {"size", 90}}},
      {"encoding",
       {{"x",
         {{"field", "auc"},
          {"type", "quantitative"},
          {"title", "AUC of a linear cut"},
          {"scale", {{"domain", {0.4, 1.0}}, {"clamp", true}}}}},
        {"y", {{"field", "region"}, {"type", "nominal"}, {"title", nullptr}, {"sort", nullptr}}},
        {"color",
         {{"field", "of"},
          {"type", "nominal"},
          {"title", "against photographs"},
          {"scale", {{"domain", {"set", "photographs"}}, {"range", {"#b2182b", "#999"}}}}}}}}};
}

}  // namespace synface::report
