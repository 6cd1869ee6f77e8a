// The benchmark's figures by their names.
#pragma once

#include <synface/sdk/benchmark.h>

#include <optional>

#include "identity.h"
#include "pictures.h"
#include "separation.h"

namespace dataset_quality {

// A set and what is known of it.
struct Side {
  Faces faces;
  Identities identities;
  Distances distances;
};
Side make_side(Faces faces, const linear::Products& products);

// Every figure that can be given, with its unit and what it says.
std::vector<synface::sdk::Metric> all_metrics();

// The people of a side whose neighbours are counted where there are photographs: equally many on
// both sides, of whom the k-th has equally many images on both, because a crowd is denser the more
// there are and a centre lies farther off the fewer images it is made of.
struct Crowd {
  Faces faces;
  Identities identities;
};
struct Crowds {
  Crowd set, real;
};
Crowds make_crowds(const Side& set, const Side& real, const linear::Products& products);

// What all figures of a side share.
struct Measure {
  double threshold = 0.0;          // below which two images count as one person's
  std::optional<double> real_far;  // below which 1% of the photographs' impostor pairs lie
  std::size_t draws = 0;           // of people, for the intervals; 0: none
};

// Figures of identity under `prefix` ("" or "real."), with their intervals. `crowd`: nullptr for
// all people of the side.
void give_identity(const std::string& prefix, const Side& side, const Crowd* crowd,
                   const Measure& measure, const linear::Products& products,
                   synface::sdk::Results& out);
// Densities of the distances, both sides on one axis.
void give_densities(const Side& set, const Side* real, synface::sdk::Results& out);

// Against photographs, beside one half of them against the other. `faces`: most images of a side
// for the figures of being told apart; without `pictures` for whole images only. `draws`: as above.
void give_against_real(const Side& set, const Side& real, std::size_t faces, std::size_t draws,
                       const Pictures* pictures, const linear::Products& products,
                       synface::sdk::Results& out);

}  // namespace dataset_quality
