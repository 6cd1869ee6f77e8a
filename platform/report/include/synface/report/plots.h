// Plots as Vega-Lite 5 specifications, and their way through vl-convert to SVG, PNG or HTML.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "synface/report/comparison.h"
#include "synface/store/sqlite.h"

namespace synface::report {

// One line a cell: the mean over its done trials at each step, a band of mean ± sd where n >= 2.
// NaN leaves a gap. Only steps that every trial of the cell has are averaged.
nlohmann::json curve_plot(store::Database& db, const Comparison& comparison,
                          const std::string& metric);

// One point a cell with the t interval of its mean, each seed's value as a dot beside it, floors as
// rules.
nlohmann::json bar_plot(const Comparison& comparison, const std::string& metric);

// Turns it into SVG, PNG, PDF or HTML, by the target's extension, with vl-convert: `tool` is the
// program or a folder with PyPI's vl-convert-python (run by python3); empty: PATH, then the
// dependencies' folder ($SYNFACE_DEPS or deps/ in the cache folder). Throws kSetup where there is
// none, with the remedy.
void render_plot(const nlohmann::json& specification, const std::filesystem::path& target,
                 const std::filesystem::path& tool = {});

}  // namespace synface::report
