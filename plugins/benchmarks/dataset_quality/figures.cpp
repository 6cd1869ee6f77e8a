#include "figures.h"

#include <algorithm>

#include "distribution.h"
#include "quantile.h"
#include "realism.h"
#include "regions.h"

namespace dataset_quality {
namespace {

namespace sdk = synface::sdk;
using linear::Matrix;
using linear::Products;

constexpr std::size_t kBins = 60;
constexpr std::size_t kFrechetAxes = 128;
constexpr std::size_t kNeighbour = 3;
constexpr double kNearest = 0.05;  // share of the people of neighbour_p05
constexpr double kLevel = 0.95;    // of the intervals

struct Figure {
  const char* key;
  uint32_t goal;
  const char* unit;
  const char* doc;
};

// Of a set, and of the photographs under "real.".
constexpr Figure kIdentity[] = {
    {"people", SYNFACE_GOAL_NONE, "people", "people that were looked at"},
    {"images", SYNFACE_GOAL_NONE, "images", "images that were looked at"},
    {"genuine_mean", SYNFACE_GOAL_NONE, "", "mean distance of two images of one person"},
    {"genuine_sd", SYNFACE_GOAL_NONE, "", "standard deviation of these distances"},
    {"impostor_mean", SYNFACE_GOAL_NONE, "", "mean distance of images of two people"},
    {"impostor_sd", SYNFACE_GOAL_NONE, "", "standard deviation of these distances"},
    {"d_prime", SYNFACE_GOAL_NONE, "",
     "difference of the two means over the root of the mean variance"},
    {"impostors_under", SYNFACE_GOAL_MINIMISE, "fraction",
     "share of the pairs of two people that are nearer than the threshold: taken for one"},
    {"genuine_under", SYNFACE_GOAL_NONE, "fraction",
     "share of the pairs of one person that are nearer than the threshold"},
    {"uniqueness", SYNFACE_GOAL_MAXIMISE, "fraction",
     "share of the people that are left when nobody is kept whose first image is nearer to a kept "
     "one's than the threshold (U of DCFace, CVPR 2023)"},
    {"neighbour_mean", SYNFACE_GOAL_NONE, "",
     "mean distance of a person's centre to the nearest other person's"},
    {"neighbour_p05", SYNFACE_GOAL_NONE, "", "below which a twentieth of these distances lies"},
    {"consistency", SYNFACE_GOAL_NONE, "fraction",
     "mean share of a person's other images that are nearer than the threshold to the first one (C "
     "of DCFace)"},
    {"identified", SYNFACE_GOAL_NONE, "fraction",
     "share of the images to which no other person's centre is nearer than their own, taken "
     "without them"},
    {"spread_mean", SYNFACE_GOAL_NONE, "", "mean over people of the distance of two images"},
    {"spread_sd", SYNFACE_GOAL_NONE, "", "its standard deviation over people"},
    {"dimensions", SYNFACE_GOAL_NONE, "",
     "in how many directions people differ: participation ratio of the centres' covariance"},
};

// Against photographs; beside each, under KEY_floor, photographs against photographs.
constexpr Figure kAgainst[] = {
    {"frechet", SYNFACE_GOAL_MINIMISE, "",
     "squared Frechet distance to photographs (first 128 principal axes)"},
    {"precision", SYNFACE_GOAL_NONE, "fraction",
     "share of the people that lie among photographs: within the third neighbour of one (one image "
     "a person; Kynkaanniemi et al., NeurIPS 2019)"},
    {"diversity", SYNFACE_GOAL_MAXIMISE, "fraction",
     "share of the photographed people that lie among the set's (recall of the same paper)"},
};
constexpr const char* kAuc = "render_auc";

// Rows of one side, with their people.
struct Part {
  const Side* side;
  std::vector<std::size_t> rows;

