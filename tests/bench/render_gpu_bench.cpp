// Images a second of the drawing on a GPU beside one core's, at 64 and 112 px:
//
//   - one core: the CPU's renderer, one thread, in processor time as the next;
//   - prepared: the CPU's share of the work for a GPU (heads, poses, clothes, light, packing),
//     one thread, for a device that draws nothing: what one core feeds;
//   - the GPU with one thread that prepares, and with all, in wall time.
//
// A call draws as many pictures as the host asks for at once: 32 a thread, 512 at most.
// Without a GPU the last two are left out, with a word. Images are drawn once before they are
// timed.
//
//   render_gpu_bench HEAD.safetensors [IMAGES]
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "core/batch_renderer.h"
#include "core/prior.h"

using namespace synface::morphable;

namespace {

using Images = std::vector<uint8_t>;

class NothingIsDrawn final : public BatchDevice {
 public:
  void* take(std::size_t bytes) override { return ::operator new(bytes, std::align_val_t{256}); }
  void give(void* memory) noexcept override { ::operator delete(memory, std::align_val_t{256}); }
  void* take_staging(std::size_t bytes) override { return take(bytes); }
  void give_staging(void* memory) noexcept override { give(memory); }
  void upload(int, void*, const void*, std::size_t) override {}
  void download(int, void*, const void*, std::size_t) override {}
  void clear(int, void*, std::size_t) override {}
  void draw(int, const Picture*, int, const Canvas&, const BatchExtent&) override {}
  void wait(int) override {}
};

// Ranges of up to 16 on so many threads, as the plugin has them from its host; all of it for one.
BatchRenderer::Parallel on_threads(std::size_t threads) {
  return [threads](std::size_t n, const BatchRenderer::Body& body) {
    if (threads == 1) return body(0, n);
    const std::size_t grain = std::clamp(n / (4 * threads), std::size_t{1}, std::size_t{16});
    std::atomic<std::size_t> next = 0;
    std::exception_ptr fault;
    std::mutex lock;
    const auto work = [&] {
      try {
        for (std::size_t first; (first = next.fetch_add(grain)) < n;) {
          body(first, std::min(first + grain, n));
        }
      } catch (...) {
        const std::scoped_lock hold(lock);
        fault = std::current_exception();
      }
    };
    std::vector<std::thread> pool;
    for (std::size_t t = 1; t < threads; ++t) pool.emplace_back(work);
    work();
    for (std::thread& thread : pool) thread.join();
    if (fault) std::rethrow_exception(fault);
  };
}

struct Rows {
  Rows(const Renderer& renderer, std::size_t n) {
    const Prior prior(renderer.head(), {});
    for (std::size_t i = 0; i < n; ++i) {
      const auto identity = static_cast<uint32_t>(i / 10);
      const auto sample = static_cast<uint32_t>(i % 10);
      values.emplace_back(renderer.layout().size);
      prior.draw(1, identity, sample, values.back().data());
      keys.push_back({1, identity, sample, 0});
    }
    for (const auto& row : values) pointers.push_back(row.data());
  }
  std::vector<std::vector<float>> values;
  std::vector<const float*> pointers;
  std::vector<ImageKey> keys;
};

double seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

constexpr clockid_t kCpu = CLOCK_THREAD_CPUTIME_ID;
constexpr clockid_t kWall = CLOCK_MONOTONIC;

// Of n images that once() makes, the median of five rounds.
template <typename Once>
double rate(clockid_t clock, std::size_t n, const Once& once) {
  once();
  std::vector<double> rates;
  for (int round = 0; round < 5; ++round) {
    const double begin = seconds(clock);
    once();
    rates.push_back(static_cast<double>(n) / (seconds(clock) - begin));
  }
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

void measure(const std::shared_ptr<const HeadModel>& head, int size, std::size_t n) {
  RenderOptions options;
  options.height = options.width = size;
  const Renderer renderer(head, options);
  const Rows rows(renderer, n);
  Images images(static_cast<std::size_t>(3 * size * size) * n);
  const auto tell = [&](const char* what, double images_a_second, double one_core) {
    std::printf("%3d px, %-34s %10.0f %8.1f\n", size, what, images_a_second,
                images_a_second / one_core);
  };
  const auto of = [&](clockid_t clock, BatchRenderer& batch, std::size_t threads) {
    const BatchRenderer::Parallel parallel = on_threads(threads);
    const std::size_t call = std::min<std::size_t>(512, 32 * threads);
    return rate(clock, n, [&] {
      for (std::size_t i = 0; i < n; i += call) {
        batch.render(rows.pointers.data() + i, rows.keys.data() + i, std::min(call, n - i),
                     parallel, images.data() + i * static_cast<std::size_t>(3 * size * size));
      }
    });
  };
  Scratch scratch;
  const std::size_t few = std::min<std::size_t>(n, 64);
  const double core = rate(kCpu, few, [&] {
    for (std::size_t i = 0; i < few; ++i) {
      renderer.render(rows.pointers[i], rows.keys[i], scratch,
                      images.data() + i * static_cast<std::size_t>(3 * size * size));
    }
  });
  tell("one core", core, core);
  BatchRenderer preparing(renderer, std::make_unique<NothingIsDrawn>());
  tell("prepared by one core", of(kCpu, preparing, 1), core);
  try {
    BatchRenderer batch(renderer, make_cuda_device());
    tell("GPU, one thread prepares", of(kWall, batch, 1), core);
    const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
    const std::string what = "GPU, " + std::to_string(threads) + " threads prepare";
    tell(what.c_str(), of(kWall, batch, threads), core);
  } catch (const DeviceError& e) {
    std::printf("%3d px, no figure of a GPU: %s\n", size, e.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int n = argc == 3 ? std::atoi(argv[2]) : 1280;
  if (argc < 2 || argc > 3 || n < 1) {
    std::fputs("usage: render_gpu_bench HEAD.safetensors [IMAGES]\n", stderr);
    return 2;
  }
  try {
    const auto head = std::make_shared<const HeadModel>(HeadModel::read(argv[1]));
    std::printf("%-42s %10s %8s\n", "images a second", "median", "ratio");
    for (const int size : {64, 112}) measure(head, size, static_cast<std::size_t>(n));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "render_gpu_bench: %s\n", e.what());
    return 1;
  }
}
