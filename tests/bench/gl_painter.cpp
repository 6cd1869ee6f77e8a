#include "gl_painter.h"

#include <algorithm>
#include <stdexcept>

#if __has_include(<EGL/egl.h>) && __has_include(<EGL/eglext.h>) && __has_include(<GL/glcorearb.h>)
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/glcorearb.h>
#include <dlfcn.h>
#define SYNFACE_HAVE_EGL 1
#endif

namespace synface::bench {

using namespace morphable;

#ifdef SYNFACE_HAVE_EGL
namespace {

constexpr const char* kVertexShader = R"(#version 330 core
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 uv;
uniform mat4 to_clip;
uniform mat3 to_camera;
out vec3 turned;
out vec2 at;
void main() {
  gl_Position = to_clip * vec4(position, 1.0);
  turned = to_camera * normal;
  at = uv;
})";
constexpr const char* kFragmentShader = R"(#version 330 core
in vec3 turned;
in vec2 at;
uniform sampler2D skin;
uniform vec3 light[9];
out vec4 color;
void main() {
  vec3 n = normalize(turned);
  vec3 sum = light[0] + light[1] * n.y + light[2] * n.z + light[3] * n.x + light[4] * (n.x * n.y) +
             light[5] * (n.y * n.z) + light[6] * (3.0 * n.z * n.z - 1.0) + light[7] * (n.x * n.z) +
             light[8] * (n.x * n.x - n.y * n.y);
  color = vec4(texture(skin, at).rgb * sum, 1.0);
})";

// Entry points by name, so that nothing is linked: the machine may have no EGL.
template <typename Function>
Function entry(void* library, const char* name) {
  void* const found = dlsym(library, name);
  if (found == nullptr) throw GlPainter::Missing{std::string("libEGL.so.1 has no ") + name};
  return reinterpret_cast<Function>(found);
}

// Rows of clip coordinates: pixel (column, row) of the crop, so that the first row read back is the
// upper one; depth between the planes 0.5 and 2000 eye distances from the camera.
void clip_matrix(const View& view, int height, int width, float (&out)[16]) {
  const Rotation& r = view.rotation;
  const float d = view.camera.distance;
  const Similarity& s = view.similarity;
  const Vec3 x = r.row[0] * d;
  const Vec3 y = r.row[1] * -d;
  const Vec3 w = r.row[2] * -1.0F;  // + d
  // pixel * w = a x - b y + u w, b x + a y + v w
  const Vec3 column = x * s.a - y * s.b + w * s.u;
  const Vec3 row = x * s.b + y * s.a + w * s.v;
  const float sx = 2.0F / static_cast<float>(width);
  const float sy = 2.0F / static_cast<float>(height);
  const Vec3 rows[4] = {column * sx - w, row * sy - w, w * 1.001F, w};
  const float last[4] = {s.u * d * sx - d, s.v * d * sy - d, d * 1.001F - 1.0F, d};
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = rows[i].x;
    out[4 + i] = rows[i].y;
    out[8 + i] = rows[i].z;
    out[12 + i] = last[i];
  }
}

}  // namespace

struct GlPainter::Gl {
  void* library = nullptr;
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLContext context = EGL_NO_CONTEXT;
  PFNEGLGETPROCADDRESSPROC proc = nullptr;
  int height, width;
  GLsizei indices = 0;
  GLuint program = 0, positions = 0, normals = 0, drawn = 0, resolved = 0;
  GLint to_clip = -1, to_camera = -1, light = -1;

  template <typename Function>
  Function get(const char* name) const {
    return reinterpret_cast<Function>(proc(name));
  }
#define SYNFACE_GL(type, name) type name = get<type>(#name)