  Matrix embeddings() const { return linear::rows_of(side->faces.x, rows); }
  std::vector<uint32_t> people() const {
    std::vector<uint32_t> out;
    for (const std::size_t row : rows) out.push_back(side->faces.person[row]);
    return out;
  }
  std::vector<uint64_t> requests() const {
    std::vector<uint64_t> out;
    for (const std::size_t row : rows) out.push_back(side->faces.request[row]);
    return out;
  }
};

// Of the set, of one half of the photographed people and of the other half: equally many people
// with equally many images, `most` images at most.
struct Thirds {
  Part set, real, other;
};
Thirds thirds(const Side& set, const Side& real, std::size_t most) {
  const Halves halves = split_people(real.faces.people());
  const std::vector<std::vector<std::size_t>> rows =
      matched_rows({{&set.faces, shuffled_people(set.faces.people())},
                    {&real.faces, halves.first},
                    {&real.faces, halves.second}},
                   most);
  return {{&set, rows[0]}, {&real, rows[1]}, {&real, rows[2]}};
}

// A figure, and its interval where people are drawn.
void give_mean(const std::string& key, const PerPerson& figure, const PeopleDraws* draws,
               sdk::Results& out) {
  out.scalar(key, figure.mean());
  if (draws == nullptr) return;
  const auto interval = central(draws->means(figure));
  if (interval) out.interval(key, interval->low, interval->high, kLevel);
}

void give_interval(const std::string& key, std::vector<double> drawn, sdk::Results& out) {
  const auto interval = central(std::move(drawn));
  if (interval) out.interval(key, interval->low, interval->high, kLevel);
}

void give_clouds(const Side& set, const Side& real, std::size_t draws, const Products& products,
                 sdk::Results& out) {
  const Thirds all = thirds(set, real, set.faces.images());
  const Matrix x = all.set.embeddings(), a = all.real.embeddings(), b = all.other.embeddings();
  const std::vector<Matrix> small = reduced({&x, &a, &b}, kFrechetAxes, products);
  out.scalar("frechet", frechet_distance(small[0], small[1], products));
  out.scalar("frechet_floor", frechet_distance(small[2], small[1], products));
  // One image a person: with several, a person's own images would be the neighbours.
  const Thirds one = thirds(set, real, std::min(set.faces.people(), real.faces.people() / 2));
  const Matrix y = one.set.embeddings(), c = one.real.embeddings(), d = one.other.embeddings();
  const PeopleDraws people(y.rows, draws);  // all three have equally many
  const PeopleDraws* drawn = draws > 0 ? &people : nullptr;
  give_mean("precision", share_within(y, c, kNeighbour, products), drawn, out);
  give_mean("precision_floor", share_within(d, c, kNeighbour, products), drawn, out);
  give_mean("diversity", share_within(c, y, kNeighbour, products), drawn, out);
  give_mean("diversity_floor", share_within(c, d, kNeighbour, products), drawn, out);
}

void give_auc(const std::string& region, const Thirds& faces, const Matrix& x, const Matrix& a,
              const Matrix& b, const Products& products, sdk::Results& out) {
  const std::string key = kAuc;
  out.scalar(key + "." + region,
             linear_auc(a, faces.real.people(), x, faces.set.people(), products));
  out.scalar(key + "_floor." + region,
             linear_auc(a, faces.real.people(), b, faces.other.people(), products));
}

}  // namespace

Side make_side(Faces faces, const Products& products) {
  Side side;
  side.distances = all_distances(faces, products);
  side.identities = measure(faces, products);
  side.faces = std::move(faces);
  return side;
}

std::vector<sdk::Metric> all_metrics() {
  std::vector<sdk::Metric> list;
  for (const Figure& figure : kIdentity) {
    const bool primary = std::string(figure.key) == "impostors_under";
    list.push_back({figure.key, figure.goal, primary, figure.unit, figure.doc});
  }
  for (const Figure& figure : kIdentity) {
    list.push_back({std::string("real.") + figure.key, SYNFACE_GOAL_NONE, false, figure.unit,
                    std::string("of the photographs: ") + figure.doc});
  }
  list.push_back({"threshold", SYNFACE_GOAL_NONE, false, "",
                  "the distance below which two images count as one person's"});
  list.push_back({"impostors_at_real_far_1e2", SYNFACE_GOAL_MINIMISE, false, "fraction",
                  "share of the pairs of two people that are nearer than the distance below which "
                  "1% of the photographs' lie"});
  const auto add_with_floor = [&](const std::string& key, const std::string& tail, uint32_t goal,
                                  const std::string& unit, const std::string& doc) {
    list.push_back({key + tail, goal, false, unit, doc});
    list.push_back({key + "_floor" + tail, SYNFACE_GOAL_NONE, false, unit,
                    "the same of photographs against photographs of other people: " + doc});
  };
  for (const Figure& figure : kAgainst) {
    add_with_floor(figure.key, "", figure.goal, figure.unit, figure.doc);
  }
  const std::string cut =
      "area under the ROC of a linear cut between photographs and the set, on "
      "people that it was not fitted to; 0.5: not to be told apart; ";
  add_with_floor(kAuc, ".whole", SYNFACE_GOAL_MINIMISE, "fraction", cut + "whole images");
  for (const RegionName& region : kRegions) {
    add_with_floor(kAuc, std::string(".") + region.key, SYNFACE_GOAL_MINIMISE, "fraction",
                   cut + "only " + region.doc + ", by a fixed shape on the template");
  }
  return list;
}

Crowds make_crowds(const Side& set, const Side& real, const Products& products) {
  Crowds crowds;
  const auto rows = matched_rows({{&set.faces, shuffled_people(set.faces.people())},
                                  {&real.faces, shuffled_people(real.faces.people())}},
                                 std::min(set.faces.images(), real.faces.images()));
  crowds.set.faces = some_of(set.faces, rows[0]);
  crowds.real.faces = some_of(real.faces, rows[1]);
  crowds.set.identities = measure(crowds.set.faces, products);
  crowds.real.identities = measure(crowds.real.faces, products);
  return crowds;
}

namespace {

// The means and shares of all pairs of a side.
void give_pairs(const std::string& prefix, const Side& side, const Measure& measure,
                const PeopleDraws* draws, const Products& products, sdk::Results& out) {
  const Spread genuine = spread_of(side.distances.genuine);
  const Spread impostor = spread_of(side.distances.impostor);
  out.scalar(prefix + "genuine_mean", genuine.mean);
  out.scalar(prefix + "genuine_sd", genuine.sd);
  out.scalar(prefix + "impostor_mean", impostor.mean);
  out.scalar(prefix + "impostor_sd", impostor.sd);
  out.scalar(prefix + "d_prime", d_prime(genuine, impostor));
  out.scalar(prefix + "impostors_under", share_below(side.distances.impostor, measure.threshold));
  out.scalar(prefix + "genuine_under", share_below(side.distances.genuine, measure.threshold));
  if (measure.real_far) {
    out.scalar("impostors_at_real_far_1e2",
               share_below(side.distances.impostor, *measure.real_far));
  }
  if (draws == nullptr) return;
  PairDraws drawn =
      pair_draws(side.faces, measure.threshold, measure.real_far.value_or(0.0), *draws, products);
  give_interval(prefix + "genuine_mean", std::move(drawn.genuine_mean), out);
  give_interval(prefix + "genuine_sd", std::move(drawn.genuine_sd), out);
  give_interval(prefix + "impostor_mean", std::move(drawn.impostor_mean), out);
  give_interval(prefix + "impostor_sd", std::move(drawn.impostor_sd), out);
  give_interval(prefix + "d_prime", std::move(drawn.d_prime), out);
  give_interval(prefix + "impostors_under", std::move(drawn.impostors_under), out);
  give_interval(prefix + "genuine_under", std::move(drawn.genuine_under), out);
  if (measure.real_far) {
    give_interval("impostors_at_real_far_1e2", std::move(drawn.impostors_under_other), out);
  }
}

void give_crowd(const std::string& prefix, const Faces& faces, const Identities& identities,
                const Measure& measure, const Products& products, sdk::Results& out) {
  const PeopleDraws people(faces.people(), measure.draws);
  const PeopleDraws* draws = measure.draws > 0 ? &people : nullptr;
  const std::vector<double> near = nearest(identities.centres, products);
  std::vector<float> sorted(near.begin(), near.end());
  std::sort(sorted.begin(), sorted.end());
  give_mean(prefix + "uniqueness", uniqueness(faces, measure.threshold, products), draws, out);
  give_mean(prefix + "neighbour_mean", terms_of(near), draws, out);
  out.scalar(prefix + "neighbour_p05", quantile(sorted, kNearest));
  if (draws != nullptr) {
    give_interval(prefix + "neighbour_p05", draws->quantiles(near, kNearest), out);
  }
  const PerPerson right = identified(faces, identities, products);
  // Photographed people may have one image each, and then nobody has another.
  const bool any = std::any_of(right.weight.begin(), right.weight.end(),
                               [](double weight) { return weight > 0.0; });
  if (any) give_mean(prefix + "identified", right, draws, out);
  out.scalar(prefix + "dimensions", dimensions(identities.centres, products));
}

}  // namespace

void give_identity(const std::string& prefix, const Side& side, const Crowd* crowd,
                   const Measure& measure, const Products& products, sdk::Results& out) {
  const PeopleDraws people(side.faces.people(), measure.draws);
  const PeopleDraws* draws = measure.draws > 0 ? &people : nullptr;
  out.scalar(prefix + "people", static_cast<double>(side.faces.people()));
  out.scalar(prefix + "images", static_cast<double>(side.faces.images()));
  give_pairs(prefix, side, measure, draws, products, out);
  give_mean(prefix + "consistency", consistency(side.faces, measure.threshold), draws, out);
  give_mean(prefix + "spread_mean", terms_of(side.identities.within), draws, out);
  out.scalar(prefix + "spread_sd", moments_of(side.identities.within).sd);
  if (draws != nullptr) {
    give_interval(prefix + "spread_sd", draws->deviations(side.identities.within), out);
  }
  give_crowd(prefix, crowd != nullptr ? crowd->faces : side.faces,
             crowd != nullptr ? crowd->identities : side.identities, measure, products, out);
}

void give_densities(const Side& set, const Side* real, sdk::Results& out) {
  double top = 0.0;
  const auto reach = [&](const Side& side) {
    top = std::max({top, static_cast<double>(side.distances.genuine.back()),
                    static_cast<double>(side.distances.impostor.back())});
  };
  reach(set);
  if (real != nullptr) reach(*real);
  top = std::max(1e-6, top * (1.0 + 1e-6));  // the greatest lies in the last bin
  const auto give = [&](const std::string& key, const std::vector<float>& distances) {
    const Density d = density(distances, top, kBins);
    out.curve(key, d.x, d.y, "distance", "density");
  };
  give("distances.genuine", set.distances.genuine);
  give("distances.impostor", set.distances.impostor);
  if (real == nullptr) return;
  give("real.distances.genuine", real->distances.genuine);
  give("real.distances.impostor", real->distances.impostor);
}

void give_against_real(const Side& set, const Side& real, std::size_t faces, std::size_t draws,
                       const Pictures* pictures, const Products& products, sdk::Results& out) {
  give_clouds(set, real, draws, products, out);
  if (faces == 0) return;
  const Thirds some = thirds(set, real, faces);
  give_auc("whole", some, some.set.embeddings(), some.real.embeddings(), some.other.embeddings(),
           products, out);
  if (pictures == nullptr) return;
  for (const RegionName& region : kRegions) {
    const auto keep = [&](uint8_t* pixels) {
      keep_region(region.region, pictures->height(), pictures->width(), pixels);
    };
    give_auc(region.key, some, pictures->embed(some.set.requests(), keep),
             pictures->embed(some.real.requests(), keep),
             pictures->embed(some.other.requests(), keep), products, out);
  }
}

}  // namespace dataset_quality
