// What is asked for, and what comes out for embeddings whose cosines are known.
#include <synface/benchmark.h>
#include <synface/sdk/testing.h>

#include <map>

namespace t = synface::sdk::testing;
namespace sdk = synface::sdk;

namespace {

struct Seen {
  std::vector<synface_key> requests;
  std::map<std::string, double> figures;
};

synface_status add(void* user, const synface_request* request, synface_error*) noexcept {
  static_cast<Seen*>(user)->requests.push_back(request->key);
  return SYNFACE_OK;
}
synface_status scalar(void* user, synface_str key, double value, synface_error*) noexcept {
  static_cast<Seen*>(user)->figures[std::string(sdk::view(key))] = value;
  return SYNFACE_OK;
}

// People with 2, 1 and 3 pictures, then the embeddings of those who were asked for.
Seen evaluate(std::vector<float> embeddings) {
  Seen seen;
  t::Instance<synface_benchmark_table> benchmark(synface_plugin_entry);
  const std::vector<uint32_t> samples = {2, 1, 3};
  const synface_eval_set set{sizeof set, SYNFACE_SET_HELDOUT, 9, samples.size(), samples.data()};
  const synface_request_sink requests{sizeof requests, 0, &seen, &add};
  uint32_t views = 0;
  t::call([&](synface_error* e) {
    return benchmark->requests(benchmark.self(), &set, &requests, &views, e);
  });
  t::require(views == SYNFACE_VIEW_PLAIN, "one view");
  t::Array<float> e({1, static_cast<int64_t>(seen.requests.size()), 2}, std::move(embeddings));
  synface_result_sink results{};
  results.struct_size = sizeof results;
  results.user = &seen;
  results.scalar = &scalar;
  const synface_context ctx = t::context(SYNFACE_PHASE_EVAL);
  t::call([&](synface_error* error) {
    return benchmark->evaluate(benchmark.self(), &ctx, e, &results, error);
  });
  return seen;
}

}  // namespace

int main() {
  return t::run([] {
    // One person's pictures agree (cosine 1), the other's are opposite (-1); people: 0 and 0.
    Seen seen = evaluate({1, 0, 2, 0, 0, 1, 0, -3});
    t::require(seen.requests.size() == 4, "two pictures of each of the two people who have two");
    t::require(seen.requests[2].identity == 2 && seen.requests[3].sample == 1, "in their order");
    t::require(t::near(seen.figures["same"], 0.0, 1e-12), "same");
    t::require(t::near(seen.figures["different"], 0.0, 1e-12), "different");
    seen = evaluate({1, 0, 2, 0, -1, 0, -4, 0});
    t::require(t::near(seen.figures["separation"], 2.0, 1e-12), "separation");
  });
}
