// A benchmark plugin as one struct; the contract is <synface/benchmark.h>.
//
//   struct Verification {
//     explicit Verification(const synface::sdk::Create& create);
//     std::vector<synface::sdk::Metric> metrics() const;
//     uint32_t requests(const synface_eval_set* set, synface::sdk::Requests& out);  // returns
//     views void evaluate(const Context&, const Tensor& embeddings, synface::sdk::Results& out);
//   };
//   SYNFACE_BENCHMARK_PLUGIN(Verification, "verification", 1, "1.0.0", "what it is")
#pragma once

#include <synface/sdk/core.h>

namespace synface::sdk {
inline namespace v0_1 {

struct Metric {
  std::string key;
  uint32_t goal = SYNFACE_GOAL_NONE;
  bool primary = false;
  std::string unit;
  std::string doc;
};

class Requests {
 public:
  explicit Requests(const synface_request_sink& sink) : sink_(sink) {}

  void image(const Key& key) { add({sizeof(synface_request), 0, key, {nullptr, 0}}); }
  void file(std::string_view path) { add({sizeof(synface_request), 0, Key{}, str(path)}); }

 private:
  void add(const synface_request& request) {
    synface_error inner = empty_error();
    check(sink_.add(sink_.user, &request, &inner), inner);
  }
  const synface_request_sink& sink_;
};

class Results {
 public:
  explicit Results(const synface_result_sink& sink) : sink_(sink) {}

  void scalar(std::string_view key, double value) {
    synface_error inner = empty_error();
    check(sink_.scalar(sink_.user, str(key), value, &inner), inner);
  }
  void interval(std::string_view key, double low, double high, double level) {
    synface_error inner = empty_error();
    check(sink_.interval(sink_.user, str(key), low, high, level, &inner), inner);
  }
  void curve(std::string_view key, const std::vector<double>& x, const std::vector<double>& y,
             std::string_view x_label, std::string_view y_label) {
    if (x.size() != y.size()) throw Error(SYNFACE_ERR_INTERNAL, "a curve needs equal lengths");
    synface_error inner = empty_error();
    check(sink_.curve(sink_.user, str(key), x.data(), y.data(), x.size(), str(x_label),
                      str(y_label), &inner),
          inner);
  }
  void artifact(std::string_view name, std::string_view media_type, std::string_view bytes) {
    synface_error inner = empty_error();
    check(
        sink_.artifact(sink_.user, str(name), str(media_type), bytes.data(), bytes.size(), &inner),
        inner);
  }

 private:
  const synface_result_sink& sink_;
};

template <typename T>
struct BenchmarkTable {
  static synface_status metrics(void* self, const synface_metric_spec* const** metrics, uint32_t* n,
                                synface_error* error) noexcept {
    return guard(error, [&] {
      auto& instance = *static_cast<Instance<T>*>(self);
      if (instance.metric_pointers.empty()) fill(instance);
      *metrics = instance.metric_pointers.data();
      *n = static_cast<uint32_t>(instance.metric_pointers.size());
    });
  }
  static synface_status requests(void* self, const synface_eval_set* set,
                                 const synface_request_sink* sink, uint32_t* views,
                                 synface_error* error) noexcept {
    return guard(error, [&] {
      Requests out(*sink);
      *views = plugin_of<T>(self).requests(set, out);
    });
  }
  static synface_status evaluate(void* self, const synface_context* ctx,
                                 const synface_tensor* embeddings,
                                 const synface_result_sink* results,
                                 synface_error* error) noexcept {
    return guard(error, [&] {
      Results out(*results);
      plugin_of<T>(self).evaluate(*ctx, *embeddings, out);
    });
  }
  static constexpr synface_benchmark_table table() noexcept {
    synface_benchmark_table t{};
    t.base = Life<T>::table(sizeof(synface_benchmark_table));
    t.metrics = &BenchmarkTable::metrics;
    t.requests = &BenchmarkTable::requests;
    t.evaluate = &BenchmarkTable::evaluate;
    return t;
  }

 private:
  static void fill(Instance<T>& instance) {
    const std::vector<Metric> metrics = instance.plugin.metrics();
    instance.texts.reserve(3 * metrics.size());
    instance.metric_records.reserve(metrics.size());
    for (const Metric& metric : metrics) {
      const std::string& key = instance.texts.emplace_back(metric.key);
      const std::string& unit = instance.texts.emplace_back(metric.unit);
      const std::string& doc = instance.texts.emplace_back(metric.doc);
      instance.metric_records.push_back({sizeof(synface_metric_spec), metric.goal,
                                         metric.primary ? 1U : 0U, 0, str(std::string_view(key)),
                                         str(std::string_view(unit)), str(std::string_view(doc))});
    }
    for (const auto& record : instance.metric_records) instance.metric_pointers.push_back(&record);
  }
};
template <typename T>
constexpr synface_benchmark_table kBenchmarkTable = BenchmarkTable<T>::table();

}  // namespace v0_1
}  // namespace synface::sdk

#define SYNFACE_BENCHMARK_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)                                 \
  SYNFACE_SDK_ONE_PLUGIN("benchmark", SYNFACE_KIND_BENCHMARK, synface::sdk::kBenchmarkTable, TYPE, \
                         ID, REVISION, VERSION, DOC)
