// What every mixup must keep: the row's own image first, shares that sum to 1, the same draw again
// for the same call.
#include <synface/mixup.h>
#include <synface/sdk/testing.h>

namespace t = synface::sdk::testing;

namespace {

constexpr uint64_t kRows = 64;

std::vector<synface_mix_source> picked(double lowest, uint64_t counter) {
  t::Instance<synface_mixup_table> mixup(synface_plugin_entry, {{"lowest", lowest}});
  std::vector<synface_key> keys(kRows);
  for (uint32_t r = 0; r < kRows; ++r) keys[r] = {7, r / 4, r % 4, 0, 0};
  const std::vector<uint32_t> samples(kRows / 4, 4);
  const synface_mix_set set{sizeof set, 0, 7, samples.size(), samples.data()};
  const synface_mix_set* sets[] = {&set};
  std::vector<synface_mix_source> sources(2 * kRows);
  synface_context ctx = t::context();
  ctx.counter = counter;
  t::call([&](synface_error* error) {
    return mixup->pick(mixup.self(), &ctx, keys.data(), kRows, sets, 1, sources.data(), error);
  });
  return sources;
}

void rows_begin_with_themselves_and_sum_to_one() {
  const auto sources = picked(0.5, 3);
  for (uint32_t r = 0; r < kRows; ++r) {
    const synface_mix_source& own = sources[2 * r];
    const synface_mix_source& other = sources[2 * r + 1];
    t::require(own.key.identity == r / 4 && own.key.sample == r % 4, "source 0 is the row's own");
    t::require(own.coefficient >= 0.5F && own.coefficient <= 1.0F, "the share is in range");
    t::require(t::near(own.coefficient + other.coefficient, 1.0, 1e-6), "shares sum to 1");
    t::require(own.label_weight == own.coefficient, "labels are mixed as the images are");
    t::require(other.key.identity < kRows / 4, "the partner is in the batch");
  }
}

void the_call_alone_decides() {
  const auto same = [](const synface_mix_source& a, const synface_mix_source& b) {
    return a.coefficient == b.coefficient && a.key.identity == b.key.identity &&
           a.key.sample == b.key.sample;
  };
  const auto first = picked(0.5, 3), again = picked(0.5, 3), other = picked(0.5, 4);
  bool equal = true, differs = false;
  for (std::size_t i = 0; i < first.size(); ++i) {
    equal = equal && same(first[i], again[i]);
    differs = differs || !same(first[i], other[i]);
  }
  t::require(equal, "the same call draws the same");
  t::require(differs, "another call draws something else");
}

}  // namespace

int main() {
  return t::run([] {
    rows_begin_with_themselves_and_sum_to_one();
    the_call_alone_decides();
  });
}
