// Pictures: a function of the row alone, aligned, different for different people, continuous under
// mixing.
#include "core/renderer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <thread>

#include "core/detector.h"
#include "core/prior.h"

namespace {

using namespace synface::morphable;
using Image = std::vector<uint8_t>;

std::shared_ptr<const HeadModel> head() {
  static const auto model =
      std::make_shared<const HeadModel>(HeadModel::read(SYNFACE_MORPHABLE_HEAD));
  return model;
}

PriorOptions plain() {
  PriorOptions o;
  o.pose = o.expression = o.illumination = o.background = o.camera = false;
  o.grooming = o.accessories = false;
  o.jitter = 0;
  return o;
}

std::vector<float> row_of(const PriorOptions& options, uint32_t identity, uint32_t sample) {
  std::vector<float> row(Layout(*head()).size);
  Prior(*head(), options).draw(2, identity, sample, row.data());
  return row;
}

Image draw(const Renderer& renderer, const std::vector<float>& row, Scratch& scratch,
           int size = 48) {
  Image image(static_cast<std::size_t>(3 * size * size));
  renderer.render(row.data(), {2, 0, 0, 0}, scratch, image.data());
  return image;
}

double difference(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(int{a[i]} - int{b[i]});
  return sum / static_cast<double>(a.size());
}

TEST(Renderer, APictureDoesNotDependOnWhatWasDrawnBefore) {
  const Renderer renderer(head(), {48, 48, true, true});
  Scratch used;
  std::vector<Image> forward;
  for (uint32_t i = 0; i < 6; ++i) {
    for (uint32_t k = 0; k < 2; ++k) forward.push_back(draw(renderer, row_of({}, i, k), used));
  }
  for (uint32_t n = 12; n-- > 0;) {
    Scratch fresh;
    EXPECT_EQ(draw(renderer, row_of({}, n / 2, n % 2), fresh), forward[n]) << n;
    EXPECT_EQ(draw(renderer, row_of({}, n / 2, n % 2), used), forward[n]) << n;
  }
}

TEST(Renderer, AnyNumberOfThreadsDrawsTheSamePictures) {
  const Renderer renderer(head(), {48, 48, true, true});
  constexpr uint32_t kPictures = 24;
  std::vector<Image> alone;
  for (const uint32_t threads : {1U, 2U, 4U}) {
    std::vector<Image> images(kPictures);
    std::atomic<uint32_t> next = 0;
    const auto work = [&] {
      Scratch scratch;
      for (uint32_t i = next++; i < kPictures; i = next++) {
        images[i] = draw(renderer, row_of({}, i / 3, i % 3), scratch);
      }
    };
    std::vector<std::thread> pool;
    for (uint32_t t = 0; t < threads; ++t) pool.emplace_back(work);
    for (std::thread& thread : pool) thread.join();
    if (threads == 1) alone = images;
    EXPECT_EQ(images, alone) << threads;
  }
}

TEST(Renderer, APictureDoesNotDependOnWhoWasShapedWithIt) {
  std::vector<std::vector<float>> rows;
  std::vector<const float*> pointers;
  for (uint32_t n = 0; n < 20; ++n) rows.push_back(row_of({}, n / 2, n % 2));
  for (const auto& row : rows) pointers.push_back(row.data());
  std::vector<Image> alone;
  for (const Kernels* kernels : usable_kernels()) {
    const Renderer renderer(head(), {48, 48, true, true, kernels});
    Scratch ahead;
    renderer.shape_ahead(pointers.data(), pointers.size(), ahead);
    for (uint32_t n = 0; n < 20; ++n) {
      Scratch fresh;
      const Image image = draw(renderer, rows[n], fresh);
      if (kernels == &kKernelsPortable) alone.push_back(image);
      EXPECT_EQ(image, alone[n]) << n << ", lanes " << kernels->lanes;
      EXPECT_EQ(draw(renderer, rows[n], ahead), alone[n]) << n << ", lanes " << kernels->lanes;
    }
  }
}

// Least squares: the mean of the five landmarks falls on the template's mean, and each lies near
// its place.
TEST(Renderer, LandmarksFallOnTheTemplate) {
  for (const int size : {48, 112, 200}) {
    const Renderer renderer(head(), {size, size, true, true});
    const auto target = template_for(size, size);
    Scratch scratch;
    for (uint32_t i = 0; i < 20; ++i) {
      PriorOptions options;
      options.jitter = 0;
      options.yaw_sd = i < 10 ? 0 : 25;
      const auto marks = renderer.landmarks(row_of(options, i, 0).data(), scratch);
      Vec2 mean;
      for (std::size_t k = 0; k < 5; ++k) {
        mean = {mean.x + (marks[k].x - target[k].x) / 5, mean.y + (marks[k].y - target[k].y) / 5};
        const float worst = (i < 10 ? 8.0F : 16.0F) * static_cast<float>(size) / 112.0F;
        EXPECT_NEAR(marks[k].x, target[k].x, worst);
        EXPECT_NEAR(marks[k].y, target[k].y, worst);
      }
      EXPECT_NEAR(mean.x, 0.0F, 0.01F);
      EXPECT_NEAR(mean.y, 0.0F, 0.01F);
    }
  }
}

// The drawing agrees with the landmarks: an eye's iris is darker than the cheek under it.
TEST(Renderer, EyesAreDrawnWhereTheLandmarksAre) {
  const Renderer renderer(head(), {112, 112, true, true});
  Scratch scratch;
  int right = 0;
  for (uint32_t i = 0; i < 20; ++i) {
    const auto row = row_of(plain(), i, 0);
    const auto marks = renderer.landmarks(row.data(), scratch);
    const Image image = draw(renderer, row, scratch, 112);
    const auto grey = [&](float x, float y) {
      int sum = 0;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          sum += image[static_cast<std::size_t>(
              3 * ((static_cast<int>(y) + dy) * 112 + static_cast<int>(x) + dx) + 1)];
        }
      }
      return sum / 9;
    };
    for (const std::size_t eye : {0, 1}) {
      right += grey(marks[eye].x, marks[eye].y) < grey(marks[eye].x, marks[eye].y + 14) - 10;
    }
  }
  EXPECT_GE(right, 36);
}

