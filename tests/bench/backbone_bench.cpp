// Images a second of a training step of the shipped backbones: forward, backward and SGD with
// momentum, through the C ABI, memory kept as the worker keeps it. backbone_twin.py prints the same
// lines for the same networks in Python; compare them on a quiet machine.
//
//   backbone_bench [--threads N] [--seconds S] [CASE ...]
#include <ATen/Parallel.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>
#include <synface/train/memory.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "harness.h"

namespace {

using synface::test::Backbone;
using synface::test::Setting;

struct Case {
  std::string name;
  Setting setting;
};

std::vector<Case> cases() {
  const auto iresnet = [](std::int64_t size, std::int64_t batch, std::int64_t width,
                          std::vector<double> blocks) {
    return Setting{.plugin = "iresnet",
                   .height = size,
                   .width = size,
                   .embedding = 512,
                   .max_batch = batch,
                   .values = {{"blocks", std::move(blocks)}, {"width", width}, {"dropout", 0.0}}};
  };
  return {
      {"fastnet_48", {.plugin = "fastnet", .height = 48, .width = 48, .max_batch = 64}},
      {"tiny_w16_64", iresnet(64, 128, 16, {1, 1, 1, 1})},
      {"tiny_w32_64", iresnet(64, 128, 32, {1, 1, 1, 1})},
      {"r18_w32_64", iresnet(64, 64, 32, {2, 2, 2, 2})},
      {"r18_w64_112", iresnet(112, 32, 64, {2, 2, 2, 2})},
  };
}

// LibTorch's memory from the worker's allocator.
struct Keeping : c10::Allocator {
  static void give(void* memory) { synface::train::process_allocator().give(memory); }
  c10::DataPtr allocate(std::size_t size) override {
    void* memory = synface::train::process_allocator().take(size);
    return {memory, memory, &give, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &give; }
  void copy_data(void* to, const void* from, std::size_t size) const override {
    default_copy_data(to, from, size);
  }
};

// torch.optim.SGD(lr, momentum 0.9, weight_decay 5e-4), in one pass over each parameter.
void sgd(Backbone& net, std::map<std::string, at::Tensor>& momenta) {
  for (const std::string& name : net.names()) {
    if (!net.trainable(name)) continue;
    at::Tensor& momentum = momenta[name];
    if (!momentum.defined()) momentum = at::zeros_like(net.value(name));
    float* v = momentum.data_ptr<float>();
    float* w = net.value(name).data_ptr<float>();
    const float* g = net.gradient(name).data_ptr<float>();
    const std::int64_t n = momentum.numel();
    for (std::int64_t i = 0; i < n; ++i) {
      v[i] = 0.9F * v[i] + (g[i] + 5e-4F * w[i]);
      w[i] -= 0.01F * v[i];
    }
  }
}

double cpu_now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

long faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// Seconds of each call of `body`, for about `seconds` after two calls to warm up.
template <typename Body>
std::vector<double> time_calls(double seconds, Body&& body) {
  body();
  body();
  std::vector<double> times;
  for (const double end = now() + seconds; now() < end || times.size() < 5;) {
    const double start = now();
    body();
    times.push_back(now() - start);
  }
  std::sort(times.begin(), times.end());
  return times;
}

void run(const Case& c, std::uint32_t threads, double seconds) {
  Setting setting = c.setting;
  setting.threads = threads;
  Backbone net(setting);
  at::set_num_threads(static_cast<int>(threads));
  const std::int64_t batch = setting.max_batch;
  const at::Tensor x = synface::test::pictures(batch, setting.height, setting.width)
                           .contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor dy = at::ones({batch, setting.embedding}) / static_cast<double>(batch);
  std::map<std::string, at::Tensor> momenta;
  const auto step = [&] {
    const auto [embeddings, tape] = net.train(x);
    net.backward(tape, dy * embeddings);
    sgd(net, momenta);
  };
  step();
  step();
  const long before = faults();
  step();
  const long per_step = faults() - before;
  const double cpu_before = cpu_now();
  const auto steps = time_calls(seconds, step);
  const double cpu = (cpu_now() - cpu_before) / static_cast<double>(steps.size() + 2);
  const auto embeds = time_calls(seconds / 3, [&] { net.embed(x); });
  const double b = static_cast<double>(batch);
  std::printf(
      "%-12s batch %3lld threads %u: step %8.2f ms (best %.2f, CPU %.2f), %7.1f images/s; "
      "embed %7.1f images/s; page faults a step %ld\n",
      c.name.c_str(), static_cast<long long>(batch), threads, 1e3 * steps[steps.size() / 2],
      1e3 * steps[0], 1e3 * cpu, b / steps[steps.size() / 2], b / embeds[embeds.size() / 2],
      per_step);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint32_t threads = 1;
  double seconds = 3.0;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--threads" && i + 1 < argc) {
      threads = static_cast<std::uint32_t>(std::stoul(argv[++i]));
    } else if (argument == "--seconds" && i + 1 < argc) {
      seconds = std::stod(argv[++i]);
    } else {
      wanted.push_back(argument);
    }
  }
  static Keeping keeping;
  c10::SetCPUAllocator(&keeping, 200);
  for (const Case& c : cases()) {
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), c.name) != wanted.end()) {
      run(c, threads, seconds);
    }
  }
  std::fflush(nullptr);
  std::_Exit(0);  // blocks that LibTorch's statics hold need not come back
}
