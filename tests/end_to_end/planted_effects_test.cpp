// Effects that were put there must be found: labels at random, and many copies of one picture.
//
// All arms are tested on the same rendered people, as a folder of photographs, so that no switch of
// the generator touches the test.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <random>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

constexpr int kPeople = 200, kImages = 6, kSeeds = 8;

constexpr const char* kExperiment = R"(
name = "planted"
question = "Are planted effects found?"
seed = { train = [0, 1, 2, 3, 4, 5, 6, 7] }
generator = { plugin = "morphable", identities = 100, samples = 10, size = 48 }
backbone = { plugin = "fastnet", embedding = 128 }
loss = { plugin = "cosface", scale = 16, margin = 0.0 }
train = { batch_size = 64 }
real = { images = "people/train", pairs = "pairs.txt" }
benchmark = [ { plugin = "verification", name = "test", set = "real", bootstrap = 10 } ]
[[axes.zip]]
arm = ["plain", "shuffled", "copies", "untrained"]
"train.shuffle_labels" = [false, true, false, false]
"generator.copies" = [false, false, true, false]
"train.images_seen" = [8_000, 8_000, 8_000, 0]
)";

std::string image(unsigned person, unsigned number) {
  return fmt::format("{:06d}/{:06d}_{:04d}.png", person, person, number + 1);
}

// Ten folds of 20 people each: 160 genuine and 160 impostor pairs a fold.
std::string pairs() {
  std::mt19937 random(1);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::string text;
  for (unsigned person = 0; person < kPeople; ++person) {
    const unsigned fold = person / 20;
    for (int i = 0; i < 8; ++i) {
      const unsigned first = below(kImages);
      const unsigned second = (first + 1 + below(kImages - 1)) % kImages;
      const unsigned other = fold * 20 + (person % 20 + 1 + below(19)) % 20;
      text += fmt::format("{} 1 {} {}\n", fold, image(person, first), image(person, second));
      text += fmt::format("{} 0 {} {}\n", fold, image(person, first), image(other, second));
    }
  }
  return text;
}

// Accuracy of one arm in points: the mean over its seeds.
double accuracy(const Sandbox& sandbox, const std::string& arm) {
  const auto values = Records(sandbox.database())
                          .column(
                              "SELECT f.value FROM final f JOIN metric k ON k.id = f.metric "
                              "JOIN member m ON m.trial = f.trial WHERE m.current AND "
                              "k.name = 'test.accuracy' AND m.axes ->> '$.arm' = '" +
                              arm + "'");
  EXPECT_EQ(values.size(), static_cast<std::size_t>(kSeeds)) << arm;
  double sum = 0;
  for (const auto& value : values) sum += std::stod(value);
  return 100 * sum / static_cast<double>(values.size());
}

TEST(PlantedEffects, ShuffledLabelsTeachNothingAndCopiesLose) {
  Sandbox sandbox;
  const Outcome people =
      sandbox.synface({"data", "build", fmt::format("Syn_{}_{}", kPeople, kImages), "--size", "48",
                       "--seed", "1000003", "--out", "people"});
  ASSERT_EQ(people.code, 0) << people.all();
  sandbox.write("pairs.txt", pairs());
  sandbox.write("planted.toml", kExperiment);
  const Outcome run = sandbox.synface({"run", "planted.toml", "--jobs", "2"});
  ASSERT_EQ(run.code, 0) << run.all();
  std::map<std::string, double> arms;
  for (const char* arm : {"plain", "shuffled", "copies", "untrained"}) {
    arms[arm] = accuracy(sandbox, arm);
    std::cout << arm << ": " << arms[arm] << " points\n";
  }
  // Not above the floor. It need not stop there: measured with this network, random labels leave
  // 64 to 66 points where the untrained network has 70 to 72, as long as no picture is seen often
  // enough to be remembered; after 24 passes over 1,000 pictures they are remembered one by one,
  // which does teach something (76).
  EXPECT_LE(arms["shuffled"], arms["untrained"] + 2.0);
  EXPECT_LE(arms["shuffled"], arms["plain"] - 10.0);
  EXPECT_LE(arms["copies"], arms["plain"] - 3.0);
  EXPECT_GE(arms["plain"], arms["untrained"] + 3.0) << "something was learnt";
}

}  // namespace
}  // namespace synface::test
