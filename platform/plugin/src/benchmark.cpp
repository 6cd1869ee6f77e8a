#include "synface/plugin/benchmark.h"

#include <cstring>
#include <exception>
#include <set>

#include "abi_copy.h"
#include "ids.h"

namespace synface::plugin {
namespace {

// What a callback of the host runs into is kept and thrown after the plugin has returned: nothing
// unwinds through the plugin.
struct Guarded {
  std::exception_ptr failure;

  template <typename Body>
  synface_status run(synface_error* error, Body&& body) noexcept {
    try {
      body();
      return SYNFACE_OK;
    } catch (...) {
      if (!failure) failure = std::current_exception();
      if (error != nullptr) {
        error->code = SYNFACE_ERR_INTERNAL;
        std::strcpy(error->message, "the host could not take this result");
      }
      return SYNFACE_ERR_INTERNAL;
    }
  }
  void rethrow() const {
    if (failure) std::rethrow_exception(failure);
  }
};

struct RequestReceiver : Guarded {
  std::vector<Request> list;

  static synface_status add(void* user, const synface_request* request,
                            synface_error* error) noexcept {
    auto& self = *static_cast<RequestReceiver*>(user);
    return self.run(error, [&] {
      const auto from = copy_table(request, sizeof(synface_request), "a request");
      Request copy{from.key, copy_text(from.file, "a request's file")};
      if (copy.file.empty() && from.key.set > SYNFACE_SET_REAL) {
        fail(ExitCode::kPlugin, "a request names the unknown set {}", from.key.set);
      }
      self.list.push_back(std::move(copy));
    });
  }
};

struct ResultReceiver : Guarded {
  Results* results = nullptr;

  static ResultReceiver& of(void* user) { return *static_cast<ResultReceiver*>(user); }
  static std::string key_of(synface_str text) {
    std::string key = copy_text(text, "a result's key");
    if (!is_metric_key(key)) {
      fail(ExitCode::kPlugin, "the result key '{}' is not [a-z0-9_.]+", key);
    }
    return key;
  }

  static synface_status scalar(void* user, synface_str key, double value,
                               synface_error* error) noexcept {
    return of(user).run(error, [&] { of(user).results->scalar(key_of(key), value); });
  }
  static synface_status interval(void* user, synface_str key, double low, double high, double level,
                                 synface_error* error) noexcept {
    return of(user).run(error, [&] { of(user).results->interval(key_of(key), low, high, level); });
  }
  static synface_status curve(void* user, synface_str key, const double* x, const double* y,
                              std::uint64_t n, synface_str x_label, synface_str y_label,
                              synface_error* error) noexcept {
    return of(user).run(error, [&] {
      if (n > 0 && (x == nullptr || y == nullptr)) fail(ExitCode::kPlugin, "a curve is NULL");
      const auto count = static_cast<std::size_t>(n);
      of(user).results->curve(key_of(key), {x, count}, {y, count}, copy_text(x_label, "a label"),
                              copy_text(y_label, "a label"));
    });
  }
  static synface_status artifact(void* user, synface_str name, synface_str media_type,
                                 const void* bytes, std::uint64_t size,
                                 synface_error* error) noexcept {
    return of(user).run(error, [&] {
      const std::string file = copy_text(name, "an artifact's name");
      if (file.empty() || file.front() == '.' || file.find('/') != std::string::npos) {
        fail(ExitCode::kPlugin, "an artifact's name '{}' is no plain file name", file);
      }
      if (size > 0 && bytes == nullptr) fail(ExitCode::kPlugin, "an artifact is NULL");
      of(user).results->artifact(file, copy_text(media_type, "an artifact's media type"),
                                 size == 0 ? std::string_view()
                                           : std::string_view(static_cast<const char*>(bytes),
                                                              static_cast<std::size_t>(size)));
    });
  }
};

MetricSpec copy_metric(const synface_metric_spec* given) {
  const auto from = copy_table(given, sizeof(synface_metric_spec), "a metric");
  MetricSpec metric{copy_text(from.key, "a metric's key"), copy_text(from.unit, "a metric's unit"),
                    copy_text(from.doc, "a metric's doc"), static_cast<Goal>(from.goal),
                    from.primary != 0};
  if (!is_metric_key(metric.key)) {
    fail(ExitCode::kPlugin, "the metric key '{}' is not [a-z0-9_.]+", metric.key);
  }
  if (from.goal > SYNFACE_GOAL_MINIMISE) {
    fail(ExitCode::kPlugin, "metric '{}' has the unknown goal {}", metric.key, from.goal);
  }
  return metric;
}

}  // namespace

int Requests::view_count() const {
  return ((views & SYNFACE_VIEW_PLAIN) != 0 ? 1 : 0) + ((views & SYNFACE_VIEW_FLIP) != 0 ? 1 : 0);
}

Benchmark::Benchmark(PluginPtr plugin, const Json& params, const synface_dims& dims,
                     CallTrace* trace)
    : Instance(of_kind(std::move(plugin), Kind::kBenchmark), params, dims, trace) {}

std::vector<MetricSpec> Benchmark::metrics() const {
  const synface_metric_spec* const* list = nullptr;
  std::uint32_t n = 0;
  invoke("metrics", 0, table().metrics, self_, &list, &n);
  if (n > 65536 || (n > 0 && list == nullptr)) {
    broken(fmt::format("metrics() gave {} metrics", n));
  }
  std::vector<MetricSpec> metrics;
  std::set<std::string> keys;
  try {
    for (std::uint32_t i = 0; i < n; ++i) {
      metrics.push_back(copy_metric(list[i]));
      if (!keys.insert(metrics.back().key).second) {
        fail(ExitCode::kPlugin, "two metrics are called '{}'", metrics.back().key);
      }
    }
  } catch (const Error& e) {
    broken(e.what());
  }
  return metrics;
}

Requests Benchmark::requests(const synface_eval_set* set) const {
  RequestReceiver receiver;
  const synface_request_sink sink = {sizeof sink, 0, &receiver, &RequestReceiver::add};
  Requests requests;
  requests.views = 0;
  try {
    invoke("requests", 0, table().requests, self_, set, &sink, &requests.views);
  } catch (const CallError&) {
    receiver.rethrow();  // the cause, when it was ours
    throw;
  }
  receiver.rethrow();
  constexpr std::uint32_t kKnown = SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP;
  if (requests.views == 0 || (requests.views & ~kKnown) != 0) {
    broken(fmt::format("requests() asked for the views {}", requests.views));
  }
  requests.list = std::move(receiver.list);
  return requests;
}

void Benchmark::evaluate(const synface_context& ctx, const synface_tensor& embeddings,
                         Results& results) const {
  ResultReceiver receiver;
  receiver.results = &results;
  const synface_result_sink sink = {sizeof sink,
                                    0,
                                    &receiver,
                                    &ResultReceiver::scalar,
                                    &ResultReceiver::interval,
                                    &ResultReceiver::curve,
                                    &ResultReceiver::artifact};
  try {
    invoke("evaluate", ctx.step, table().evaluate, self_, &ctx, &embeddings, &sink);
  } catch (const CallError&) {
    receiver.rethrow();
    throw;
  }
  receiver.rethrow();
}

}  // namespace synface::plugin
