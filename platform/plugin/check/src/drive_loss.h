// Drives of losses, with what the test of gradients needs of each form.
#pragma once

#include "drive.h"

namespace synface::plugin::check {

// A change of one input along a direction, for finite differences.
struct Probe {
  enum Of { kNone, kMain, kNorm };  // kMain: cosines, dot products, embeddings
  Of of = kNone;
  double step = 0;
  std::vector<double> direction;
};

class LossDrive : public Drive {
 public:
  LossDrive(Scene& scene, const Making& making);
  std::uint32_t usual_rows() const override;
  std::uint32_t many_rows() const override;
  const synface_loss_info& info() const { return info_; }

  struct Labels {
    Lent labels, weights;
  };

 protected:
  Labels labels(const Round& round, synface_dtype weight_type);
  // Uniform numbers by the rows' own numbers.
  void fill(Lent& tensor, const Round& round, std::uint64_t stream, double low, double high);
  static void shift(Lent& tensor, const Probe& probe, Probe::Of of);

  synface_dims dims_;
  synface_loss_info info_{};
};

class MarginDrive : public LossDrive {
 public:
  using LossDrive::LossDrive;
  Outputs run(const Round& round) override;

  struct Result {
    Lent cos, norm, z, dz_dcos, dz_dnorm;
  };
  Result compute(const Round& round, const Probe& probe);
};

class LogitsDrive : public LossDrive {
 public:
  using LossDrive::LossDrive;
  Outputs run(const Round& round) override;

  struct Result {
    Labels rows;
    Lent dot, norm, z;
    void* tape = nullptr;
  };
  struct Gradient {
    Lent d_z, d_dot, d_norm;
  };
  Result compute(const Round& round, const Probe& probe);
  Gradient back(const Round& round, Result& result);
  void free_tape(const Round& round, void* tape);
};

class EmbeddingDrive : public LossDrive {
 public:
  EmbeddingDrive(Scene& scene, const Making& making);
  Outputs run(const Round& round) override;

  struct Result {
    Labels rows;
    Lent embeddings, value;
    void* tape = nullptr;
  };
  struct Gradient {
    Lent d_value, d_embeddings;
  };
  Result compute(const Round& round, const Probe& probe);
  Gradient back(const Round& round, Result& result);
  void free_tape(const Round& round, void* tape);
  Bound& bound() { return bound_; }

 private:
  Bound bound_;
};

}  // namespace synface::plugin::check
