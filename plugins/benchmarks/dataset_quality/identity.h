// People as points: how distinct they are, and how alike the images of each.
#pragma once

#include "faces.h"
#include "intervals.h"

namespace dataset_quality {

struct LookAlike {
  std::size_t first = 0, second = 0;  // people
  double distance = 0.0;              // of their centres
};
struct OddImage {
  std::size_t image = 0;  // row of the set
  double distance = 0.0;  // to the centre of the person's other images
};

struct Identities {
  linear::Matrix centres;      // [people, D]: mean embedding of each person
  std::vector<double> others;  // of each image, to the centre of the person's other images; NaN
                               // where there are none
  std::vector<double> within;  // of each person, the mean distance of two images; NaN likewise
};
Identities measure(const Faces& faces, const linear::Products& products);

// Share of the people that are left when, one after the other, each is kept only if no kept
// one's reference is nearer than `threshold`; a person's reference is the first image. U_class of
// DCFace (Kim et al., CVPR 2023, section 4.2).
PerPerson uniqueness(const Faces& faces, double threshold, const linear::Products& products);

// Mean over people of the share of their other images that lie nearer than `threshold` to the
// reference: C_intra of the same paper. People with one image are left out.
PerPerson consistency(const Faces& faces, double threshold);

// Share of the images to which no other person's centre is nearer than the centre of their own
// person's other images. People with one image are left out. The fewer people, the easier.
PerPerson identified(const Faces& faces, const Identities& identities,
                     const linear::Products& products);

// In how many directions people differ: the participation ratio (tr C)^2 / tr C^2 of the covariance
// C of the centres. At most people - 1.
double dimensions(const linear::Matrix& centres, const linear::Products& products);

// Distance of each centre to the nearest other one.
std::vector<double> nearest(const linear::Matrix& centres, const linear::Products& products);

// The pairs of people whose centres are nearest, each person in one pair at most.
std::vector<LookAlike> look_alikes(const linear::Matrix& centres, std::size_t n,
                                   const linear::Products& products);
// The images farthest from the rest of their person, one a person at most.
std::vector<OddImage> odd_images(const Faces& faces, const Identities& identities, std::size_t n);

// Mean and standard deviation over people of the numbers that are there.
struct Moments {
  double mean = 0.0, sd = 0.0;
};
Moments moments_of(const std::vector<double>& values);

}  // namespace dataset_quality
