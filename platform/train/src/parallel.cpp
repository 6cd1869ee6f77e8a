#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <synface/train/parallel.h>

#include <algorithm>
#include <exception>
#include <vector>

namespace synface::train {

void set_threads(int threads) {
  at::set_num_threads(threads);
  // LibTorch takes this one once and never again.
  if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
}

int torch_threads() noexcept {
  return at::get_num_threads();
}
void set_torch_threads(int threads) noexcept {
  at::set_num_threads(threads);
}

namespace {

// LibTorch's own copy of the OpenMP library, whatever its name is: the one that is loaded.
template <typename Function>
Function openmp(const char* name) noexcept {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

int openmp_threads() noexcept {
  static const auto get = openmp<int (*)()>("omp_get_max_threads");
  return get == nullptr ? 1 : get();
}
void set_openmp_threads(int threads) noexcept {
  static const auto set = openmp<void (*)(int)>("omp_set_num_threads");
  if (set != nullptr) set(threads);
}

void parallel(int threads, std::int64_t n, std::int64_t grain,
              const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (n <= 0) return;
  const std::int64_t most = std::max<std::int64_t>(1, n / std::max<std::int64_t>(1, grain));
  const std::int64_t ranges = std::min<std::int64_t>(std::max(1, threads), most);
  if (ranges == 1) {
    body(0, n);
    return;
  }
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(ranges));
  at::parallel_for(0, ranges, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t r = first; r < last; ++r) {
      try {
        body(n * r / ranges, n * (r + 1) / ranges);
      } catch (...) {
        errors[static_cast<std::size_t>(r)] = std::current_exception();
      }
    }
  });
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace synface::train
