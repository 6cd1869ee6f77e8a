#include "support/photographs.h"

#include <fmt/format.h>
#include <synface/data/codec.h>

#include <fstream>

namespace synface::test {
namespace {

namespace fs = std::filesystem;

// A disc of the person's colour and size on a background that differs from picture to picture.
data::Image draw(int person, int sample) {
  constexpr int kSide = 40;
  data::Image image{kSide, kSide, std::vector<std::uint8_t>(kSide * kSide * 3)};
  const int radius = 6 + 2 * (person % 6);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int dx = x - kSide / 2 - sample;
      const int dy = y - kSide / 2;
      const bool inside = dx * dx + dy * dy < radius * radius;
      for (int c = 0; c < 3; ++c) {
        const int value = inside ? 40 + (person * 67 + c * 91) % 200 : 30 * sample + x + y;
        const auto at = static_cast<std::size_t>((y * kSide + x) * 3 + c);
        image.pixels[at] = static_cast<std::uint8_t>(value % 256);
      }
    }
  }
  return image;
}

void write_pairs(const fs::path& file, int people, int samples, int first) {
  std::ofstream out(file);
  const auto name = [&](int person) { return first + person % people; };
  out << "10\t2\n";
  for (int fold = 0; fold < 10; ++fold) {
    for (int i = 0; i < 2; ++i) {
      out << fmt::format("Person_{}\t1\t{}\n", name(fold + i), 2 + fold % (samples - 1));
    }
    for (int i = 0; i < 2; ++i) {
      out << fmt::format("Person_{}\t{}\tPerson_{}\t1\n", name(fold + i), 1 + fold % samples,
                         name(fold + i + 1 + fold % (people - 1)));
    }
  }
}

}  // namespace

std::string photograph_name(int person, int sample) {
  return fmt::format("Person_{0}/Person_{0}_{1:04d}.png", person, sample);
}

Photographs make_photographs(const fs::path& folder, int people, int samples, int first) {
  const Photographs made{folder / "images", folder / "pairs.txt"};
  for (int person = first; person < first + people; ++person) {
    for (int sample = 1; sample <= samples; ++sample) {
      const fs::path file = made.images / photograph_name(person, sample);
      fs::create_directories(file.parent_path());
      const auto png = data::encode_png(data::view(draw(person, sample)));
      std::ofstream(file, std::ios::binary)
          .write(reinterpret_cast<const char*>(png.data()),
                 static_cast<std::streamsize>(png.size()));
    }
  }
  write_pairs(made.pairs, people, samples, first);
  return made;
}

}  // namespace synface::test