  Gl(int h, int w) : height(h), width(w) {
    library = dlopen("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw Missing{"libEGL.so.1 is not installed"};
    proc = entry<PFNEGLGETPROCADDRESSPROC>(library, "eglGetProcAddress");
    open();
  }

  void open() {
    const auto initialize = entry<PFNEGLINITIALIZEPROC>(library, "eglInitialize");
    const auto bind = entry<PFNEGLBINDAPIPROC>(library, "eglBindAPI");
    const auto create = entry<PFNEGLCREATECONTEXTPROC>(library, "eglCreateContext");
    const auto current = entry<PFNEGLMAKECURRENTPROC>(library, "eglMakeCurrent");
    const auto platform = get<PFNEGLGETPLATFORMDISPLAYEXTPROC>("eglGetPlatformDisplayEXT");
    if (platform == nullptr) throw Missing{"EGL has no platforms"};
    display = platform(EGL_PLATFORM_SURFACELESS_MESA, nullptr, nullptr);
    if (display == EGL_NO_DISPLAY || initialize(display, nullptr, nullptr) != EGL_TRUE) {
      throw Missing{"EGL has no Mesa driver without a surface (libgl1-mesa-dri)"};
    }
    const EGLint wanted[] = {EGL_CONTEXT_MAJOR_VERSION,
                             3,
                             EGL_CONTEXT_MINOR_VERSION,
                             3,
                             EGL_CONTEXT_OPENGL_PROFILE_MASK,
                             EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                             EGL_NONE};
    if (bind(EGL_OPENGL_API) != EGL_TRUE) throw Missing{"EGL has no OpenGL"};
    context = create(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, wanted);
    if (context == EGL_NO_CONTEXT ||
        current(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) != EGL_TRUE) {
      throw Missing{"EGL gives no context of OpenGL 3.3"};
    }
  }

  GLuint shader(GLenum kind, const char* text) {
    SYNFACE_GL(PFNGLCREATESHADERPROC, glCreateShader);
    SYNFACE_GL(PFNGLSHADERSOURCEPROC, glShaderSource);
    SYNFACE_GL(PFNGLCOMPILESHADERPROC, glCompileShader);
    SYNFACE_GL(PFNGLGETSHADERIVPROC, glGetShaderiv);
    const GLuint id = glCreateShader(kind);
    glShaderSource(id, 1, &text, nullptr);
    glCompileShader(id);
    GLint fine = 0;
    glGetShaderiv(id, GL_COMPILE_STATUS, &fine);
    if (fine == 0) throw std::runtime_error("a shader does not compile");
    return id;
  }

  void link_program() {
    SYNFACE_GL(PFNGLCREATEPROGRAMPROC, glCreateProgram);
    SYNFACE_GL(PFNGLATTACHSHADERPROC, glAttachShader);
    SYNFACE_GL(PFNGLLINKPROGRAMPROC, glLinkProgram);
    SYNFACE_GL(PFNGLGETPROGRAMIVPROC, glGetProgramiv);
    SYNFACE_GL(PFNGLUSEPROGRAMPROC, glUseProgram);
    SYNFACE_GL(PFNGLGETUNIFORMLOCATIONPROC, glGetUniformLocation);
    program = glCreateProgram();
    glAttachShader(program, shader(GL_VERTEX_SHADER, kVertexShader));
    glAttachShader(program, shader(GL_FRAGMENT_SHADER, kFragmentShader));
    glLinkProgram(program);
    GLint fine = 0;
    glGetProgramiv(program, GL_LINK_STATUS, &fine);
    if (fine == 0) throw std::runtime_error("the shaders do not link");
    glUseProgram(program);
    to_clip = glGetUniformLocation(program, "to_clip");
    to_camera = glGetUniformLocation(program, "to_camera");
    light = glGetUniformLocation(program, "light");
  }

  GLuint buffer(GLenum target, const void* data, std::size_t bytes, GLenum usage) {
    SYNFACE_GL(PFNGLGENBUFFERSPROC, glGenBuffers);
    SYNFACE_GL(PFNGLBINDBUFFERPROC, glBindBuffer);
    SYNFACE_GL(PFNGLBUFFERDATAPROC, glBufferData);
    GLuint id = 0;
    glGenBuffers(1, &id);
    glBindBuffer(target, id);
    glBufferData(target, static_cast<GLsizeiptr>(bytes), data, usage);
    return id;
  }

  void upload_mesh(const TexturedMesh& mesh) {
    SYNFACE_GL(PFNGLGENVERTEXARRAYSPROC, glGenVertexArrays);
    SYNFACE_GL(PFNGLBINDVERTEXARRAYPROC, glBindVertexArray);
    SYNFACE_GL(PFNGLVERTEXATTRIBPOINTERPROC, glVertexAttribPointer);
    SYNFACE_GL(PFNGLENABLEVERTEXATTRIBARRAYPROC, glEnableVertexAttribArray);
    GLuint array = 0;
    glGenVertexArrays(1, &array);
    glBindVertexArray(array);
    const auto stream = [&](GLuint place, GLint floats, const void* data, GLenum usage) {
      const std::size_t bytes =
          mesh.positions.size() * static_cast<std::size_t>(floats) * sizeof(float);
      const GLuint id = buffer(GL_ARRAY_BUFFER, data, bytes, usage);
      glVertexAttribPointer(place, floats, GL_FLOAT, GL_FALSE, 0, nullptr);
      glEnableVertexAttribArray(place);
      return id;
    };
    positions = stream(0, 3, mesh.positions.data(), GL_STREAM_DRAW);
    normals = stream(1, 3, mesh.normals.data(), GL_STREAM_DRAW);
    stream(2, 2, mesh.uv.data(), GL_STATIC_DRAW);
    buffer(GL_ELEMENT_ARRAY_BUFFER, mesh.triangles.data(), mesh.triangles.size() * sizeof(Corners),
           GL_STATIC_DRAW);
    indices = static_cast<GLsizei>(3 * mesh.triangles.size());
  }

  void upload_texture(const std::vector<uint8_t>& rgb, int side) {
    SYNFACE_GL(PFNGLGENTEXTURESPROC, glGenTextures);
    SYNFACE_GL(PFNGLBINDTEXTUREPROC, glBindTexture);
    SYNFACE_GL(PFNGLTEXIMAGE2DPROC, glTexImage2D);
    SYNFACE_GL(PFNGLTEXPARAMETERIPROC, glTexParameteri);
    SYNFACE_GL(PFNGLGENERATEMIPMAPPROC, glGenerateMipmap);
    GLuint id = 0;
    glGenTextures(1, &id);
    glBindTexture(GL_TEXTURE_2D, id);
    std::vector<uint8_t> rgba(4 * rgb.size() / 3, 255);
    for (std::size_t i = 0; i < rgb.size(); ++i) rgba[4 * (i / 3) + i % 3] = rgb[i];
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, side, side, 0, GL_RGBA, GL_UNSIGNED_BYTE, rgba.data());
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glGenerateMipmap(GL_TEXTURE_2D);
  }

