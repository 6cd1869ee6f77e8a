// Images a second on one core: the whole generator (shape, drawing, shading, camera) at 112 px and
// 64 px; and identities a second with each instruction set: shape (positions and vertex normals)
// and whole heads (with what hair adds to them). In CPU time of the thread, so that other load on
// the machine matters little.
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
  const std::size_t length = renderer.layout().size;
  const uint32_t pictures = people * samples;
  constexpr uint32_t kTogether = 16;  // as the plugin does
  std::vector<float> rows(kTogether * length);
  const float* pointers[kTogether] = {};
  for (uint32_t n = 0; n < kTogether; ++n) pointers[n] = rows.data() + n * length;
  std::vector<uint8_t> image(static_cast<std::size_t>(3 * size * size));
  Scratch scratch;
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    const double begin = cpu_seconds();
    for (uint32_t first = 0; first < pictures; first += kTogether) {
      const uint32_t count = std::min(kTogether, pictures - first);
      for (uint32_t n = 0; n < count; ++n) {
        prior.draw(1, (first + n) / samples, (first + n) % samples, rows.data() + n * length);
      }
      renderer.shape_ahead(pointers, count, scratch);
      for (uint32_t n = 0; n < count; ++n) {
        renderer.render(pointers[n], {1, (first + n) / samples, (first + n) % samples, 0}, scratch,
                        image.data());
      }
    }
    rates.push_back(people * samples / (cpu_seconds() - begin));
  }
  std::sort(rates.begin(), rates.end());
  return {rates[rates.size() / 2], rates.front(), rates.back()};
}

// Identities a second in groups of `together`: shape and vertex normals alone, and whole heads with
// the hair's displacement.
struct Shapes {
  double product, whole;
};
Shapes shapes_a_second(const HeadModel& head, std::size_t together, const Kernels& kernels) {
  const ShapeModel model(head);
  const Prior prior(head, {});
  std::vector<std::vector<float>> rows(together, std::vector<float>(Layout(head).size));
  std::vector<const float*> identities;
  for (std::size_t i = 0; i < together; ++i) {
    prior.draw_identity(1, static_cast<uint32_t>(i), rows[i].data());
    identities.push_back(rows[i].data());
  }
  std::vector<Person> people(together);
  std::vector<float> units(together);
  ShapeModel::Work work;
  const auto rate = [&](auto&& once) {
    once();  // allocates
    const double begin = cpu_seconds();
    double spent = 0;
    std::size_t rounds = 0;
    while (spent < 0.3) {
      for (int i = 0; i < 5; ++i) once();
      rounds += 5;
      spent = cpu_seconds() - begin;
    }
    return static_cast<double>(rounds * together) / spent;
  };
  return {rate([&] {
            model.product(identities.data(), static_cast<int>(together), work, units.data(),
                          kernels);
          }),
          rate([&] { model.shape(identities.data(), together, people.data(), work, kernels); })};
}

const char* name_of(Isa isa) {
  return isa == Isa::kAvx512 ? "AVX-512" : isa == Isa::kAvx2 ? "AVX2" : "portable";
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
    std::printf("%-36s %10s %18s\n", "identities a second", "shape", "whole head");
    for (const Kernels* kernels : usable_kernels()) {
      for (const int together : {1, kernels->lanes}) {
        const Shapes s = shapes_a_second(*head, static_cast<std::size_t>(together), *kernels);
        std::printf("%-9s %2d side by side               %10.0f %18.0f\n", name_of(kernels->isa),
                    together, s.product, s.whole);
      }
    }
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "render_bench: %s\n", e.what());
    return 1;
  }
}
