// Images a second on one core: the whole generator (shape, drawing, shading, camera) at 112 px and
// 64 px, in CPU time of the thread, so that other load on the machine matters little.
//
//   render_bench HEAD.safetensors
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "core/prior.h"
#include "core/renderer.h"

using namespace synface::morphable;

namespace {

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Figure {
  double median, lowest, highest;
};

// Images a second in `rounds` rounds of `people` x `samples` images.
Figure measure(const std::shared_ptr<const HeadModel>& head, int size, uint32_t people,
               uint32_t samples, int rounds) {
  const Renderer renderer(head, {size, size, true, true});
  const Prior prior(*head, {});
  std::vector<float> row(renderer.layout().size);
  std::vector<uint8_t> image(static_cast<std::size_t>(3 * size * size));
  Scratch scratch;
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    const double begin = cpu_seconds();
    for (uint32_t i = 0; i < people; ++i) {
      for (uint32_t k = 0; k < samples; ++k) {
        prior.draw(1, i, k, row.data());
        renderer.render(row.data(), {1, i, k, 0}, scratch, image.data());
      }
    }
    rates.push_back(people * samples / (cpu_seconds() - begin));
  }
  std::sort(rates.begin(), rates.end());
  return {rates[rates.size() / 2], rates.front(), rates.back()};
}

double shapes_a_second(const HeadModel& head, uint32_t people) {
  const Prior prior(head, {});
  std::vector<float> row(Layout(head).size);
  Person person;
  double spent = 0;
  for (uint32_t i = 0; i < people; ++i) {
    prior.draw_identity(1, i, row.data());
    const double begin = cpu_seconds();
    shape_person(head, row.data(), person);
    spent += cpu_seconds() - begin;
  }
  return people / spent;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: render_bench HEAD.safetensors\n", stderr);
    return 2;
  }
  try {
    const auto head = std::make_shared<const HeadModel>(HeadModel::read(argv[1]));
    std::printf("%-36s %10s %18s\n", "one core, images a second", "median", "lowest..highest");
    for (const int size : {64, 112}) {
      for (const uint32_t samples : {1U, 10U}) {
        const Figure f = measure(head, size, 60 / samples, samples, 9);
        std::printf("%3d px, %2u images an identity         %10.0f %8.0f..%.0f\n", size, samples,
                    f.median, f.lowest, f.highest);
      }
    }
    std::printf("identities shaped a second           %10.0f\n", shapes_a_second(*head, 300));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "render_bench: %s\n", e.what());
    return 1;
  }
}
