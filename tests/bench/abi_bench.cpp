// What a call through the plugin ABI costs: the same small margin called directly, through the
// plugin's table, through the typed wrapper, with a breadcrumb, and with the guard of a worker
// around it (all but the watches that need LibTorch); then the differences, per call.
//
//   abi_bench [google-benchmark's options]
#include <benchmark/benchmark.h>
#include <synface/base/file.h>
#include <synface/plugin/crumb.h>
#include <synface/plugin/guard.h>
#include <synface/plugin/loss.h>

#include <cstdio>
#include <map>
#include <vector>

namespace {

using namespace synface;

// The body of tests/fixtures/plugins/fixture.h, compiled into this program.
[[gnu::noinline]] synface_status direct_margin(const synface_tensor* cos, const synface_tensor* z,
                                               const synface_tensor* dz_dcos) {
  const std::int64_t n = cos->shape[0] * cos->shape[1];
  for (std::int64_t i = 0; i < n; ++i) {
    static_cast<float*>(z->data)[i] = static_cast<const float*>(cos->data)[i] - 0.25F;
    static_cast<float*>(dz_dcos->data)[i] = 1.0F;
  }
  benchmark::ClobberMemory();
  return SYNFACE_OK;
}

// The smallest call that does something: one row, one label.
struct Setting {
  float cos_value = 0.5F, norm_value = 1, weight_value = 1, z_value = 0, dz_value = 0;
  std::int64_t shape[2] = {1, 1}, strides[2] = {1, 1};
  synface_tensor cos = view(&cos_value), norm = view(&norm_value), weights = view(&weight_value),
                 z = view(&z_value), dz = view(&dz_value);
  synface_context ctx{};
  plugin::HostServices host{"bench"};
  plugin::Loader loader{host};
  plugin::PluginPtr loss = loader.plugin(SYNFACE_BENCH_FIXTURE, plugin::Kind::kLoss, "claimed");
  TemporaryFolder folder{"abi_bench"};
  plugin::CrumbWriter crumb{folder.path() / "bench.crumb"};
  plugin::Guard guard{crumb};

  Setting() {
    ctx.struct_size = sizeof ctx;
    guard.watch_thread(plugin::watch_float_mode());
    guard.watch_often(plugin::watch_locale());
    guard.watch_deep(plugin::watch_signals());
    guard.watch_deep(plugin::watch_folder());
    guard.watch_deep(plugin::watch_environment());
  }
  synface_tensor view(float* value) const {
    synface_tensor t{};
    t.data = value;
    t.dev_type = SYNFACE_DEVICE_CPU;
    t.ndim = 2;
    t.dtype = {SYNFACE_FLOAT, 32, 1};
    t.shape = shape;
    t.strides = strides;
    return t;
  }
};

void direct(benchmark::State& state, const Setting& s) {
  for (auto _ : state) benchmark::DoNotOptimize(direct_margin(&s.cos, &s.z, &s.dz));
}

void through_table(benchmark::State& state, const Setting& s) {
  const auto& table = std::get<synface_loss_table>(s.loss->tables.table);
  synface_error error{};
  error.struct_size = sizeof error;
  void* self = nullptr;
  const synface_dims dims = plugin::make_dims();
  if (table.base.create(s.host.abi(), nullptr, 0, &dims, &self, &error) != SYNFACE_OK) {
    return state.SkipWithError("create() failed");
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        table.margin(self, &s.ctx, &s.cos, &s.norm, &s.weights, &s.z, &s.dz, nullptr, &error));
  }
  table.base.destroy(self);
}

void through_wrapper(benchmark::State& state, const Setting& s, plugin::CallTrace* trace) {
  const plugin::Loss loss(s.loss, Json::object(), plugin::make_dims(), trace);
  for (auto _ : state) loss.margin(s.ctx, s.cos, s.norm, s.weights, s.z, s.dz, nullptr);
}

// Keeps the time of each benchmark beside the usual table.
class Keeper : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (!run.error_occurred) ns_[run.run_name.function_name] = run.GetAdjustedCPUTime();
    }
    ConsoleReporter::ReportRuns(runs);
  }
  void print_differences() const {
    for (const auto& [name, ns] : ns_) {
      if (name == "direct" || !ns_.contains("direct")) continue;
      std::printf("%s adds %.1f ns to a direct call (bound: 1000 ns)\n", name.c_str(),
                  ns - ns_.at("direct"));
    }
  }

 private:
  std::map<std::string, double> ns_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  Setting s;
  benchmark::RegisterBenchmark("direct", [&](auto& state) { direct(state, s); });
  benchmark::RegisterBenchmark("table", [&](auto& state) { through_table(state, s); });
  benchmark::RegisterBenchmark("wrapper", [&](auto& state) { through_wrapper(state, s, nullptr); });
  benchmark::RegisterBenchmark("wrapper_crumb",
                               [&](auto& state) { through_wrapper(state, s, &s.crumb); });
  benchmark::RegisterBenchmark("wrapper_guard",
                               [&](auto& state) { through_wrapper(state, s, &s.guard); });
  Keeper keeper;
  benchmark::RunSpecifiedBenchmarks(&keeper);
  keeper.print_differences();
  return 0;
}
