// A picture depends on its key alone: whatever else is in the batch, and in whichever order.
#include <synface/generator.h>
#include <synface/sdk/testing.h>

#include <algorithm>

namespace t = synface::sdk::testing;

namespace {

constexpr int64_t kSide = 16;

std::vector<uint8_t> pictures(const std::vector<synface_key>& keys, double light) {
  synface_dims dims{};
  dims.height = dims.width = kSide;
  dims.identities = 4, dims.samples = 3, dims.max_batch = 8;
  t::Instance<synface_generator_table> generator(synface_plugin_entry, {{"light", light}}, dims);
  const synface_block* const* blocks = nullptr;
  uint32_t n_blocks = 0;
  t::call(
      [&](synface_error* e) { return generator->blocks(generator.self(), &blocks, &n_blocks, e); });
  const int64_t length = blocks[n_blocks - 1]->offset + blocks[n_blocks - 1]->length;
  const auto n = static_cast<int64_t>(keys.size());
  t::Array<float> latents({n, length});
  t::Array<uint8_t> images({n, kSide, kSide, 3});
  const synface_context ctx = t::context(SYNFACE_PHASE_EVAL);
  t::call([&](synface_error* e) {
    return generator->latents(generator.self(), &ctx, keys.data(), keys.size(), latents, e);
  });
  t::call([&](synface_error* e) {
    return generator->render(generator.self(), &ctx, latents, keys.data(), images, e);
  });
  return images.values();
}

void a_picture_depends_on_its_key_alone() {
  const synface_key a{5, 0, 0, 0, 0}, b{5, 3, 2, 0, 0};
  const auto alone = pictures({b}, 0.3), second = pictures({a, b}, 0.3);
  t::require(std::equal(alone.begin(), alone.end(), second.begin() + kSide * kSide * 3),
             "the second row of a batch equals the picture alone");
}

void people_differ_and_samples_differ_by_light_alone() {
  const synface_key first{5, 1, 0, 0, 0}, second{5, 1, 1, 0, 0}, other{5, 2, 0, 0, 0};
  t::require(pictures({first}, 0.0) == pictures({second}, 0.0), "without light samples are equal");
  t::require(pictures({first}, 0.5) != pictures({second}, 0.5), "with light they differ");
  t::require(pictures({first}, 0.0) != pictures({other}, 0.0), "people differ");
}

}  // namespace

int main() {
  return t::run([] {
    a_picture_depends_on_its_key_alone();
    people_differ_and_samples_differ_by_light_alone();
  });
}
