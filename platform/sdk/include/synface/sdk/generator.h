// A generator plugin as one struct; the contract is <synface/generator.h>.
//
//   struct Morphable {                                       // LATENT
//     explicit Morphable(const synface::sdk::Create& create);
//     std::vector<synface::sdk::Block> blocks() const;
//     void latents(const Context&, const Key* keys, uint64_t n, const Tensor& latents);
//     void render(const Context&, const Tensor& latents, const Key* keys, const Tensor& images);
//     void masks(const Context&, const Tensor& latents, const Key* keys, const Tensor& masks); //
//     opt.
//   };
//   struct Folder {                                          // INDEX
//     std::string fetch(const Key& key);                     // the bytes of the encoded file
//     std::string image_name(const Key& key);                // where it lies, for errors; optional
//   };
//   both, optional: uint64_t identities() const; uint64_t samples(uint64_t identity) const
//   (absent: without bound); std::string identity_name(uint64_t identity) const
//   SYNFACE_GENERATOR_PLUGIN(Morphable, "morphable", 1, "1.0.0", "what it is, with its source")
#pragma once

#include <synface/sdk/core.h>

namespace synface::sdk {
inline namespace v0_1 {

struct Block {
  std::string name;
  uint32_t length = 0;
  bool per_identity = false;
  bool mixable = false;
  std::string doc;
};

SYNFACE_SDK_CAPABILITY(blocks)
SYNFACE_SDK_CAPABILITY(fetch)
SYNFACE_SDK_CAPABILITY(identities)
SYNFACE_SDK_CAPABILITY(samples)
SYNFACE_SDK_CAPABILITY(identity_name)
SYNFACE_SDK_CAPABILITY(masks)
SYNFACE_SDK_CAPABILITY(image_name)

template <typename T>
struct GeneratorTable {
  static_assert(has_blocks<T>::value != has_fetch<T>::value,
                "a generator has either blocks(), latents(), render() or fetch()");

  static synface_status blocks(void* self, const synface_block* const** blocks, uint32_t* n,
                               synface_error* error) noexcept {
    return guard(error, [&] {
      auto& instance = *static_cast<Instance<T>*>(self);
      if (instance.block_pointers.empty()) fill(instance);
      *blocks = instance.block_pointers.data();
      *n = static_cast<uint32_t>(instance.block_pointers.size());
    });
  }
  static synface_status extent(void* self, uint64_t* identities, uint64_t first, uint64_t n,
                               uint64_t* samples, synface_error* error) noexcept {
    return guard(error, [&] {
      *identities = UINT64_MAX;
      if constexpr (has_identities<T>::value) *identities = plugin_of<T>(self).identities();
      for (uint64_t i = 0; i < n; ++i) {
        samples[i] = UINT64_MAX;
        if constexpr (has_samples<T>::value) samples[i] = plugin_of<T>(self).samples(first + i);
      }
      static_cast<void>(first);
    });
  }
  static synface_status latents(void* self, const synface_context* ctx, const synface_key* keys,
                                uint64_t n, const synface_tensor* latents,
                                synface_error* error) noexcept {
    return guard(error, [&] { plugin_of<T>(self).latents(*ctx, keys, n, *latents); });
  }
  static synface_status render(void* self, const synface_context* ctx,
                               const synface_tensor* latents, const synface_key* keys,
                               const synface_tensor* images, synface_error* error) noexcept {
    return guard(error, [&] { plugin_of<T>(self).render(*ctx, *latents, keys, *images); });
  }
  static synface_status fetch(void* self, const synface_key* key, const synface_sink* encoded,
                              synface_error* error) noexcept {
    return guard(error, [&] { send(encoded, plugin_of<T>(self).fetch(*key)); });
  }
  static synface_status identity_name(void* self, uint64_t identity, const synface_sink* name,
                                      synface_error* error) noexcept {
    return guard(error, [&] { send(name, plugin_of<T>(self).identity_name(identity)); });
  }
  static synface_status masks(void* self, const synface_context* ctx, const synface_tensor* latents,
                              const synface_key* keys, const synface_tensor* masks,
                              synface_error* error) noexcept {
    return guard(error, [&] { plugin_of<T>(self).masks(*ctx, *latents, keys, *masks); });
  }

  static synface_status image_name(void* self, const synface_key* key, const synface_sink* name,
                                   synface_error* error) noexcept {
    return guard(error, [&] { send(name, plugin_of<T>(self).image_name(*key)); });
  }

  static constexpr synface_generator_table table() noexcept {
    synface_generator_table t{};
    t.base = Life<T>::table(sizeof(synface_generator_table));
    t.extent = &GeneratorTable::extent;
    if constexpr (has_blocks<T>::value) {
      t.blocks = &GeneratorTable::blocks;
      t.latents = &GeneratorTable::latents;
      t.render = &GeneratorTable::render;
    } else {
      t.fetch = &GeneratorTable::fetch;
    }
    if constexpr (has_identity_name<T>::value) t.identity_name = &GeneratorTable::identity_name;
    if constexpr (has_masks<T>::value) t.masks = &GeneratorTable::masks;
    if constexpr (has_image_name<T>::value) t.image_name = &GeneratorTable::image_name;
    return t;
  }

 private:
  static void send(const synface_sink* sink, const std::string& bytes) {
    synface_error inner = empty_error();
    check(sink->write(sink->user, bytes.data(), bytes.size(), &inner), inner);
  }
  static void fill(Instance<T>& instance) {
    const std::vector<Block> blocks = instance.plugin.blocks();
    instance.texts.reserve(2 * blocks.size());
    instance.block_records.reserve(blocks.size());
    uint32_t offset = 0;
    for (const Block& block : blocks) {
      const std::string& name = instance.texts.emplace_back(block.name);
      const std::string& doc = instance.texts.emplace_back(block.doc);
      const uint64_t flags = (block.per_identity ? SYNFACE_BLOCK_PER_IDENTITY : 0) |
                             (block.mixable ? SYNFACE_BLOCK_MIXABLE : 0);
      instance.block_records.push_back({sizeof(synface_block), offset, block.length, 0, flags,
                                        str(std::string_view(name)), str(std::string_view(doc))});
      offset += block.length;
    }
    for (const auto& record : instance.block_records) instance.block_pointers.push_back(&record);
  }
};
template <typename T>
constexpr synface_generator_table kGeneratorTable = GeneratorTable<T>::table();

}  // namespace v0_1
}  // namespace synface::sdk

#define SYNFACE_GENERATOR_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)                                 \
  SYNFACE_SDK_ONE_PLUGIN("generator", SYNFACE_KIND_GENERATOR, synface::sdk::kGeneratorTable, TYPE, \
                         ID, REVISION, VERSION, DOC)
