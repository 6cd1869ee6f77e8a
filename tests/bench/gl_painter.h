// The same picture by OpenGL on the CPU: Mesa's llvmpipe through EGL without a surface.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/textured.h"

namespace synface::bench {

// One context in the calling thread, drawing for a mesh of fixed triangles.
class GlPainter {
 public:
  // Why there is none: no EGL on this machine, or what EGL said.
  struct Missing {
    std::string why;
  };
  // threads: of llvmpipe beside the calling one (LP_NUM_THREADS); 0 is fastest on one core. Throws
  // Missing.
  GlPainter(const morphable::TexturedMesh& mesh, const std::vector<uint8_t>& texture, int side,
            int height, int width);
  ~GlPainter();
  GlPainter(const GlPainter&) = delete;
  GlPainter& operator=(const GlPainter&) = delete;

  std::string renderer() const;  // as GL_RENDERER says
  // Uploads positions and normals, draws and reads back: image [height, width, 4].
  void draw(const morphable::TexturedMesh& mesh, const morphable::View& view,
            const morphable::SphericalLight& light, uint8_t* image);

 private:
  struct Gl;
  std::unique_ptr<Gl> gl_;
};

}  // namespace synface::bench
