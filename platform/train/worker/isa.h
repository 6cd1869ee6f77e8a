// The CPU's instruction set, pinned before LibTorch loads its kernels.
#pragma once

#include <string>

namespace synface::worker {

// isa: "auto" (as the processor has it), "default", "avx2", "avx512". Where the environment does
// not say so yet, sets the variables that LibTorch, oneDNN and MKL read at their first use and
// executes this program again; returns otherwise. Error(kUsage) when the processor has not what is
// asked for.
void pin_isa(const std::string& isa, char** argv);

}  // namespace synface::worker
