// The host's threads: LibTorch's pool, so that one number bounds all of them.
#pragma once

#include <cstdint>
#include <functional>

namespace synface::train {

// For the whole process, before the first parallel work. Part of a trial's numerics.
void set_threads(int threads);

// What set_threads() has set and a plugin may have changed: LibTorch's number, and OpenMP's for the
// calling thread.
int torch_threads() noexcept;
void set_torch_threads(int threads) noexcept;
int openmp_threads() noexcept;
void set_openmp_threads(int threads) noexcept;

// body(first, last) over 0 .. n - 1 cut into at most `threads` ranges of at least `grain` indices;
// the cuts depend on n, grain and threads alone. Runs in place when one range is left. An exception
// of the body comes out (the first in the order of the ranges).
void parallel(int threads, std::int64_t n, std::int64_t grain,
              const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace synface::train