TEST(Renderer, PeopleDifferMoreThanTheirOwnPictures) {
  const Renderer renderer(head(), {48, 48, true, true});
  Scratch scratch;
  std::vector<Image> people;
  for (uint32_t i = 0; i < 16; ++i)
    people.push_back(draw(renderer, row_of(plain(), i, 0), scratch));
  PriorOptions moved = plain();
  moved.expression = true;
  double within = 0;
  double between = 0;
  for (uint32_t i = 0; i < 16; ++i) {
    within += difference(people[i], draw(renderer, row_of(moved, i, 3), scratch)) / 16;
    for (uint32_t j = 0; j < i; ++j) {
      EXPECT_GT(difference(people[i], people[j]), 4.0) << i << " and " << j;
      between += difference(people[i], people[j]) / 120;
    }
  }
  EXPECT_GT(between, 4 * within);
}

TEST(Renderer, MixturesRunFromOnePersonToTheOther) {
  const Renderer renderer(head(), {48, 48, true, true});
  const std::size_t identity = renderer.layout().identity_end;
  Scratch scratch;
  for (uint32_t pair = 0; pair < 4; ++pair) {
    const auto a = row_of(plain(), 2 * pair, 0);
    const auto b = row_of(plain(), 2 * pair + 1, 0);
    const auto mixed = [&](float phi) {
      auto row = a;
      for (std::size_t i = 0; i < identity; ++i) row[i] = (1 - phi) * a[i] + phi * b[i];
      return draw(renderer, row, scratch);
    };
    EXPECT_EQ(mixed(0), draw(renderer, a, scratch));
    EXPECT_EQ(mixed(1), draw(renderer, b, scratch));  // the other blocks are equal: all are plain
    const double whole = difference(mixed(0), mixed(1));
    double largest = 0;
    for (int step = 0; step < 50; ++step) {
      const float phi = static_cast<float>(step) / 50;
      largest = std::max(largest, difference(mixed(phi), mixed(phi + 0.02F)));
    }
    EXPECT_LT(largest, 0.35 * whole) << "pair " << pair;
  }
}

