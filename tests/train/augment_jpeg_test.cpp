// JPEG in the augmentation: against its definition in double precision, and that against
// libjpeg-turbo.
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <utility>

#include "augment_jpeg_body.h"
#include "augment_recipe.h"
#include "augmented.h"

namespace synface::train {
namespace {

// Whole blocks alone, and blocks that the picture's edges cut.
constexpr ImageSize kWhole{32, 48}, kCut{29, 38};

const Augmentation kJpeg = only([](auto& a) { a.jpeg = 1; });

std::vector<std::uint8_t> picture(ImageSize size) {
  return smooth_picture(size.height, size.width);
}

Recipe recipe_of(ImageSize size, std::uint64_t image) {
  return train::recipe_of(kJpeg, 5, image, size, picture(size).data());
}

// ---- the definition

// A channel, [height][width], with edges repeated.
struct Channel {
  std::int64_t height, width;
  std::vector<double> values;

  Channel(std::int64_t h, std::int64_t w)
      : height(h), width(w), values(static_cast<std::size_t>(h * w)) {}
  double& at(std::int64_t y, std::int64_t x) {
    return values[static_cast<std::size_t>(std::clamp<std::int64_t>(y, 0, height - 1) * width +
                                           std::clamp<std::int64_t>(x, 0, width - 1))];
  }
};

// A codec of 8 bits rounds to whole grey levels after each step; ours does not.
struct Steps {
  bool whole = false;
  double operator()(double v, double tie = 0.5) const { return whole ? std::floor(v + tie) : v; }
};

double cosine(std::int64_t k, std::int64_t x) {
  const double scale = k == 0 ? std::sqrt(.125) : .5;
  return scale * std::cos(static_cast<double>((2 * x + 1) * k) * std::numbers::pi / 16);
}

// ITU-T T.81, A.3.3: the block's DCT, quantised by `table` [horizontal][vertical frequency].
// Returns how near to a tie the nearest coefficient was, in steps.
double quantised(const std::uint8_t* table, std::array<double, 64>& block) {
  std::array<double, 64> out{};
  double tie = 1;
  for (std::int64_t v = 0; v < 8; ++v) {
    for (std::int64_t u = 0; u < 8; ++u) {
      double sum = 0;
      for (std::size_t i = 0; i < 64; ++i) {
        const auto at = static_cast<std::int64_t>(i);
        sum += block[i] * cosine(v, at / 8) * cosine(u, at % 8);
      }
      const double step = table[8 * u + v];
      tie = std::min(tie, std::abs(std::abs(sum / step - std::trunc(sum / step)) - .5));
      for (std::size_t i = 0; i < 64; ++i) {
        const auto at = static_cast<std::int64_t>(i);
        out[i] += step * std::round(sum / step) * cosine(v, at / 8) * cosine(u, at % 8);
      }
    }
  }
  block = out;
  return tie;
}

void compress(const std::uint8_t* table, Steps steps, Channel& channel) {
  Channel out = channel;
  for (std::int64_t y = 0; y < channel.height; y += 8) {
    for (std::int64_t x = 0; x < channel.width; x += 8) {
      std::array<double, 64> block{};
      for (std::int64_t i = 0; i < 64; ++i) {
        block[static_cast<std::size_t>(i)] = channel.at(y + i / 8, x + i % 8) - 128;
      }
      quantised(table, block);
      for (std::int64_t i = 0; i < 64; ++i) {
        if (y + i / 8 >= out.height || x + i % 8 >= out.width) continue;
        out.at(y + i / 8, x + i % 8) =
            std::clamp(steps(block[static_cast<std::size_t>(i)] + 128), 0.0, 255.0);
      }
    }
  }
  channel = out;
}

// JFIF's colours at half the resolution, the blocks, libjpeg's triangle, and back: [H, W, 3].
std::vector<double> reference(ImageSize size, const Recipe& recipe, Steps steps) {
  const auto pixels = picture(size);
  Channel y(size.height, size.width), full_b = y, full_r = y;
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const double r = pixels[3 * i], g = pixels[3 * i + 1], b = pixels[3 * i + 2];
    y.values[i] = steps(.299 * r + .587 * g + .114 * b);
    full_b.values[i] = steps(128 + (b - (.299 * r + .587 * g + .114 * b)) / 1.772);
    full_r.values[i] = steps(128 + (r - (.299 * r + .587 * g + .114 * b)) / 1.402);
  }
  const auto half = [&](Channel& full) {
    Channel out((size.height + 1) / 2, (size.width + 1) / 2);
    for (std::int64_t v = 0; v < out.height; ++v) {
      for (std::int64_t u = 0; u < out.width; ++u) {
        const double sum = full.at(2 * v, 2 * u) + full.at(2 * v, 2 * u + 1) +
                           full.at(2 * v + 1, 2 * u) + full.at(2 * v + 1, 2 * u + 1);
        out.at(v, u) = steps(sum / 4, u % 2 == 0 ? .25 : .5);
      }
    }
    return out;
  };
  Channel b = half(full_b), r = half(full_r);
  compress(recipe.luma, steps, y);
  compress(recipe.chroma, steps, b);
  compress(recipe.chroma, steps, r);
  const auto enlarged = [&](Channel& c, std::int64_t v, std::int64_t u) {
    const std::int64_t dv = v % 2 == 0 ? -1 : 1, du = u % 2 == 0 ? -1 : 1;
    const auto column = [&](std::int64_t at) { return 3 * c.at(v / 2, at) + c.at(v / 2 + dv, at); };
    return steps((3 * column(u / 2) + column(u / 2 + du)) / 16, u % 2 == 0 ? .5 : 7. / 16);
  };
  std::vector<double> out;
  for (std::int64_t v = 0; v < size.height; ++v) {
    for (std::int64_t u = 0; u < size.width; ++u) {
      const double cb = enlarged(b, v, u) - 128, cr = enlarged(r, v, u) - 128;
      for (const double add : {1.402 * cr, -0.344136 * cb - 0.714136 * cr, 1.772 * cb}) {
        out.push_back(std::clamp(steps(y.at(v, u) + add), 0.0, 255.0));
      }
    }
  }
  return out;
}

// ---- libjpeg-turbo

using Turbo = std::unique_ptr<void, int (*)(tjhandle)>;

std::vector<std::uint8_t> libjpeg_file(ImageSize size, int quality) {
  const auto pixels = picture(size);
  const Turbo turbo(tjInitCompress(), tjDestroy);
  unsigned char* bytes = nullptr;
  unsigned long length = 0;
  EXPECT_EQ(tjCompress2(turbo.get(), pixels.data(), static_cast<int>(size.width), 0,
                        static_cast<int>(size.height), TJPF_RGB, &bytes, &length, TJSAMP_420,
                        quality, TJFLAG_ACCURATEDCT),
            0);
  std::vector<std::uint8_t> file(bytes, bytes + length);
  tjFree(bytes);
  return file;
}

std::vector<std::uint8_t> libjpeg_decoded(ImageSize size, const std::vector<std::uint8_t>& file) {
  const Turbo turbo(tjInitDecompress(), tjDestroy);
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(3 * size.height * size.width));
  EXPECT_EQ(
      tjDecompress2(turbo.get(), file.data(), file.size(), rgb.data(), static_cast<int>(size.width),
                    0, static_cast<int>(size.height), TJPF_RGB, TJFLAG_ACCURATEDCT),
      0);
  return rgb;
}

