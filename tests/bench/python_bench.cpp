// What a plugin in a .py file costs beside the same mathematics in C++: microseconds a call,
// through the table, in interleaved blocks of one thread.
//
//   python_bench [BLOCKS]
#include <fmt/core.h>
#include <synface/plugin/loss.h>
#include <synface/plugin/mixup.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <vector>

namespace {

using namespace synface;

constexpr const char* kPlugins = SYNFACE_BENCH_PLUGINS;

// A dense tensor that owns its memory.
template <typename T>
struct Tensor {
  explicit Tensor(std::vector<std::int64_t> sizes, double step = 0.0) : shape(std::move(sizes)) {
    std::int64_t n = 1;
    strides.resize(shape.size());
    for (std::size_t d = shape.size(); d-- > 0; n *= shape[d]) strides[d] = n;
    for (std::int64_t i = 0; i < n; ++i) {
      values.push_back(static_cast<T>(std::sin(step * static_cast<double>(i))));
    }
    view.data = values.data();
    view.dev_type = SYNFACE_DEVICE_CPU;
    view.ndim = static_cast<std::int32_t>(shape.size());
    view.dtype = {
        std::is_floating_point_v<T> ? std::uint8_t{SYNFACE_FLOAT} : std::uint8_t{SYNFACE_INT},
        static_cast<std::uint8_t>(8 * sizeof(T)), 1};
    view.shape = shape.data();
    view.strides = strides.data();
  }
  Tensor(const Tensor&) = delete;
  Tensor& operator=(const Tensor&) = delete;