// Regions lie where the landmarks are, hair and head covers where the prior puts them, and a mask
// does not depend on what was drawn before.
TEST(Renderer, MasksShowTheRegions) {
  const Renderer renderer(head(), {112, 112, true, true});
  const auto region_at = [](const Image& mask, float x, float y) {
    return mask[static_cast<std::size_t>(static_cast<int>(y) * 112 + static_cast<int>(x))];
  };
  Scratch scratch;
  Image mask(112 * 112);
  int eyes = 0;
  int lips = 0;
  int brows = 0;
  for (uint32_t i = 0; i < 12; ++i) {
    const auto row = row_of(plain(), i, 0);
    const auto marks = renderer.landmarks(row.data(), scratch);
    renderer.masks(row.data(), scratch, mask.data());
    Scratch fresh;
    Image again(112 * 112);
    renderer.masks(row.data(), fresh, again.data());
    EXPECT_EQ(mask, again);
    for (const std::size_t eye : {0, 1}) {
      eyes += region_at(mask, marks[eye].x, marks[eye].y) == 3;
      bool brow = false;
      for (float up = 6; up < 20; ++up) {
        brow = brow || region_at(mask, marks[eye].x, marks[eye].y - up) == 4;
      }
      brows += brow;
    }
    const float middle = 0.5F * (marks[3].x + marks[4].x);
    for (float down = -6; down < 9; down += 0.5F) {
      if (region_at(mask, middle, 0.5F * (marks[3].y + marks[4].y) + down) == 5) {
        ++lips;
        break;
      }
    }
    EXPECT_EQ(region_at(mask, 1, 1) == 3 || region_at(mask, 1, 1) > 6, false);
  }
  EXPECT_GE(eyes, 22);
  EXPECT_GE(brows, 16);
  EXPECT_GE(lips, 11);  // a moustache may hide them
}

// What is worn or held adds to region 6, which is the clothes without it.
TEST(Renderer, MasksShowWhatIsWorn) {
  const Renderer renderer(head(), {112, 112, true, true});
  const Layout& l = renderer.layout();
  const auto worn_share = [&](std::vector<float> row, const Accessories& worn) {
    store_block(worn, row.data() + l.grooming_end);
    Scratch scratch;
    Image mask(112 * 112);
    renderer.masks(row.data(), scratch, mask.data());
    int n = 0;
    for (const uint8_t region : mask) n += region == 6;
    return n;
  };
  const auto row = row_of(plain(), 3, 0);
  PriorOptions dressed = plain();
  dressed.accessories = true;
  const auto usual = row_of(dressed, 3, 0);
  Accessories worn = load_block<Accessories>(usual.data() + l.grooming_end);
  worn.glasses = worn.hat = worn.earrings = worn.occluder = 0;
  worn.uncover = 1;
  const int clothes = worn_share(row, worn);
  EXPECT_LT(clothes, 112 * 112 / 6);
  Accessories glasses = worn;
  glasses.glasses = 1;
  glasses.glasses_tube = 0.03F;
  EXPECT_GT(worn_share(row, glasses), clothes + 100);
  Accessories sunglasses = glasses;
  sunglasses.lens_color = {0.1F, 0.1F, 0.1F};
  EXPECT_GT(worn_share(row, sunglasses), worn_share(row, glasses) + 200);
  Accessories hat = worn;
  hat.hat = 1;
  hat.hat_rim = 0.6F;
  EXPECT_GT(worn_share(row, hat), clothes + 300);
  for (int kind = 0; kind < 5; ++kind) {
    Accessories held = worn;
    held.occluder = 1;
    held.occluder_kind = static_cast<float>(kind) + 0.5F;
    held.occluder_x = 0.2F;
    held.occluder_y = -0.5F;
    held.occluder_size = 0.5F;
    EXPECT_GT(worn_share(row, held), clothes + 40) << kind;
  }
  auto covered = row;
  auto look = load_block<Appearance>(covered.data() + l.appearance);
  look.scarf = 1;
  store_block(look, covered.data() + l.appearance);
  Accessories scarf = worn;
  scarf.uncover = 0;
  EXPECT_GT(worn_share(covered, scarf), clothes + 800);
}

