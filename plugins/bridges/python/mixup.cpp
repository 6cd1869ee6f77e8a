#include "mixup.h"

#include <synface/sdk/tensor.h>

#include <algorithm>

namespace synface::python {
namespace {

// out = sum over s of coefficient_s * source_s, in the host's order, so that the bits are its own.
void blend(const sdk::Tensor* const* sources, uint32_t n_sources, const synface_mix_source* picked,
           uint64_t n, const sdk::Tensor& out) {
  auto* mixed = sdk::data<float>(out, "out");
  const uint64_t length = n == 0 ? 0 : static_cast<uint64_t>(sdk::count(out)) / n;
  std::fill_n(mixed, n * length, 0.0F);
  for (uint64_t r = 0; r < n; ++r) {
    for (uint32_t s = 0; s < n_sources; ++s) {
      const float c = picked[r * n_sources + s].coefficient;
      const float* from = sdk::data<float>(*sources[s], "sources") + r * length;
      float* to = mixed + r * length;
      for (uint64_t i = 0; i < length; ++i) to[i] += c * from[i];
    }
  }
}

// What bridge.py reads as arrays of structs.
static_assert(sizeof(synface_key) == 24 && offsetof(synface_key, identity) == 8 &&
              offsetof(synface_key, sample) == 12 && offsetof(synface_key, set) == 16);
static_assert(sizeof(synface_mix_source) == 32 && offsetof(synface_mix_source, coefficient) == 24 &&
              offsetof(synface_mix_source, label_weight) == 28);

template <typename T>
Object array(const Interpreter& py, T* items, uint64_t n, bool writable) {
  if (n == 0) return py.none();
  return py.memory(const_cast<void*>(static_cast<const void*>(items)), n * sizeof(T), writable);
}

}  // namespace

Mixup::Mixup(const sdk::Create& create) : instance_(create, "mixup", {}) {
  const Interpreter& py = instance_.python();
  const Gil gil(py.api());
  const Object given = instance_.call("mixup_info", py.tuple({}));
  info_.stage = static_cast<uint32_t>(py.as_integer(given, 0));
  info_.sources = static_cast<uint32_t>(py.as_integer(given, 1));
  info_.sets = static_cast<uint32_t>(py.as_integer(given, 2));
  applies_ = py.as_integer(given, 3) != 0;
}

void Mixup::pick(const sdk::Context& ctx, const sdk::Key* keys, uint64_t n,
                 const synface_mix_set* const* sets, uint32_t n_sets, synface_mix_source* sources) {
  const Interpreter& py = instance_.python();
  const Gil gil(py.api());
  std::vector<Object> all;
  for (uint32_t s = 0; s < n_sets; ++s) {
    const synface_mix_set& set = *sets[s];
    Object index = py.integer(set.index), seed = py.unsigned_integer(set.data_seed),
           identities = py.unsigned_integer(set.identities),
           samples = array(py, set.samples, set.identities, false);
    all.push_back(py.tuple({&index, &seed, &identities, &samples}));
  }
  Object context = context_of(py, ctx), rows = py.unsigned_integer(n),
         own = array(py, keys, n, false), given = py.tuple(std::move(all)),
         out = array(py, sources, n * info_.sources, true);
  instance_.call("pick", py.tuple({&context, &rows, &own, &given, &out}));
}

void Mixup::apply(const sdk::Context& ctx, const sdk::Tensor* const* sources, uint32_t n_sources,
                  synface_mix_source* picked, uint64_t n, const sdk::Tensor& out) {
  if (!applies_) return blend(sources, n_sources, picked, n, out);
  const Interpreter& py = instance_.python();
  const Gil gil(py.api());
  std::vector<Object> all;
  for (uint32_t s = 0; s < n_sources; ++s) {
    all.push_back(floats(py, *sources[s], "sources", false));
  }
  Object context = context_of(py, ctx), rows = py.unsigned_integer(n),
         given = py.tuple(std::move(all)), shares = array(py, picked, n * n_sources, true),
         mixed = floats(py, out, "out", true);
  instance_.call("apply", py.tuple({&context, &rows, &given, &shares, &mixed}));
}

}  // namespace synface::python
