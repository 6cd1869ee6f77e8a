// A generator instance; <synface/generator.h>.
#pragma once

#include <synface/plugin/instance.h>

namespace synface::plugin {

struct Block {
  std::string name, doc;
  std::uint32_t offset = 0, length = 0;
  bool per_identity = false, mixable = false;
};

class Generator : public Instance {
 public:
  // Error(kPlugin) when the plugin is of another kind. dims: height, width, identities, samples.
  Generator(PluginPtr plugin, const Json& params, const synface_dims& dims,
            CallTrace* trace = nullptr);

  // LATENT (blocks, latents, render) or else INDEX (fetch).
  bool latent() const { return table().render != nullptr; }

  // In order, without gap: checked. LATENT only, else empty.
  std::vector<Block> blocks() const;
  // L, floats in a latent row: the end of the last block.
  static std::uint32_t row_length(const std::vector<Block>& blocks);

  // How many identities there are; UINT64_MAX: as many as wanted.
  std::uint64_t identities() const;
  // Samples of the identities first .. first + n - 1; UINT64_MAX likewise.
  std::vector<std::uint64_t> samples(std::uint64_t first, std::uint64_t n) const;

  void latents(const synface_context& ctx, std::span<const synface_key> keys,
               const synface_tensor& latents) const;
  void render(const synface_context& ctx, const synface_tensor& latents,
              std::span<const synface_key> keys, const synface_tensor& images) const;
  // The encoded file of one image. INDEX only.
  std::string fetch(const synface_key& key) const;

  // Where that image lies, for errors about it; empty where the plugin does not tell.
  std::string image_name(const synface_key& key) const;

  bool has_identity_names() const { return table().identity_name != nullptr; }
  std::string identity_name(std::uint64_t identity) const;

  bool has_masks() const { return table().masks != nullptr; }
  void masks(const synface_context& ctx, const synface_tensor& latents,
             std::span<const synface_key> keys, const synface_tensor& masks) const;

 private:
  const synface_generator_table& table() const {
    return Instance::table<synface_generator_table>();
  }
};

}  // namespace synface::plugin
