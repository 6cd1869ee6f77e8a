// Scores of pairs that a benchmark kept, as they come from another machine's database folder.
#include "scores.h"

#include <vector>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::report;
  using synface::fuzz::require;
  static synface::fuzz::MemoryFile file;
  file.write(synface::fuzz::as_text(data, size));
  try {
    const Scores scores = read_scores(file.path());
    std::vector<double> weights(scores.score.size(), 1.0);
    for (std::size_t i = 0; i < weights.size(); i += 3) weights[i] = 0.0;
    for (const char* measure : {"auc", "eer", "accuracy", "tar_at_far_1e2"}) {
      const auto figure = weighted_figure(scores, measure, weights);
      require(!figure || (*figure >= 0.0 && *figure <= 1.0), "a figure is a share");
    }
    require(scores.same_pairs(scores), "a file has its own pairs");
  } catch (const synface::Error& e) {
    require(e.code() == synface::ExitCode::kData && *e.what() != '\0',
            "a bad file of scores is an error of data");
  }
  return 0;
}