  void attach(GLenum attachment, GLsizei samples, GLenum format) {
    SYNFACE_GL(PFNGLGENRENDERBUFFERSPROC, glGenRenderbuffers);
    SYNFACE_GL(PFNGLBINDRENDERBUFFERPROC, glBindRenderbuffer);
    SYNFACE_GL(PFNGLRENDERBUFFERSTORAGEMULTISAMPLEPROC, glRenderbufferStorageMultisample);
    SYNFACE_GL(PFNGLFRAMEBUFFERRENDERBUFFERPROC, glFramebufferRenderbuffer);
    GLuint id = 0;
    glGenRenderbuffers(1, &id);
    glBindRenderbuffer(GL_RENDERBUFFER, id);
    glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples, format, width, height);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, attachment, GL_RENDERBUFFER, id);
  }

  void make_frames() {
    SYNFACE_GL(PFNGLGENFRAMEBUFFERSPROC, glGenFramebuffers);
    SYNFACE_GL(PFNGLBINDFRAMEBUFFERPROC, glBindFramebuffer);
    SYNFACE_GL(PFNGLCHECKFRAMEBUFFERSTATUSPROC, glCheckFramebufferStatus);
    for (GLuint* frame : {&resolved, &drawn}) {
      const GLsizei samples = frame == &drawn ? kSamples : 0;
      glGenFramebuffers(1, frame);
      glBindFramebuffer(GL_FRAMEBUFFER, *frame);
      attach(GL_COLOR_ATTACHMENT0, samples, GL_RGBA8);
      if (frame == &drawn) attach(GL_DEPTH_ATTACHMENT, samples, GL_DEPTH_COMPONENT24);
      if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        throw std::runtime_error("the frame buffer is not complete");
      }
    }
  }

  void set_state() {
    SYNFACE_GL(PFNGLENABLEPROC, glEnable);
    SYNFACE_GL(PFNGLFRONTFACEPROC, glFrontFace);
    SYNFACE_GL(PFNGLVIEWPORTPROC, glViewport);
    SYNFACE_GL(PFNGLCLEARCOLORPROC, glClearColor);
    glEnable(GL_DEPTH_TEST);
    glEnable(GL_CULL_FACE);
    glEnable(GL_MULTISAMPLE);
    glFrontFace(GL_CW);  // the picture is upside down
    glViewport(0, 0, width, height);
    glClearColor(0, 0, 0, 1);
  }

  void upload(GLuint id, const std::vector<Vec3>& values) {
    SYNFACE_GL(PFNGLBINDBUFFERPROC, glBindBuffer);
    SYNFACE_GL(PFNGLBUFFERDATAPROC, glBufferData);
    glBindBuffer(GL_ARRAY_BUFFER, id);
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(values.size() * sizeof(Vec3)),
                 values.data(), GL_STREAM_DRAW);
  }

  void frame(const View& view, const SphericalLight& spherical, uint8_t* image) {
    SYNFACE_GL(PFNGLUNIFORMMATRIX4FVPROC, glUniformMatrix4fv);
    SYNFACE_GL(PFNGLUNIFORMMATRIX3FVPROC, glUniformMatrix3fv);
    SYNFACE_GL(PFNGLUNIFORM3FVPROC, glUniform3fv);
    SYNFACE_GL(PFNGLBINDFRAMEBUFFERPROC, glBindFramebuffer);
    SYNFACE_GL(PFNGLCLEARPROC, glClear);
    SYNFACE_GL(PFNGLDRAWELEMENTSPROC, glDrawElements);
    SYNFACE_GL(PFNGLBLITFRAMEBUFFERPROC, glBlitFramebuffer);
    SYNFACE_GL(PFNGLREADPIXELSPROC, glReadPixels);
    SYNFACE_GL(PFNGLGETERRORPROC, glGetError);
    float clip[16];
    clip_matrix(view, height, width, clip);
    glUniformMatrix4fv(to_clip, 1, GL_FALSE, clip);
    glUniformMatrix3fv(to_camera, 1, GL_TRUE, &view.rotation.row[0].x);
    glUniform3fv(light, 9, &spherical.c[0].x);
    glBindFramebuffer(GL_FRAMEBUFFER, drawn);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glDrawElements(GL_TRIANGLES, indices, GL_UNSIGNED_INT, nullptr);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, drawn);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, resolved);
    glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, resolved);
    glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, image);
    if (glGetError() != GL_NO_ERROR) throw std::runtime_error("OpenGL refused a call");
  }
};