// The quantisation tables in a file, by number, row by row of vertical frequency.
std::array<std::array<int, 64>, 2> tables_of(const std::vector<std::uint8_t>& file) {
  std::array<std::array<int, 64>, 2> tables{};
  for (std::size_t at = 2; file[at + 1] != 0xDA; at += 2U + (file[at + 2] << 8U) + file[at + 3]) {
    if (file[at + 1] != 0xDB) continue;
    const std::size_t end = at + 2U + (file[at + 2] << 8U) + file[at + 3];
    for (std::size_t t = at + 4; t < end; t += 65) {
      int row = 0, column = 0;  // the zigzag
      for (std::size_t k = 1; k <= 64; ++k) {
        tables.at(file[t]).at(static_cast<std::size_t>(8 * row + column)) = file[t + k];
        const bool up = (row + column) % 2 == 0;
        if (up ? column == 7 : row == 7) {
          ++(up ? row : column);
        } else if (up ? row == 0 : column == 0) {
          ++(up ? column : row);
        } else {
          row += up ? -1 : 1;
          column += up ? 1 : -1;
        }
      }
    }
  }
  return tables;
}

TEST(AugmentJpeg, JpegHasLibjpegsTables) {
  std::array<bool, 101> seen{};
  for (std::uint64_t image = 0; image < 600; ++image) {
    const Recipe recipe = recipe_of(kWhole, image);
    ASSERT_GE(recipe.quality, 30);
    ASSERT_LE(recipe.quality, 95);
    if (std::exchange(seen.at(static_cast<std::size_t>(recipe.quality)), true)) continue;
    const auto tables = tables_of(libjpeg_file(kWhole, recipe.quality));
    for (std::size_t v = 0; v < 8; ++v) {
      for (std::size_t u = 0; u < 8; ++u) {  // ours lie on their side
        ASSERT_EQ(recipe.luma[8 * u + v], tables[0][8 * v + u]) << recipe.quality;
        ASSERT_EQ(recipe.chroma[8 * u + v], tables[1][8 * v + u]) << recipe.quality;
      }
    }
  }
  EXPECT_GE(std::count(seen.begin(), seen.end(), true), 64);  // of 66 qualities, 600 draws
}

