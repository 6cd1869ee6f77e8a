// The drive of benchmarks, with what was given under which key.
#pragma once

#include "drive.h"

namespace synface::plugin::check {

class BenchmarkDrive : public Drive {
 public:
  BenchmarkDrive(Scene& scene, const Making& making)
      : Drive(scene, making), dims_(making.dims ? *making.dims : scene.dims()) {}
  std::uint32_t usual_rows() const override { return 1; }
  std::uint32_t many_rows() const override { return 1; }
  Outputs run(const Round& round) override;

  // Of the last run.
  const std::vector<std::string>& scalars() const { return scalars_; }
  const std::vector<std::string>& intervals() const { return intervals_; }
  // Scalars are refused from now on.
  void refuse_results() { refuse_ = true; }
  void refuse_requests() { refuse_requests_ = true; }

 private:
  struct Receivers;
  Outputs requests(const Round& round, std::uint32_t& views);
  Lent embed(const Round& round, std::uint32_t views);

  synface_dims dims_;
  std::vector<synface_key> keys_;
  std::vector<std::string> scalars_, intervals_;
  std::string results_;
  bool refuse_ = false, refuse_requests_ = false;
};

}  // namespace synface::plugin::check
