// Effects that were put there must be found: labels at random, and many copies of one picture.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

constexpr int kSeeds = 4;

// 200 x 10 people at 48 px, 24,000 images seen: about half a minute of one core a trial.
constexpr const char* kExperiment = R"(
name = "planted"
question = "Are planted effects found?"
seed = { train = [0, 1, 2, 3] }
generator = { plugin = "morphable", identities = 200, samples = 10, size = 48 }
backbone = { plugin = "fastnet", embedding = 128 }
loss = { plugin = "cosface", scale = 16, margin = 0.0 }
train = { images_seen = 24_000, batch_size = 64 }
heldout = { identities = 200, samples = 6 }
benchmark = [ { plugin = "verification", name = "heldout" } ]
[[axes.zip]]
arm = ["plain", "shuffled", "copies", "untrained"]
"train.shuffle_labels" = [false, true, false, false]
"generator.copies" = [false, false, true, false]
"train.images_seen" = [24_000, 24_000, 24_000, 0]
)";

// Held-out accuracy of one arm in points, one a seed.
std::vector<double> accuracies(const Sandbox& sandbox, const std::string& arm) {
  std::vector<double> points;
  for (const auto& value : Records(sandbox.database())
                               .column("SELECT f.value FROM final f "
                                       "JOIN metric k ON k.id = f.metric "
                                       "JOIN member m ON m.trial = f.trial "
                                       "JOIN trial t ON t.id = f.trial "
                                       "WHERE k.name = 'heldout.accuracy' "
                                       "AND m.axes ->> '$.arm' = '" +
                                       arm + "' ORDER BY t.seed_train")) {
    points.push_back(100 * std::stod(value));
  }
  return points;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(PlantedEffects, ShuffledLabelsFallToTheFloorAndCopiesLose) {
  Sandbox sandbox;
  sandbox.write("planted.toml", kExperiment);
  const Outcome run = sandbox.synface({"run", "planted.toml", "--jobs", "2"});
  ASSERT_EQ(run.code, 0) << run.all();
  std::map<std::string, double> arms;
  for (const char* arm : {"plain", "shuffled", "copies", "untrained"}) {
    const auto values = accuracies(sandbox, arm);
    ASSERT_EQ(values.size(), static_cast<std::size_t>(kSeeds)) << arm;
    arms[arm] = mean(values);
    std::cout << arm << ": " << arms[arm] << " points\n";
  }
  EXPECT_NEAR(arms["shuffled"], arms["untrained"], 2.0);
  EXPECT_LE(arms["copies"], arms["plain"] - 3.0);
  EXPECT_GE(arms["plain"], arms["untrained"] + 3.0) << "something was learnt";
}

}  // namespace
}  // namespace synface::test
