// A backbone plugin as one struct; the contract is <synface/backbone.h>.
//
//   struct FastNet {
//     struct Tape { ... };                                  // when it can be trained
//     explicit FastNet(const synface::sdk::Create& create);
//     std::vector<synface::sdk::Weight> weights() const;    // with parameters: these three
//     void init(const Context&, const Tensor* const* values, uint32_t n);
//     void bind(const Tensor* const* values, const Tensor* const* gradients, uint32_t n);
//     std::unique_ptr<Tape> forward(const Context&, const Tensor& x, const Tensor& embeddings,
//                                   bool keep_tape);        // void when it has no backward()
//     void backward(const Context&, Tape&, const Tensor& d_embeddings, const Tensor* d_x,
//                   bool accumulate);                       // absent: frozen
//     void calibrate(const Context&, const Tensor& x, uint64_t call, uint64_t n_calls);  //
//     optional int64_t embedding() const;                            // optional: settles D by
//     itself
//   };
//   SYNFACE_BACKBONE_PLUGIN(FastNet, "fastnet", 1, "1.0.0", "what it is, with its source")
#pragma once

#include <synface/sdk/core.h>

namespace synface::sdk {
inline namespace v0_1 {

SYNFACE_SDK_CAPABILITY(backward)
SYNFACE_SDK_CAPABILITY(calibrate)
SYNFACE_SDK_CAPABILITY(embedding)

template <typename T>
struct BackboneTable {
  static synface_status forward(void* self, const synface_context* ctx, const synface_tensor* x,
                                const synface_tensor* embeddings, void** tape,
                                synface_error* error) noexcept {
    return guard(error, [&] {
      if constexpr (has_backward<T>::value) {
        auto kept = plugin_of<T>(self).forward(*ctx, *x, *embeddings, tape != nullptr);
        if (tape != nullptr) *tape = kept.release();
      } else {
        if (tape != nullptr) *tape = nullptr;
        plugin_of<T>(self).forward(*ctx, *x, *embeddings);
      }
    });
  }
  static synface_status backward(void* self, const synface_context* ctx, void* tape,
                                 const synface_tensor* d_embeddings, const synface_tensor* d_x,
                                 uint32_t accumulate, synface_error* error) noexcept {
    return guard(error, [&] {
      plugin_of<T>(self).backward(*ctx, *static_cast<typename T::Tape*>(tape), *d_embeddings, d_x,
                                  accumulate != 0);
    });
  }
  static void tape_free(void*, void* tape) noexcept {
    if constexpr (has_backward<T>::value) delete static_cast<typename T::Tape*>(tape);
    static_cast<void>(tape);
  }
  static synface_status calibrate(void* self, const synface_context* ctx, const synface_tensor* x,
                                  uint64_t call, uint64_t n_calls, synface_error* error) noexcept {
    return guard(error, [&] { plugin_of<T>(self).calibrate(*ctx, *x, call, n_calls); });
  }
  static synface_status embedding(void* self, int64_t* length, synface_error* error) noexcept {
    return guard(error, [&] { *length = plugin_of<T>(self).embedding(); });
  }

  static constexpr synface_backbone_table table() noexcept {
    synface_backbone_table t{};
    t.base = Life<T>::table(sizeof(synface_backbone_table));
    if constexpr (has_weights<T>::value) t.parameters = &kParametersTable<T>;
    t.forward = &BackboneTable::forward;
    if constexpr (has_backward<T>::value) {
      t.backward = &BackboneTable::backward;
      t.tape_free = &BackboneTable::tape_free;
    }
    if constexpr (has_calibrate<T>::value) t.calibrate = &BackboneTable::calibrate;
    if constexpr (has_embedding<T>::value) t.embedding = &BackboneTable::embedding;
    return t;
  }
};
template <typename T>
constexpr synface_backbone_table kBackboneTable = BackboneTable<T>::table();

}  // namespace v0_1
}  // namespace synface::sdk

#define SYNFACE_BACKBONE_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)                               \
  SYNFACE_SDK_ONE_PLUGIN("backbone", SYNFACE_KIND_BACKBONE, synface::sdk::kBackboneTable, TYPE, \
                         ID, REVISION, VERSION, DOC)
