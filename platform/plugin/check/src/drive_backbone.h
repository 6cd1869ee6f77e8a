// The drive of backbones, with what the test of gradients needs.
#pragma once

#include "drive.h"

namespace synface::plugin::check {

class BackboneDrive : public Drive {
 public:
  BackboneDrive(Scene& scene, const Making& making);
  Outputs run(const Round& round) override;
  std::uint32_t usual_rows() const override;
  std::uint32_t many_rows() const override;

  bool trainable() const { return table<synface_backbone_table>().backward != nullptr; }

  struct Result {
    Lent x, embeddings;
    void* tape = nullptr;
  };
  struct Gradient {
    Lent d_embeddings, d_x;
  };
  // `shift`: added to x, element by element; empty: nothing.
  Result compute(const Round& round, const std::vector<double>& shift = {});
  Gradient back(const Round& round, Result& result);
  void free_tape(const Round& round, void* tape);
  Bound& bound() { return bound_; }

 private:
  synface_dims dims_;
  std::int64_t length_ = 0;
  Bound bound_;
};

}  // namespace synface::plugin::check
