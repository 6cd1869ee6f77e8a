// A benchmark instance; <synface/benchmark.h>.
#pragma once

#include <synface/benchmark.h>
#include <synface/plugin/instance.h>

namespace synface::plugin {

enum class Goal { kNone = 0, kMaximise = 1, kMinimise = 2 };

struct MetricSpec {
  std::string key, unit, doc;
  Goal goal = Goal::kNone;
  bool primary = false;
};

// A wanted image: a file when `file` is not empty, else by key (key.set = SYNFACE_SET_*).
struct Request {
  synface_key key{};
  std::string file;
};

struct Requests {
  std::vector<Request> list;
  std::uint32_t views = SYNFACE_VIEW_PLAIN;  // SYNFACE_VIEW_*, or-ed

  int view_count() const;  // 1 or 2
};

// Who receives results. May throw; the exception comes out of evaluate().
class Results {
 public:
  virtual ~Results() = default;
  virtual void scalar(std::string_view key, double value) = 0;
  virtual void interval(std::string_view key, double low, double high, double level) = 0;
  virtual void curve(std::string_view key, std::span<const double> x, std::span<const double> y,
                     std::string_view x_label, std::string_view y_label) = 0;
  virtual void artifact(std::string_view name, std::string_view media_type,
                        std::string_view bytes) = 0;
};

class Benchmark : public Instance {
 public:
  // Error(kPlugin) when the plugin is of another kind. dims: embedding, height, width.
  Benchmark(PluginPtr plugin, const Json& params, const synface_dims& dims,
            CallTrace* trace = nullptr);

  // Keys are checked: [a-z0-9_.]+, each once.
  std::vector<MetricSpec> metrics() const;

  // `set` may be NULL.
  Requests requests(const synface_eval_set* set) const;

  // embeddings [V, M, D] float32.
  void evaluate(const synface_context& ctx, const synface_tensor& embeddings,
                Results& results) const;

 private:
  const synface_benchmark_table& table() const {
    return Instance::table<synface_benchmark_table>();
  }
};

}  // namespace synface::plugin
