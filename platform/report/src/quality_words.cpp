// The sentences of a quality report. They state numbers beside those of photographs and judge
// nothing: for most figures it is not measured by how much they differ from photographs to
// photographs, and what matters for a training is a question for a training.
#include <fmt/core.h>

#include <algorithm>

#include "synface/report/quality.h"

namespace synface::report {
namespace {

void add_distinctness(const QualityFigures& f, std::vector<std::string>& words) {
  const auto under = f.figure("impostors_under"), threshold = f.figure("threshold");
  if (!under || !threshold) return;
  std::string text = fmt::format(
      "Of the pairs of two different people {:.1f}% are nearer than {:.3g} and would be taken for "
      "one person",
      100 * *under, *threshold);
  if (const auto real = f.figure("real.impostors_under")) {
    text += fmt::format("; of photographed people {:.1f}%", 100 * *real);
  }
  words.push_back(text + ".");
}

void add_variation(const QualityFigures& f, std::vector<std::string>& words) {
  const auto genuine = f.figure("genuine_mean"), real = f.figure("real.genuine_mean");
  if (!genuine) return;
  std::string text = fmt::format("Two images of one person are {:.3f} apart on average", *genuine);
  if (real) text += fmt::format("; two photographs of one person {:.3f}", *real);
  words.push_back(text + ".");
}

void add_people(const QualityFigures& f, std::vector<std::string>& words) {
  const auto unique = f.figure("uniqueness"), dimensions = f.figure("dimensions");
  if (!unique || !dimensions) return;
  std::string text = fmt::format(
      "{:.1f}% of the people are left when no two may be nearer than the threshold, and they "
      "differ in {:.0f} directions",
      100 * *unique, *dimensions);
  const auto real_unique = f.figure("real.uniqueness"), real = f.figure("real.dimensions");
  if (real_unique && real) {
    text += fmt::format("; of as many photographed people {:.1f}%, in {:.0f} directions",
                        100 * *real_unique, *real);
  }
  words.push_back(text + ".");
}

void add_clouds(const QualityFigures& f, std::vector<std::string>& words) {
  const auto precision = f.figure("precision"), diversity = f.figure("diversity");
  const auto precision_floor = f.figure("precision_floor");
  const auto diversity_floor = f.figure("diversity_floor");
  if (!precision || !diversity || !precision_floor || !diversity_floor) return;
  words.push_back(fmt::format(
      "{:.0f}% of the people lie where photographed people lie (photographs among each other: "
      "{:.0f}%), and {:.0f}% of the photographed people have somebody of the set around them "
      "({:.0f}%): the first asks for likeness, the second for variety.",
      100 * *precision, 100 * *precision_floor, 100 * *diversity, 100 * *diversity_floor));
}

void add_told_apart(const QualityFigures& f, std::vector<std::string>& words) {
  const auto whole = f.figure("render_auc.whole"), floor = f.figure("render_auc_floor.whole");
  if (!whole || !floor) return;
  std::string text = fmt::format(
      "A straight cut through the embeddings tells the set from photographs with an AUC of {:.1f}% "
      "(photographs from other photographs: {:.1f}%; chance is 50%)",
      100 * *whole, 100 * *floor);
  std::vector<std::pair<double, std::string>> regions;
  for (const char* region : {"face", "surround", "eyes", "mouth", "skin"}) {
    if (const auto auc = f.figure(std::string("render_auc.") + region)) {
      regions.emplace_back(*auc, region);
    }
  }
  if (regions.size() > 1) {
    const auto [least, most] = std::minmax_element(regions.begin(), regions.end());
    text += fmt::format(
        ". With one region in sight it is given away most by the {} ({:.1f}%) and "
        "least by the {} ({:.1f}%)",
        most->second, 100 * most->first, least->second, 100 * least->first);
  }
  words.push_back(text + ".");
}

}  // namespace

std::vector<std::string> quality_words(const QualityFigures& figures) {
  std::vector<std::string> words;
  if (figures.embedder == "lbp") {
    words.push_back(
        "This embedder sees textures and knows nothing about identity: what it says about people "
        "who look alike means little, what it says about how the set differs from photographs "
        "means more.");
  }
  add_distinctness(figures, words);
  add_variation(figures, words);
  add_people(figures, words);
  add_clouds(figures, words);
  add_told_apart(figures, words);
  return words;
}

}  // namespace synface::report
