#include "drive_benchmark.h"

#include <synface/benchmark.h>

#include "drives.h"
#include "sinks.h"

namespace synface::plugin::check {
namespace {

constexpr std::uint32_t kPeople = 16, kSamples = 4;

std::string text_of(synface_str text) {
  return text.data == nullptr ? std::string()
                              : std::string(text.data, static_cast<std::size_t>(text.size));
}

synface_status refuse(synface_error* error) {
  error->code = kSinkRefuses;
  std::strcpy(error->message, kSinkMessage);
  error->where[0] = '\0';
  return kSinkRefuses;
}

}  // namespace

// The two sinks, whose user pointer is the drive.
struct BenchmarkDrive::Receivers {
  static BenchmarkDrive& of(void* user) { return *static_cast<BenchmarkDrive*>(user); }

  static synface_status add(void* user, const synface_request* request,
                            synface_error* error) noexcept {
    BenchmarkDrive& self = of(user);
    if (self.refuse_requests_) return refuse(error);
    self.keys_.push_back(request->key);
    return SYNFACE_OK;
  }
  static synface_status scalar(void* user, synface_str key, double value,
                               synface_error* error) noexcept {
    BenchmarkDrive& self = of(user);
    if (self.refuse_) return refuse(error);
    self.scalars_.push_back(text_of(key));
    self.results_ += fmt::format("{} = {}\n", text_of(key), value);
    return SYNFACE_OK;
  }
  static synface_status interval(void* user, synface_str key, double low, double high, double level,
                                 synface_error*) noexcept {
    of(user).intervals_.push_back(text_of(key));
    of(user).results_ += fmt::format("{} in {} .. {} at {}\n", text_of(key), low, high, level);
    return SYNFACE_OK;
  }
  static synface_status curve(void* user, synface_str key, const double* x, const double* y,
                              std::uint64_t n, synface_str, synface_str, synface_error*) noexcept {
    std::string& results = of(user).results_;
    results += text_of(key) + ":";
    for (std::uint64_t i = 0; i < n; ++i) results += fmt::format(" {},{}", x[i], y[i]);
    results += "\n";
    return SYNFACE_OK;
  }
  static synface_status artifact(void* user, synface_str name, synface_str, const void* bytes,
                                 std::uint64_t size, synface_error*) noexcept {
    of(user).results_ += text_of(name) + ": ";
    of(user).results_.append(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    return SYNFACE_OK;
  }
};

Outputs BenchmarkDrive::requests(const Round& round, std::uint32_t& views) {
  auto* samples = reinterpret_cast<std::uint32_t*>(
      memory().take("samples of the set", kPeople * sizeof(std::uint32_t), Role::kInput));
  std::fill(samples, samples + kPeople, kSamples);
  auto* set = reinterpret_cast<synface_eval_set*>(
      memory().take("set", sizeof(synface_eval_set), Role::kInput));
  *set = {sizeof(synface_eval_set), SYNFACE_SET_HELDOUT, scene_.seed() + 1, kPeople, samples};
  keys_.clear();
  const synface_request_sink sink = {sizeof sink, 0, this, &Receivers::add};
  call(round, "requests", [&](synface_error* error) {
    return table<synface_benchmark_table>().requests(self_, set, &sink, &views, error);
  });
  std::string asked = fmt::format("views {}\n", views);
  for (const synface_key& key : keys_) {
    asked += fmt::format("{} {} {} {}\n", key.set, key.data_seed, key.identity, key.sample);
  }
  done(round, false);
  return {{"requests", {asked}, false, false, 8, true}};
}

// Unit noise about a centre for each person: neither perfect nor by chance.
Lent BenchmarkDrive::embed(const Round& round, std::uint32_t views) {
  const std::int64_t v = views == (SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP) ? 2 : 1;
  const auto m = static_cast<std::int64_t>(keys_.size());
  Lent tensor(memory(), "embeddings", round.dtype, {v, m, dims_.embedding}, Role::kInput);
  for (std::int64_t view = 0; view < v; ++view) {
    for (std::int64_t i = 0; i < m; ++i) {
      const synface_key& key = keys_[static_cast<std::size_t>(i)];
      Random centre = random(7, key.identity);
      Random noise =
          random(8, static_cast<std::uint64_t>(view) * 1000003 + key.identity * 1009 + key.sample);
      for (std::int64_t d = 0; d < dims_.embedding; ++d) {
        tensor.set((view * m + i) * dims_.embedding + d,
                   centre.uniform(-1, 1) + noise.uniform(-1.5, 1.5));
      }
    }
  }
  return tensor;
}

Outputs BenchmarkDrive::run(const Round& round) {
  std::uint32_t views = SYNFACE_VIEW_PLAIN;
  Outputs outputs = requests(round, views);
  scalars_.clear();
  intervals_.clear();
  results_.clear();
  const Lent embeddings = embed(round, views);
  const synface_result_sink sink = {
      sizeof sink,         0, this, &Receivers::scalar, &Receivers::interval, &Receivers::curve,
      &Receivers::artifact};
  Round quiet = round;
  quiet.train = false;
  synface_context* ctx = context(quiet);
  call(round, "evaluate", [&](synface_error* error) {
    return table<synface_benchmark_table>().evaluate(self_, ctx, embeddings, &sink, error);
  });
  outputs.push_back({"results", {results_}, false, false, 8, true});
  done(round, false);
  return outputs;
}

std::unique_ptr<Drive> make_benchmark_drive(Scene& scene, const Making& making) {
  return std::make_unique<BenchmarkDrive>(scene, making);
}

}  // namespace synface::plugin::check
