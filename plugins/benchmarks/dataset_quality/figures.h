// The benchmark's figures by their names.
#pragma once

#include <synface/sdk/benchmark.h>

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

// Figures of identity under `prefix` ("" or "real."). `threshold`: the distance below which two
// images count as one person's. `people`: how many of them the figures about neighbours take.
void give_identity(const std::string& prefix, const Side& side, double threshold,
                   std::size_t people, const linear::Products& products,
                   synface::sdk::Results& out);
// Densities of the distances, both sides on one axis.
void give_densities(const Side& set, const Side* real, synface::sdk::Results& out);

// Against photographs, beside one half of them against the other. `faces`: most images of a side
// for the figures of being told apart; without `pictures` for whole images only.
void give_against_real(const Side& set, const Side& real, std::size_t faces,
                       const Pictures* pictures, const linear::Products& products,
                       synface::sdk::Results& out);

}  // namespace dataset_quality