  std::vector<std::int64_t> shape, strides;
  std::vector<T> values;
  synface_tensor view{};
};

synface_context context() {
  synface_context ctx{};
  ctx.struct_size = sizeof ctx;
  ctx.phase = SYNFACE_PHASE_TRAIN;
  ctx.dev_type = SYNFACE_DEVICE_CPU;
  ctx.threads = 1;
  ctx.margin_scale = 1.0F;
  ctx.compute = {SYNFACE_FLOAT, 32, 1};
  return ctx;
}

double thread_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

double microseconds(const std::function<void()>& call, int times) {
  const double began = thread_microseconds();
  for (int i = 0; i < times; ++i) call();
  return (thread_microseconds() - began) / times;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

// Both sides in turn; a block lasts about 20 ms of the slower one.
void race(const std::string& what, int blocks, const std::function<void()>& python,
          const std::function<void()>& cpp) {
  microseconds(python, 10);
  const int times = std::clamp(static_cast<int>(20e3 / microseconds(python, 10)), 3, 5000);
  std::vector<double> slow, fast, ratios;
  for (int block = 0; block < blocks; ++block) {
    slow.push_back(microseconds(python, times));
    fast.push_back(microseconds(cpp, times));
    ratios.push_back(slow.back() / fast.back());
  }
  fmt::print("{:<44} {:>10.1f} {:>10.1f} {:>10.1f} {:>7.1f}\n", what, median(slow), median(fast),
             median(slow) - median(fast), median(ratios));
}

struct Bench {
  plugin::HostServices host{"bench"};
  plugin::Loader loader{host};
  int blocks = 21;

  Json params(const plugin::PluginPtr& loaded, const Json& given) const {
    Json all = Json::object();
    for (const plugin::Param& param : loaded->info.params) all[param.key] = param.def;
    all.update(given);
    return all;
  }
  template <typename Instance>
  Instance make(const std::string& library, plugin::Kind kind, const std::string& id, Json given) {
    const plugin::PluginPtr loaded = loader.plugin(library, kind, id);
    synface_dims dims = plugin::make_dims();
    dims.classes = 10000;
    dims.max_batch = 128;
    return Instance(loaded, params(loaded, given), dims);
  }
  plugin::Loss python_loss(const std::string& id, const std::string& file) {
    return make<plugin::Loss>(
        std::string(kPlugins) + "/python.so", plugin::Kind::kLoss, id,
        {{"file", std::string(SYNFACE_BENCH_EXAMPLES) + file}, {"margin", 0.5}});
  }

  // `id`: of a plugin in C++, and of the example of that name.
  void margins(const std::string& id, std::int64_t labels) {
    const plugin::Loss mine = python_loss("python_margin", "/" + id + ".py");
    const plugin::Loss theirs = make<plugin::Loss>(std::string(kPlugins) + "/arcface.so",
                                                   plugin::Kind::kLoss, "arcface", Json::object());
    Tensor<float> cos({128, labels}, 0.7), norm({128}, 1), weights({128, labels}, 1);
    Tensor<float> z({128, labels}), slope({128, labels});
    const synface_context ctx = context();
    const auto call = [&](const plugin::Loss& loss) {
      loss.margin(ctx, cos.view, norm.view, weights.view, z.view, slope.view, nullptr);
    };
    race(
        fmt::format("python_margin, {}, 128 x {} labels", id, labels), blocks, [&] { call(mine); },
        [&] { call(theirs); });
  }

  void logits(std::int64_t classes) {
    const plugin::Loss mine = python_loss("python_logits", "/arcface_logits.py");
    const plugin::Loss theirs = make<plugin::Loss>(SYNFACE_BENCH_LOGITS, plugin::Kind::kLoss,
                                                   "bench_arcface_logits", Json::object());
    Tensor<float> dot({128, classes}, 0.7), norm({128}, 1), weights({128, 1}), z({128, classes});
    Tensor<float> d_z({128, classes}, 0.3), d_dot({128, classes});
    Tensor<std::int64_t> labels({128, 1});
    for (std::size_t i = 0; i < 128; ++i) {
      labels.values[i] = static_cast<std::int64_t>(7 * i) % classes;
      weights.values[i] = 1;
    }
    const synface_context ctx = context();
    const auto call = [&](const plugin::Loss& loss) {
      const plugin::Tape tape =
          loss.logits(ctx, dot.view, norm.view, labels.view, weights.view, z.view, true);
      loss.logits_backward(ctx, tape, d_z.view, d_dot.view, nullptr);
    };
    race(
        fmt::format("python_logits, arcface, 128 x {} and back", classes), blocks,
        [&] { call(mine); }, [&] { call(theirs); });
  }

  void picks() {
    const auto mine = make<plugin::Mixup>(
        std::string(kPlugins) + "/python.so", plugin::Kind::kMixup, "python_mixup",
        {{"file", std::string(SYNFACE_BENCH_EXAMPLES) + "/identity.py"}});
    const auto theirs = make<plugin::Mixup>(std::string(kPlugins) + "/identity.so",
                                            plugin::Kind::kMixup, "identity", Json::object());
    const std::vector<std::uint32_t> samples(1000, 50);
    const synface_mix_set set = {sizeof set, 0, 1, 1000, samples.data()};
    const synface_mix_set* const sets[] = {&set};
    std::vector<synface_key> keys;
    for (std::uint32_t i = 0; i < 128; ++i) keys.push_back({1, 7 * i, i % 50, 0, 0});
    std::vector<synface_mix_source> sources(2 * keys.size());
    const synface_context ctx = context();
    race(
        "python_mixup, identity, pick() of 128", blocks,
        [&] { mine.pick(ctx, keys, sets, sources); },
        [&] { theirs.pick(ctx, keys, sets, sources); });
  }
};

}  // namespace

int main(int argc, char** argv) {
  try {
    Bench bench;
    if (argc > 1) bench.blocks = std::max(1, std::atoi(argv[1]));
    fmt::print("{:<44} {:>10} {:>10} {:>10} {:>7}\n", "microseconds a call", "Python", "C++",
               "more", "ratio");
    bench.margins("cosface", 1);
    bench.margins("arcface", 1);
    bench.margins("arcface", 3);
    bench.logits(1000);
    bench.logits(10000);
    bench.picks();
  } catch (const Error& e) {
    fmt::print(stderr, "python_bench: {}\n", e.what());
    return static_cast<int>(e.code());
  }
  return 0;
}
