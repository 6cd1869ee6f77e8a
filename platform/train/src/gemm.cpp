#include <ATen/ATen.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <synface/train/gemm.h>
#include <synface/train/memory.h>

#include <cstring>

namespace synface::train {
namespace {

template <typename T>
at::Tensor tensor(const Matrix<T>& m) {
  constexpr auto type = sizeof(T) == 4 ? at::kFloat : at::kDouble;
  auto* data = const_cast<std::remove_const_t<T>*>(m.data);
  at::Tensor whole = at::from_blob(data, {m.rows, m.columns}, type);
  return m.transposed ? whole.t() : whole;
}

// LibTorch's view of the caching allocator.
class TorchAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* memory = process_allocator().take(bytes);
    return {memory, memory, &give, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &give; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }

 private:
  static void give(void* memory) { process_allocator().give(memory); }
};

}  // namespace

template <typename T>
void gemm(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, double alpha,
          double beta) {
  if (c.rows == 0 || c.columns == 0) return;
  const at::InferenceMode guard;
  at::Tensor out = tensor(c);
  if (beta == 0 && alpha == 1) {
    at::mm_out(out, tensor(a), tensor(b));
  } else {
    at::addmm_out(out, out, tensor(a), tensor(b), beta, alpha);
  }
}

template void gemm(const Matrix<const float>&, const Matrix<const float>&, const Matrix<float>&,
                   double, double);
template void gemm(const Matrix<const double>&, const Matrix<const double>&, const Matrix<double>&,
                   double, double);

void install_allocator() {
  static TorchAllocator allocator;  // LibTorch keeps the pointer
  c10::SetCPUAllocator(&allocator, 255);
}

}  // namespace synface::train
