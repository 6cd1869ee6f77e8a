// A mixup in a .py file. Without a method apply() it blends as the host does.
#pragma once

#include "instance.h"

namespace synface::python {

class Mixup {
 public:
  static constexpr sdk::Param parameters[] = {kFile, kClass, kArgs};
  static constexpr uint32_t state_version = 1;

  explicit Mixup(const sdk::Create& create);

  sdk::MixInfo info() const { return info_; }
  void pick(const sdk::Context& ctx, const sdk::Key* keys, uint64_t n,
            const synface_mix_set* const* sets, uint32_t n_sets, synface_mix_source* sources);
  void apply(const sdk::Context& ctx, const sdk::Tensor* const* sources, uint32_t n_sources,
             synface_mix_source* picked, uint64_t n, const sdk::Tensor& out);
  std::string save() const { return instance_.save(); }
  void load(uint32_t version, std::string_view state) const { instance_.load(version, state); }

 private:
  Instance instance_;
  sdk::MixInfo info_;
  bool applies_ = false;  // the class has apply()
};

}  // namespace synface::python