GlPainter::GlPainter(const TexturedMesh& mesh, const std::vector<uint8_t>& texture, int side,
                     int height, int width)
    : gl_(std::make_unique<Gl>(height, width)) {
  gl_->link_program();
  gl_->upload_mesh(mesh);
  gl_->upload_texture(texture, side);
  gl_->make_frames();
  gl_->set_state();
}

// Mesa's library stays loaded: it has registered work for the end of the process.
GlPainter::~GlPainter() {
  entry<PFNEGLMAKECURRENTPROC>(gl_->library, "eglMakeCurrent")(gl_->display, EGL_NO_SURFACE,
                                                               EGL_NO_SURFACE, EGL_NO_CONTEXT);
  entry<PFNEGLDESTROYCONTEXTPROC>(gl_->library, "eglDestroyContext")(gl_->display, gl_->context);
  entry<PFNEGLTERMINATEPROC>(gl_->library, "eglTerminate")(gl_->display);
}

std::string GlPainter::renderer() const {
  const auto text = gl_->get<PFNGLGETSTRINGPROC>("glGetString");
  return reinterpret_cast<const char*>(text(GL_RENDERER)) + std::string(", ") +
         reinterpret_cast<const char*>(text(GL_VERSION));
}

void GlPainter::draw(const TexturedMesh& mesh, const View& view, const SphericalLight& light,
                     uint8_t* image) {
  gl_->upload(gl_->positions, mesh.positions);
  gl_->upload(gl_->normals, mesh.normals);
  gl_->frame(view, light, image);
}

#else

struct GlPainter::Gl {};
GlPainter::GlPainter(const TexturedMesh&, const std::vector<uint8_t>&, int, int, int) {
  throw Missing{"compiled without the headers of EGL and OpenGL (libegl-dev, libgl-dev)"};
}
GlPainter::~GlPainter() = default;
std::string GlPainter::renderer() const {
  return {};
}
void GlPainter::draw(const TexturedMesh&, const View&, const SphericalLight&, uint8_t*) {}

#endif

}  // namespace synface::bench
