// morphable-sheet: looks at the generator without a host. Rows of one identity under its other
// latents, or of a mixture of two.
#include <png.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "core/prior.h"
#include "core/renderer.h"

using namespace synface::morphable;

namespace {

struct Wanted {
  std::string head, output, mode;
  int size, rows, columns;
  uint64_t seed;
};

void fill_row(const Prior& prior, const Layout& layout, const Wanted& w, uint32_t r, uint32_t c,
              std::vector<float>& row) {
  const uint32_t columns = static_cast<uint32_t>(w.columns);
  if (w.mode == "people") {
    prior.draw(w.seed, r * columns + c, 0, row.data());
  } else if (w.mode == "samples") {
    prior.draw(w.seed, r, c, row.data());
  } else {
    std::vector<float> other(layout.size);
    prior.draw(w.seed, 2 * r, 0, row.data());
    prior.draw(w.seed, 2 * r + 1, 0, other.data());
    const float phi = static_cast<float>(c) / static_cast<float>(columns - 1);
    for (std::size_t i = 0; i < layout.identity_end; ++i) row[i] = mix(row[i], other[i], phi);
  }
}

int run(const Wanted& w, bool plain) {
  const auto head = std::make_shared<const HeadModel>(HeadModel::read(w.head));
  const Renderer renderer(head, {w.size, w.size, true, true});
  PriorOptions options;
  if (plain) {
    options.pose = options.illumination = options.expression = options.background = false;
    options.camera = options.grooming = options.accessories = false;
    options.jitter = 0;
  }
  const Prior prior(*head, options);
  const auto size = static_cast<std::size_t>(w.size);
  const std::size_t width = size * static_cast<std::size_t>(w.columns);
  std::vector<uint8_t> sheet(3 * width * size * static_cast<std::size_t>(w.rows));
  std::vector<uint8_t> image(3 * size * size);
  std::vector<float> row(renderer.layout().size);
  Scratch scratch;
  const auto begin = std::chrono::steady_clock::now();
  for (int r = 0; r < w.rows; ++r) {
    for (int c = 0; c < w.columns; ++c) {
      fill_row(prior, renderer.layout(), w, static_cast<uint32_t>(r), static_cast<uint32_t>(c),
               row);
      renderer.render(row.data(), {w.seed, static_cast<uint32_t>(r), static_cast<uint32_t>(c), 0},
                      scratch, image.data());
      for (std::size_t y = 0; y < size; ++y) {
        const std::size_t at =
            (static_cast<std::size_t>(r) * size + y) * width + static_cast<std::size_t>(c) * size;
        std::memcpy(&sheet[3 * at], &image[3 * y * size], 3 * size);
      }
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(width);
  png.height = static_cast<png_uint_32>(size * static_cast<std::size_t>(w.rows));
  png.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&png, w.output.c_str(), 0, sheet.data(), 0, nullptr) == 0) {
    std::fprintf(stderr, "%s: cannot be written: %s\n", w.output.c_str(), png.message);
    return 4;
  }
  std::printf("%s: %d images, %.1f a second\n", w.output.c_str(), w.rows * w.columns,
              w.rows * w.columns / took.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7 || argc > 9) {
    std::fputs(
        "usage: morphable-sheet HEAD OUTPUT.png people|samples|mixup SIZE ROWS COLUMNS "
        "[SEED [plain]]\n",
        stderr);
    return 2;
  }
  try {
    const Wanted w{argv[1],
                   argv[2],
                   argv[3],
                   std::atoi(argv[4]),
                   std::atoi(argv[5]),
                   std::atoi(argv[6]),
                   argc > 7 ? std::strtoull(argv[7], nullptr, 10) : 0};
    return run(w, argc > 8);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "morphable-sheet: %s\n", e.what());
    return 1;
  }
}