// The pictures of revision 3, whatever the compiler, the optimisation and the instruction set. They
// were drawn by this renderer itself: when they change, raise the plugin's revision and record the
// new ones.
TEST(Renderer, PicturesAreThoseOfTheRevision) {
  const Renderer renderer(head(), {112, 112, true, true});
  Scratch scratch;
  std::vector<uint64_t> digests;
  for (uint32_t i = 0; i < 6; ++i) {
    uint64_t digest = 14695981039346656037ULL;  // FNV-1a
    for (const uint8_t byte : draw(renderer, row_of({}, i, i), scratch, 112)) {
      digest = (digest ^ byte) * 1099511628211ULL;
    }
    digests.push_back(digest);
  }
  EXPECT_EQ(digests, (std::vector<uint64_t>{15356123830060931989ULL, 13234119349693464749ULL,
                                            4336777997756403858ULL, 5576183564796524964ULL,
                                            2553116932136936300ULL, 13520967071066550714ULL}));
}

TEST(Renderer, JitterMovesTheCropAsTheDetectorsErrorsDo) {
  const Renderer renderer(head(), {112, 112, true, true});
  Scratch scratch;
  PriorOptions jittered = plain();
  jittered.jitter = 2;
  constexpr uint32_t kImages = 300;
  double sum = 0;
  for (uint32_t k = 0; k < kImages; ++k) {
    const auto a = renderer.landmarks(row_of(plain(), 1, k).data(), scratch);
    const auto b = renderer.landmarks(row_of(jittered, 1, k).data(), scratch);
    for (std::size_t m = 0; m < 5; ++m) sum += square(a[m].x - b[m].x) + square(a[m].y - b[m].y);
  }
  // Of the ten errors the similarity follows four degrees of freedom: two shifts, size and turn.
  Vec2 middle;
  for (const Vec2& p : kTemplate) middle = {middle.x + 0.2F * p.x, middle.y + 0.2F * p.y};
  double follow[4][10] = {};
  double size = 0;
  for (std::size_t m = 0; m < 5; ++m) {
    const auto x = static_cast<double>(kTemplate[m].x - middle.x);
    const auto y = static_cast<double>(kTemplate[m].y - middle.y);
    size += x * x + y * y;
    follow[0][2 * m] = follow[1][2 * m + 1] = std::sqrt(0.2);
    follow[2][2 * m] = follow[3][2 * m + 1] = x;
    follow[2][2 * m + 1] = y;
    follow[3][2 * m] = -y;
  }
  double expected = 0;
  for (std::size_t d = 0; d < 4; ++d) {
    const double unit = d < 2 ? 1 : 1 / size;
    const auto along = [&](auto&& of) {
      double dot = 0;
      for (std::size_t i = 0; i < 10; ++i) dot += follow[d][i] * static_cast<double>(of(i));
      return unit * dot * dot;
    };
    expected += along([](std::size_t i) { return kMtcnnErrors.mean[i]; });
    for (std::size_t k = 0; k < 10; ++k) {
      expected += along([k](std::size_t i) { return kMtcnnErrors.factor[i][k]; });
    }
  }
  EXPECT_NEAR(sum / kImages / (4 * expected), 1.0, 0.12);
}

TEST(Renderer, ARowThatIsNotFiniteIsRefused) {
  const Renderer renderer(head(), {48, 48, true, true});
  Scratch scratch;
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e9F}) {
    for (std::size_t at = 0; at < renderer.layout().size; at += 37) {
      auto row = row_of({}, 0, 0);
      row[at] = bad;
      EXPECT_THROW(draw(renderer, row, scratch), std::domain_error) << at;
    }
  }
}

// Whatever finite numbers come, a picture comes out: nothing is read or written out of bounds (the
// sanitizer build looks).
TEST(Renderer, WildRowsAreDrawn) {
  const Renderer renderer(head(), {32, 40, true, true});
  Scratch scratch;
  for (uint32_t k = 0; k < 30; ++k) {
    auto row = row_of({}, k, 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] *= (k % 3 == 0) ? 50.0F : (i % 2 == 0 ? -8.0F : 400.0F);
    }
    for (float& x : row) x = std::min(999.0F, std::max(-999.0F, x));
    Image image(3 * 32 * 40);
    renderer.render(row.data(), {}, scratch, image.data());
  }
}

}  // namespace
