#include "synface/plugin/generator.h"

#include "abi_copy.h"
#include "sink.h"

namespace synface::plugin {

Generator::Generator(PluginPtr plugin, const Json& params, const synface_dims& dims,
                     CallTrace* trace)
    : Instance(of_kind(std::move(plugin), Kind::kGenerator), params, dims, trace) {}

std::vector<Block> Generator::blocks() const {
  std::vector<Block> blocks;
  if (!latent()) return blocks;
  const synface_block* const* list = nullptr;
  std::uint32_t n = 0;
  invoke("blocks", 0, table().blocks, self_, &list, &n);
  if (n == 0 || n > 4096 || list == nullptr) broken(fmt::format("blocks() gave {} blocks", n));
  try {
    std::uint64_t end = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      const auto from = copy_table(list[i], offsetof(synface_block, doc), "a block");
      check_flags(from.flags, SYNFACE_BLOCK_PER_IDENTITY | SYNFACE_BLOCK_MIXABLE, "a block");
      if (from.offset != end || from.length == 0) {
        fail(ExitCode::kPlugin, "block {} covers {} + {}, must begin at {}", i, from.offset,
             from.length, end);
      }
      end += from.length;
      if (end > (1U << 24U)) fail(ExitCode::kPlugin, "a latent row is longer than 2^24");
      blocks.push_back({copy_text(from.name, "a block's name"),
                        copy_text(from.doc, "a block's doc"), from.offset, from.length,
                        (from.flags & SYNFACE_BLOCK_PER_IDENTITY) != 0,
                        (from.flags & SYNFACE_BLOCK_MIXABLE) != 0});
    }
  } catch (const Error& e) {
    broken(e.what());
  }
  return blocks;
}

std::uint32_t Generator::row_length(const std::vector<Block>& blocks) {
  return blocks.empty() ? 0 : blocks.back().offset + blocks.back().length;
}

std::uint64_t Generator::identities() const {
  std::uint64_t identities = 0;
  invoke("extent", 0, table().extent, self_, &identities, 0, 0, nullptr);
  return identities;
}

std::vector<std::uint64_t> Generator::samples(std::uint64_t first, std::uint64_t n) const {
  std::vector<std::uint64_t> samples(static_cast<std::size_t>(n));
  std::uint64_t identities = 0;
  invoke("extent", 0, table().extent, self_, &identities, first, n, samples.data());
  return samples;
}

void Generator::latents(const synface_context& ctx, std::span<const synface_key> keys,
                        const synface_tensor& latents) const {
  if (!latent()) broken("latents() of a generator that has none");
  invoke("latents", ctx.step, table().latents, self_, &ctx, keys.data(), keys.size(), &latents);
}

void Generator::render(const synface_context& ctx, const synface_tensor& latents,
                       std::span<const synface_key> keys, const synface_tensor& images) const {
  if (!latent()) broken("render() of a generator that has none");
  invoke("render", ctx.step, table().render, self_, &ctx, &latents, keys.data(), &images);
}

std::string Generator::fetch(const synface_key& key) const {
  if (latent()) broken("fetch() of a generator that has none");
  std::string bytes;
  const synface_sink sink = string_sink(bytes);
  invoke("fetch", 0, table().fetch, self_, &key, &sink);
  return bytes;
}

std::string Generator::image_name(const synface_key& key) const {
  std::string name;
  if (table().image_name == nullptr) return name;
  const synface_sink sink = string_sink(name);
  invoke("image_name", 0, table().image_name, self_, &key, &sink);
  return name;
}

std::string Generator::identity_name(std::uint64_t identity) const {
  if (!has_identity_names()) broken("identity_name() of a generator that has none");
  std::string name;
  const synface_sink sink = string_sink(name);
  invoke("identity_name", 0, table().identity_name, self_, identity, &sink);
  return name;
}

void Generator::masks(const synface_context& ctx, const synface_tensor& latents,
                      std::span<const synface_key> keys, const synface_tensor& masks) const {
  if (!has_masks()) broken("masks() of a generator that has none");
  invoke("masks", ctx.step, table().masks, self_, &ctx, &latents, keys.data(), &masks);
}

}  // namespace synface::plugin
