// What an experiment with the benchmark `dataset_quality` found about a set of faces, and its page.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "synface/report/table.h"
#include "synface/store/sqlite.h"

namespace synface::report {

// By one embedder, of its last evaluation. Names without that of the benchmark: "d_prime",
// "real.d_prime".
struct QualityFigures {
  struct Curve {
    std::vector<double> x, y;
  };
  std::string embedder;  // id of the backbone
  std::map<std::string, double> figures;
  std::map<std::string, std::pair<double, double>> intervals;  // of some figures, over people
  std::map<std::string, Curve> curves;
  std::map<std::string, std::filesystem::path> sheets;  // "look_alikes.jpg": an existing file

  std::optional<double> figure(const std::string& name) const;
};

// Of every trial of the experiment that is done. `benchmark`: its name in the experiment. In
// the order of the trials, but lbp, which is a floor, last.
std::vector<QualityFigures> read_quality(store::Database& db, const std::string& experiment,
                                         const std::string& benchmark);

// A figure of the set beside the photographs' (or of photographs against photographs).
struct QualityRow {
  // Numbers as texts, with their intervals where these are known; "" where there is none.
  std::string name, set, real, meaning;
};
std::vector<QualityRow> quality_rows(const QualityFigures& figures);
Table quality_table(const QualityFigures& figures);

// What the reader of these rows must know about their intervals and about the photographs beside
// them, each a sentence without its capital and its point; empty where there are neither.
std::vector<std::string> quality_notes(const QualityFigures& figures);

// What the figures say, a sentence or two each.
std::vector<std::string> quality_words(const QualityFigures& figures);

// Vega-Lite specifications: densities of the distances with the threshold, and what tells the set
// from photographs by region of the face. The second: null where that was not measured.
nlohmann::json distance_plot(const QualityFigures& figures);
nlohmann::json region_plot(const QualityFigures& figures);

struct QualityPage {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // what was measured: label, text
  std::string command;                                     // that makes the page again
  bool photographs = false;          // shows sheets of the photographs as well
  std::filesystem::path vl_convert;  // as of render_plot()
};

// One HTML file with everything in it. Without vl-convert the page says so in place of its plots,
// and `complaint` receives why.
std::string quality_page(const QualityPage& page, const std::vector<QualityFigures>& figures,
                         std::string* complaint);

}  // namespace synface::report
