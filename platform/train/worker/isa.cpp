#include "isa.h"

#include <synface/base/cpu.h>
#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace synface::worker {
namespace {

struct Pin {
  std::string_view isa;
  const char* aten;
  const char* onednn;
  const char* mkl;
};

constexpr std::array<Pin, 3> kPins = {{{"default", "default", "SSE41", "COMPATIBLE"},
                                       {"avx2", "avx2", "AVX2", "AVX2"},
                                       {"avx512", "avx512", "AVX512_CORE", "AVX512"}}};

bool is(const char* name, const char* value) {
  const char* given = std::getenv(name);
  return given != nullptr && std::strcmp(given, value) == 0;
}

}  // namespace

void pin_isa(const std::string& isa, char** argv) {
  if (isa.empty() || isa == "auto") return;
  const Pin* pin = nullptr;
  for (const Pin& known : kPins) {
    if (known.isa == isa) pin = &known;
  }
  if (pin == nullptr) fail(ExitCode::kUsage, "train.isa = \"{}\" is unknown", isa);
  const std::string have = cpu_isa();
  if ((isa == "avx512" && have != "avx512") ||
      (isa == "avx2" && have != "avx2" && have != "avx512")) {
    fail(ExitCode::kUsage, "train.isa = \"{}\", and this processor has {}", isa, have);
  }
  if (is("ATEN_CPU_CAPABILITY", pin->aten) && is("ONEDNN_MAX_CPU_ISA", pin->onednn) &&
      is("MKL_CBWR", pin->mkl)) {
    return;
  }
  setenv("ATEN_CPU_CAPABILITY", pin->aten, 1);
  setenv("ONEDNN_MAX_CPU_ISA", pin->onednn, 1);
  setenv("MKL_CBWR", pin->mkl, 1);
  execv(executable_path().c_str(), argv);
  fail(ExitCode::kInternal, "cannot start this program again: {}", std::strerror(errno));
}

}  // namespace synface::worker
