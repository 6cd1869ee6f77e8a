// Meshes, targets and mirror tables that the head compiler reads, plain or gzip.
#include <cmath>

#include "fuzz.h"
#include "headc/io.h"
#include "headc/obj.h"

namespace {

template <typename Read>
void try_reader(const std::string& path, const Read& read) {
  try {
    read();
  } catch (const synface::headc::CompileError& e) {
    synface::fuzz::require(std::string_view(e.what()).find(path) != std::string_view::npos,
                           "a refused file is named");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::headc;
  using synface::fuzz::require;
  static synface::fuzz::MemoryFile file;
  file.write(synface::fuzz::as_text(data, size));
  const std::string path = file.path().string();
  constexpr std::size_t kVertices = 20;
  try_reader(path, [&] {
    const Mesh mesh = read_obj(path);
    for (const Group& group : mesh.groups) {
      for (const Quad& quad : group.quads) {
        for (std::size_t corner = 0; corner < 4; ++corner) {
          require(quad.vertex[corner] < mesh.positions.size() && quad.uv[corner] < mesh.uvs.size(),
                  "corners lie in the mesh");
        }
      }
    }
    for (const Point& point : mesh.positions) {
      for (const double x : point) require(std::isfinite(x), "positions are numbers");
    }
  });
  try_reader(path, [&] {
    for (const Move& move : read_target(path, kVertices)) {
      require(move.vertex < kVertices, "a target moves vertices of the mesh");
      for (const double x : move.delta) require(std::isfinite(x), "moves are numbers");
    }
  });
  try_reader(path, [&] {
    const auto mirror = read_mirror(path, kVertices);
    require(mirror.size() == kVertices, "every vertex has a mirror");
    for (const std::uint32_t v : mirror) require(v < kVertices, "mirrors are vertices");
  });
  return 0;
}
