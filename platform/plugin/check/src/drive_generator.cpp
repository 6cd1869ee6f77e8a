// Generators of both sorts.
#include <algorithm>

#include "drives.h"
#include "sinks.h"

namespace synface::plugin::check {
namespace {

constexpr std::uint32_t kUsual = 8, kMany = 256;

class GeneratorDrive : public Drive {
 public:
  GeneratorDrive(Scene& scene, const Making& making)
      : Drive(scene, making), dims_(making.dims ? *making.dims : scene.dims()) {
    if (table<synface_generator_table>().blocks != nullptr) {
      row_length_ = row_length();
    } else {
      read_extent();
    }
  }
  std::uint32_t usual_rows() const override { return kUsual; }
  std::uint32_t many_rows() const override { return kMany; }

  Outputs run(const Round& round) override { return row_length_ > 0 ? draw(round) : fetch(round); }

 private:
  std::int64_t row_length() {
    const synface_block* const* blocks = nullptr;
    std::uint32_t n = 0;
    must("blocks", [&](synface_error* error) {
      return table<synface_generator_table>().blocks(self_, &blocks, &n, error);
    });
    if (n == 0) failed("at least one block", "blocks() gave none");
    return blocks[n - 1]->offset + blocks[n - 1]->length;
  }

  void read_extent() {
    const auto extent = table<synface_generator_table>().extent;
    must("extent",
         [&](synface_error* error) { return extent(self_, &identities_, 0, 0, nullptr, error); });
    constexpr std::uint64_t kMost = 50;
    const std::uint64_t n = std::min(identities_, kMost);
    samples_.resize(n);
    if (n == 0) skipped("it has no identities");
    must("extent", [&](synface_error* error) {
      return extent(self_, &identities_, 0, n, samples_.data(), error);
    });
  }

  // Half of the rows share an identity with another one.
  synface_key key(std::uint32_t row) {
    Random r = random(5, row / 2);
    synface_key key{};
    key.data_seed = scene_.seed() + 1;
    key.identity = static_cast<std::uint32_t>(r.below(samples_.empty() ? 40 : samples_.size()));
    const std::uint64_t samples = samples_.empty() ? 6 : samples_[key.identity];
    key.sample =
        static_cast<std::uint32_t>((row % 2 + r.below(5)) % std::max<std::uint64_t>(samples, 1));
    return key;
  }

  synface_key* lend_keys(const Round& round) {
    const std::size_t n = round.rows.size();
    auto* keys = reinterpret_cast<synface_key*>(
        memory().take("keys", std::max<std::size_t>(n, 1) * sizeof(synface_key), Role::kInput));
    for (std::size_t r = 0; r < n; ++r) keys[r] = key(round.rows[r]);
    return keys;
  }

  Outputs draw(const Round& round) {
    const auto n = static_cast<std::int64_t>(round.rows.size());
    const auto& t = table<synface_generator_table>();
    const synface_key* keys = lend_keys(round);
    Outputs outputs;
    std::vector<std::byte> rows;
    {
      const Lent latents(memory(), "latents", round.dtype, {n, row_length_}, Role::kOutput);
      synface_context* ctx = context(round);
      call(round, "latents", [&](synface_error* error) {
        return t.latents(self_, ctx, keys, static_cast<std::uint64_t>(n), latents, error);
      });
      outputs.push_back(
          {"latents", latents.rows(round.rows.size()), true, true, round.dtype.bits, true});
      if (latents.bytes() > 0) rows.assign(latents.data(), latents.data() + latents.bytes());
      done(round, false);
    }
    keys = lend_keys(round);
    const Lent latents(memory(), "latents", round.dtype, {n, row_length_}, Role::kInput);
    if (!rows.empty()) std::memcpy(latents.data(), rows.data(), rows.size());
    const Lent images(memory(), "images", kU8, {n, dims_.height, dims_.width, 3}, Role::kOutput);
    synface_context* ctx = context(round);
    call(round, "render",
         [&](synface_error* error) { return t.render(self_, ctx, latents, keys, images, error); });
    outputs.push_back({"images", images.rows(round.rows.size()), true, false, 8, true});
    done(round, false);
    return outputs;
  }

  Outputs fetch(const Round& round) {
    Output files{"files", {}, true, false, 8, true};
    for (const std::uint32_t row : round.rows) {
      auto* one =
          reinterpret_cast<synface_key*>(memory().take("key", sizeof(synface_key), Role::kInput));
      *one = key(row);
      std::string bytes;
      TextSink sink(bytes);
      call(round, "fetch", [&](synface_error* error) {
        return table<synface_generator_table>().fetch(self_, one, sink.abi(), error);
      });
      files.rows.push_back(std::move(bytes));
      done(round, false);
    }
    return {std::move(files)};
  }

  synface_dims dims_;
  std::int64_t row_length_ = 0;
  std::uint64_t identities_ = 0;
  std::vector<std::uint64_t> samples_;
};

}  // namespace

std::unique_ptr<Drive> make_generator_drive(Scene& scene, const Making& making) {
  return std::make_unique<GeneratorDrive>(scene, making);
}

}  // namespace synface::plugin::check
