#include "synface/report/seeds.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "synface/base/text.h"
#include "synface/report/statistics.h"

namespace synface::report {
namespace {

// In the order in which a shared value makes the unit: people first, the training's chance last.
constexpr std::array<const char*, 4> kOrder = {"data", "real", "test", "train"};

std::map<std::string, std::string> parse(const std::string& combination) {
  std::map<std::string, std::string> seeds;
  for (const std::string& part : split(combination, ' ')) {
    const auto equals = part.find('=');
    if (equals != std::string::npos) seeds[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return seeds;
}

std::string plural(const std::string& seed) {
  return (seed == "train" ? "training" : seed) + " seeds";
}

std::vector<std::string> full_names(const std::vector<std::string>& seeds) {
  std::vector<std::string> names;
  for (const std::string& seed : seeds) names.push_back("seed." + seed);
  return names;
}

// "a, b and c".
std::string listed(const std::vector<std::string>& names) {
  if (names.size() < 2) return join(names, "");
  return join(std::vector<std::string>(names.begin(), names.end() - 1), ", ") + " and " +
         names.back();
}

// The varying seeds with the most to say about dependence first.
std::vector<std::string> ordered(const std::vector<std::string>& varying) {
  std::vector<std::string> result = varying;
  const auto rank = [](const std::string& seed) {
    return std::find(kOrder.begin(), kOrder.end(), seed) - kOrder.begin();
  };
  std::stable_sort(result.begin(), result.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return result;
}

}  // namespace

SeedDesign seed_design(const std::set<std::string>& combinations) {
  SeedDesign design;
  std::map<std::string, std::map<std::string, int>> counts;
  for (const std::string& combination : combinations) {
    for (const auto& [seed, value] : parse(combination)) {
      design.values[seed].insert(value);
      ++counts[seed][value];
    }
  }
  design.combinations = static_cast<int>(combinations.size());
  for (const auto& [seed, values] : design.values) {
    if (values.size() > 1) design.varying.push_back(seed);
  }
  if (design.varying.size() < 2) return design;
  for (const std::string& seed : ordered(design.varying)) {
    const auto shared = [](const auto& entry) { return entry.second > 1; };
    if (!std::any_of(counts[seed].begin(), counts[seed].end(), shared)) continue;
    design.unit = seed;
    const auto [least, most] =
        std::minmax_element(counts[seed].begin(), counts[seed].end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; });
    design.least = least->second;
    design.most = most->second;
    break;
  }
  return design;
}

std::string unit_of(const SeedDesign& design, const std::string& combination) {
  return design.unit ? *design.unit + "=" + parse(combination)[*design.unit] : combination;
}

std::map<std::string, double> by_unit(const SeedDesign& design,
                                      const std::map<std::string, double>& values) {
  std::map<std::string, std::vector<double>> grouped;
  for (const auto& [combination, value] : values) {
    grouped[unit_of(design, combination)].push_back(value);
  }
  std::map<std::string, double> result;
  for (const auto& [unit, members] : grouped) result[unit] = *summarize(members).mean;
  return result;
}

std::string unit_name(const SeedDesign& design) {
  return design.unit ? plural(*design.unit) : "seeds";
}

std::string describe_averaging(const SeedDesign& design) {
  if (!design.unit) return "";
  std::vector<std::string> others;
  for (const std::string& seed : design.varying) {
    if (seed != *design.unit) others.push_back(seed);
  }
  const std::string what =
      others.size() == 1 ? plural(others[0]) : "combinations of " + listed(full_names(others));
  const std::string count = design.least == design.most
                                ? std::to_string(design.most)
                                : fmt::format("{} to {}", design.least, design.most);
  return fmt::format("{} {} averaged within each of {} {}", count, what,
                     design.values.at(*design.unit).size(), plural(*design.unit));
}

std::string describe_spread(const SeedDesign& design) {
  if (design.varying.empty()) {
    return "one seed only: no spread, and no difference can be shown";
  }
  std::string text = "the spread covers ";
  if (design.unit) {
    text += fmt::format("seed.{} ({} values): {}", *design.unit,
                        design.values.at(*design.unit).size(), describe_averaging(design));
  } else if (design.varying.size() == 1) {
    const std::string& seed = design.varying[0];
    text += fmt::format("seed.{} ({} values)", seed, design.values.at(seed).size());
  } else {
    text += fmt::format("{} {} of {}, nothing shared", design.combinations,
                        design.varying.size() == 2 ? "pairs" : "combinations",
                        listed(full_names(design.varying)));
  }
  std::vector<std::string> fixed;
  for (const auto& [seed, values] : design.values) {
    if (values.size() == 1) fixed.push_back(fmt::format("seed.{} = {}", seed, *values.begin()));
  }
  return fixed.empty() ? text : text + "; not " + join(fixed, ", ");
}

}  // namespace synface::report
