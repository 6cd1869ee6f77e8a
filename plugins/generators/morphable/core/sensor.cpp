#include "core/sensor.h"

#include <algorithm>
#include <array>

namespace synface::morphable {
namespace {

std::size_t area(int height, int width) {
  return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
}

// Tables K.1 and K.2 of ITU-T T.81.
constexpr std::array<int, 64> kLuminance = {
    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
constexpr std::array<int, 64> kChrominance = {
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
    99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

std::array<float, 64> make_cosines() {
  std::array<float, 64> out{};
  for (std::size_t u = 0; u < 8; ++u) {
    for (std::size_t x = 0; x < 8; ++x) {
      const double angle = (2.0 * static_cast<double>(x) + 1.0) * static_cast<double>(u) / 16.0;
      out[8 * u + x] =
          static_cast<float>(sincos_of(kPi * angle).cos * (u == 0 ? sqrt_of(0.125) : 0.5));
    }
  }
  return out;
}

// Percent of the tables' steps that the Independent JPEG Group's quality 1..100 takes.
template <typename Number>
Number percent_of(Number quality) {
  return quality < Number{50} ? Number{5000} / quality : Number{200} - Number{2} * quality;
}

void set_steps(float quality, float (&steps)[2 * 64]) {
  const double scale = percent_of(static_cast<double>(clamp(quality, 1.0F, 100.0F)));
  for (std::size_t i = 0; i < 2 * 64; ++i) {
    const int table = i < 64 ? kLuminance[i] : kChrominance[i - 64];
    const int step = floor_int((static_cast<double>(table) * scale + 50.0) / 100.0);
    steps[i] = static_cast<float>(clamp(step, 1, 255));
  }
}

Motion motion_of(float length, float angle) {
  length = clamp(length, 0.0F, 80.0F);
  if (length < 0.2F) return {};
  const SinCos s = sincos_of(static_cast<double>(angle));
  return {2 + floor_int(length), length, static_cast<float>(s.cos), static_cast<float>(s.sin)};
}

Shrinking shrinking_of(int height, int width, float share) {
  share = clamp(share, 0.05F, 1.0F);
  const int h = std::max(1, floor_int(static_cast<float>(height) * share + 0.5F));
  const int w = std::max(1, floor_int(static_cast<float>(width) * share + 0.5F));
  if (h >= height && w >= width) return {};
  return {h, w, static_cast<float>(height) / static_cast<float>(h),
          static_cast<float>(width) / static_cast<float>(w)};
}

Grading grading_of(float warm, float green, float saturation) {
  const float red_gain = exp_fast(clamp(warm, -2.0F, 2.0F));
  return {{red_gain, exp_fast(clamp(green, -2.0F, 2.0F)), 1.0F / red_gain},
          clamp(saturation, 0.0F, 2.0F)};
}

}  // namespace

Camera at_size(const Camera& camera, int side) {
  const float scale = static_cast<float>(side) / 112.0F;
  Camera c = camera;
  c.motion *= scale;
  if (scale >= 1.0F) return c;
  c.softness *= scale * scale;  // a variance
  c.noise *= scale;
  const float left = c.detail / scale;
  c.detail = left < 1.0F ? left : 1.0F;
  if (c.jpeg > 100.0F) return c;
  // Smaller steps, and the quality that has them.
  const float step = scale * percent_of(clamp(c.jpeg, 1.0F, 100.0F));
  c.jpeg = step > 100.0F ? 5000.0F / step : 100.0F - 0.5F * step;
  return c;
}

const float* jpeg_cosines() {
  static const std::array<float, 64> cosines = make_cosines();
  return cosines.data();
}

Film film_of(const Camera& at_112, const ImageKey& key, int height, int width) {
  const Camera camera = at_size(at_112, std::min(height, width));
  Film film{};
  film.softness = clamp(camera.softness, 0.0F, 1.0F);
  film.motion = motion_of(camera.motion, camera.motion_angle);
  film.shrinking = shrinking_of(height, width, camera.detail);
  film.grading = grading_of(camera.warm, camera.green, camera.saturation);
  const uint32_t seed =
      hash2(static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32));
  film.grain = {hash2(seed ^ key.identity, key.sample * 3U + key.set),
                clamp(camera.noise, 0.0F, 64.0F)};
  film.compressed = camera.jpeg <= 100.0F ? 1 : 0;
  if (film.compressed != 0) set_steps(camera.jpeg, film.steps);
  return film;
}

void soften(int height, int width, float amount, std::vector<Vec3>& image,
            std::vector<Vec3>& work) {
  if (amount <= 0.0F) return;
  work.resize(image.size());
  const Pixels sharp{height, width, image.data()};
  Vec3* to = work.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) *to++ = soft_across(sharp, y, x);
  }
  const Pixels across{height, width, work.data()};
  to = image.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++to) *to = soft_down(across, y, x, *to, amount);
  }
}

void move(int height, int width, const Motion& motion, std::vector<Vec3>& image,
          std::vector<Vec3>& work) {
  if (motion.taps == 0) return;
  work.assign(image.begin(), image.end());
  const Pixels still{height, width, work.data()};
  Vec3* to = image.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) *to++ = moved(still, motion, y, x);
  }
}

void shrink(int height, int width, const Shrinking& s, std::vector<Vec3>& image,
            std::vector<Vec3>& work) {
  if (s.height == 0) return;
  work.resize(area(s.height, s.width));
  const Pixels large{height, width, image.data()};
  Vec3* to = work.data();
  for (int y = 0; y < s.height; ++y) {
    for (int x = 0; x < s.width; ++x) *to++ = shrunk(large, s, y, x);
  }
  const Pixels small{s.height, s.width, work.data()};
  to = image.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) *to++ = enlarged(small, s, y, x);
  }
}

void compress(int height, int width, const float* steps, uint8_t* image, std::vector<float>& work) {
  const JpegPlanes planes(height, width);
  work.resize(planes.floats());
  for (int cell = 0; cell < planes.cells(); ++cell) to_planes(planes, cell, image, work.data());
  const float* const cosines = jpeg_cosines();
  for (int block = 0; block < planes.blocks(); ++block) {
    quantise(planes, cosines, steps, block, work.data());
  }
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, image += 3) from_planes(planes, y, x, work.data(), image);
  }
}

void develop(int height, int width, const Film& film, const uint8_t* tone,
             std::vector<Vec3>& linear, std::vector<Vec3>& work, std::vector<float>& planes,
             uint8_t* image) {
  soften(height, width, film.softness, linear, work);
  move(height, width, film.motion, linear, work);
  shrink(height, width, film.shrinking, linear, work);
  for (std::size_t i = 0; i < linear.size(); ++i) {
    const Vec3 c = graded(film.grading, linear[i]);
    image[3 * i] = developed(tone, film.grain, 3 * i, c.x);
    image[3 * i + 1] = developed(tone, film.grain, 3 * i + 1, c.y);
    image[3 * i + 2] = developed(tone, film.grain, 3 * i + 2, c.z);
  }
  if (film.compressed != 0) compress(height, width, film.steps, image, planes);
}

}  // namespace synface::morphable