// The definition is JPEG's: with the roundings of a codec of 8 bits it is what libjpeg does, but
// for the last places of libjpeg's DCT in whole numbers.
TEST(AugmentJpeg, TheDefinitionIsLibjpegs) {
  const auto pixels = picture(kWhole);
  for (std::uint64_t image = 0; image < 20; ++image) {
    const Recipe recipe = recipe_of(kWhole, image);
    const auto wanted = libjpeg_decoded(kWhole, libjpeg_file(kWhole, recipe.quality));
    const auto got = reference(kWhole, recipe, {true});
    double apart = 0, changed = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      apart += std::abs(got[i] - wanted[i]) / static_cast<double>(got.size());
      changed += std::abs(got[i] - pixels[i]) / static_cast<double>(got.size());
    }
    EXPECT_LT(apart, 0.5) << recipe.quality;
    EXPECT_LT(apart, 0.2 * changed) << recipe.quality;
  }
}

// And ours is the definition, but for coefficients so near to the middle of two steps that float32
// decides otherwise: they change a block of a few pictures.
TEST(AugmentJpeg, IsTheDefinition) {
  for (const ImageSize size : {kWhole, kCut, ImageSize{8, 9}}) {
    int equal = 0;
    for (std::uint64_t image = 0; image < 20; ++image) {
      const auto wanted = reference(size, recipe_of(size, image), {});
      const auto got = augmented(kJpeg, 5, image, size.height, size.width, picture(size).data());
      double most = 0;
      for (std::size_t i = 0; i < got.size(); ++i) {
        most = std::max(most, std::abs(level(got[i]) - wanted[i]));
      }
      equal += most < 0.01 ? 1 : 0;
    }
    EXPECT_GE(equal, 17) << size.height << "x" << size.width;
  }
}

TEST(AugmentJpeg, ABlockIsQuantisedInTheFrequenciesOfItsTable) {
  const Recipe recipe = recipe_of(kWhole, 3);
  std::array<float, 64> block{};
  for (std::size_t i = 0; i < 64; ++i) {
    block[i] = static_cast<float>(100 * std::sin(static_cast<double>(i * i) * .11));
  }
  std::array<double, 64> wanted{};
  std::copy(block.begin(), block.end(), wanted.begin());
  ASSERT_GT(quantised(recipe.luma, wanted), 1e-4);  // nothing that float32 could decide otherwise
  quantise_block(recipe.luma, block.data());
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_NEAR(block[i], std::clamp(wanted[i], -128.0, 127.0), 1e-3);
  }
}

}  // namespace
}  // namespace synface::train
