// Our renderer against Mesa's llvmpipe on one core, drawing the same triangles of the same heads at
// 112 px with four samples a pixel: a 512 x 512 texture with mip maps (trilinear), nine terms of
// spherical harmonics a fragment, positions and normals fresh for each image, the image back as
// bytes. Blocks of images alternate; the ratio is that of processor time, with the t interval of
// the mean log ratio over blocks.
//
//   raster_race HEAD.safetensors [--blocks 24] [--images 64] [--isa portable|avx2|avx512]
#include <synface/report/statistics.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

#include "core/noise.h"
#include "core/prior.h"
#include "core/textured.h"
#include "gl_painter.h"

using namespace synface::morphable;
using synface::bench::GlPainter;

namespace {

constexpr int kSide = 112;
constexpr int kTextureSide = 512;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// A head as a graphics card wants it: one vertex for each pair of position and chart point.
struct Model {
  TexturedMesh mesh;
  std::vector<std::size_t> position;  // of each vertex
};
Model unify(const HeadModel& head) {
  Model out;
  std::map<std::pair<int32_t, int32_t>, int32_t> known;
  Vec2 low{1e9F, 1e9F};
  Vec2 high{-1e9F, -1e9F};
  for (const Vec2 p : head.paint) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    Corners corners{};
    for (std::size_t k = 0; k < 3; ++k) {
      const auto pair = std::pair{head.triangles[t][k], head.paint_triangles[t][k]};
      const auto [at, fresh] = known.try_emplace(pair, static_cast<int32_t>(out.position.size()));
      if (fresh) {
        const Vec2 p = head.paint[static_cast<std::size_t>(pair.second)];
        out.position.push_back(static_cast<std::size_t>(pair.first));
        out.mesh.uv.push_back({(p.x - low.x) / (high.x - low.x), (p.y - low.y) / (high.y - low.y)});
      }
      corners[k] = at->second;
    }
    out.mesh.triangles.push_back(corners);
  }
  return out;
}

std::vector<uint8_t> skin_texture() {
  std::vector<uint8_t> rgb;
  for (int y = 0; y < kTextureSide; ++y) {
    for (int x = 0; x < kTextureSide; ++x) {
      const float grain =
          0.5F * noise2(0.03F * static_cast<float>(x), 0.03F * static_cast<float>(y)) +
          0.5F * noise2(0.21F * static_cast<float>(x), 0.21F * static_cast<float>(y));
      for (const float tint : {210.0F, 160.0F, 130.0F}) {
        rgb.push_back(static_cast<uint8_t>(tint * (0.65F + 0.5F * grain)));
      }
    }
  }
  return rgb;
}

struct Picture {
  TexturedMesh mesh;  // without triangles: those of the model
  View view;
  SphericalLight light;
};

// Heads of the prior in its poses under its lamps.
std::vector<Picture> pictures(const HeadModel& head, const Model& model, std::size_t n) {
  const Prior prior(head, {});
  const Layout layout(head);
  const ShapeModel shapes(head);
  std::vector<Picture> out(n);
  std::vector<float> row(layout.size);
  Person person;
  ShapeModel::Work work;
  std::vector<Vec3> normals;
  for (std::size_t i = 0; i < n; ++i) {
    prior.draw(1, static_cast<uint32_t>(i), 0, row.data());
    const float* identity = row.data();
    shapes.shape(&identity, 1, &person, work);
    person.positions.resize(head.base.size());
    vertex_normals(head.triangles, person.positions, normals);
    Picture& p = out[i];
    for (const std::size_t v : model.position) {
      p.mesh.positions.push_back(person.positions[v]);
      p.mesh.normals.push_back(normals[v]);
    }
    p.view.rotation = rotation_of(load_block<Pose>(row.data() + layout.illumination_end));
    p.view.camera = load_block<Camera>(row.data() + layout.pose_end);
    p.view.similarity =
        crop_of(seen_landmarks(head, person.positions, p.view), p.view.camera, kSide, kSide);
    const Lights lights = lights_of(load_block<Illumination>(row.data() + layout.expression_end));
    p.light.c[0] = lights.ambient;
    for (const Lamp& lamp : lights.lamp) {
      const Vec3 d = lamp.direction;
      const float second[5] = {3 * d.x * d.y, 3 * d.y * d.z, 0.25F * (3 * d.z * d.z - 1),
                               3 * d.x * d.z, 0.75F * (d.x * d.x - d.y * d.y)};
      p.light.c[0] += lamp.color * 0.25F;
      const float first[3] = {d.y, d.z, d.x};
      for (std::size_t k = 0; k < 3; ++k) p.light.c[1 + k] += lamp.color * (0.5F * first[k]);
      for (std::size_t k = 0; k < 5; ++k) p.light.c[4 + k] += lamp.color * (0.3125F * second[k]);
    }
  }
  return out;
}

const Kernels& kernels_named(const std::string& isa) {
  for (const Kernels* k : usable_kernels()) {
    const char* const name = k->isa == Isa::kAvx512 ? "avx512"
                             : k->isa == Isa::kAvx2 ? "avx2"
                                                    : "portable";
    if (isa == name) return *k;
  }
  throw std::runtime_error("this processor has no " + isa + " (portable, avx2, avx512)");
}

struct Options {
  std::string head, isa;
  std::size_t blocks = 24, images = 64;
};

int race(const Options& o) {
  const HeadModel head = HeadModel::read(o.head);
  const Kernels& kernels = o.isa.empty() ? best_kernels() : kernels_named(o.isa);
  Model model = unify(head);
  auto all = pictures(head, model, o.images);
  for (Picture& p : all) {
    p.mesh.uv = model.mesh.uv;
    p.mesh.triangles = model.mesh.triangles;
  }
  const std::vector<uint8_t> skin = skin_texture();
  const Texture texture(kTextureSide, skin.data());
  std::unique_ptr<GlPainter> gl;
  try {
    gl = std::make_unique<GlPainter>(all[0].mesh, skin, kTextureSide, kSide, kSide);
  } catch (const GlPainter::Missing& missing) {
    std::printf("raster_race: skipped: %s\n", missing.why.c_str());
    return 0;
  }
  std::printf("%zu vertices, %zu triangles; %s\n", all[0].mesh.positions.size(),
              all[0].mesh.triangles.size(), gl->renderer().c_str());
  std::vector<uint8_t> theirs(4 * kSide * kSide);
  std::vector<uint8_t> ours(3 * kSide * kSide);
  TexturedScratch scratch;
  const auto draw_theirs = [&](const Picture& p) {
    gl->draw(p.mesh, p.view, p.light, theirs.data());
  };
  const auto draw_ours = [&](const Picture& p) {
    draw_textured(p.mesh, p.view, texture, p.light, kSide, kSide, scratch, ours.data(), kernels);
  };
  // Both draw the same: the differences are those of texture filters and of silhouettes' samples.
  double difference = 0;
  double brightness = 0;
  for (const Picture& p : all) {
    draw_theirs(p);
    draw_ours(p);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      difference += std::abs(int{ours[i]} - int{theirs[4 * (i / 3) + i % 3]});
      brightness += ours[i];
    }
  }
  const double bytes = static_cast<double>(all.size() * ours.size());
  std::printf("mean difference of the pictures %.2f grey levels, mean brightness %.0f\n",
              difference / bytes, brightness / bytes);
  if (difference > 2.0 * bytes || brightness < 10.0 * bytes) {
    std::fputs("raster_race: the two do not draw the same picture\n", stderr);
    return 1;
  }
  std::vector<double> logs, our_ms, their_ms;
  const auto seconds = [&](auto&& draw) {
    const double begin = cpu_seconds();
    for (const Picture& p : all) draw(p);
    return cpu_seconds() - begin;
  };
  for (std::size_t b = 0; b < o.blocks; ++b) {
    // a b b a
    double mine = seconds(draw_ours);
    const double other = seconds(draw_theirs) + seconds(draw_theirs);
    mine += seconds(draw_ours);
    logs.push_back(std::log(other / mine));
    our_ms.push_back(500.0 * mine / static_cast<double>(all.size()));
    their_ms.push_back(500.0 * other / static_cast<double>(all.size()));
  }
  const auto median = [](std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
  };
  const auto summary = synface::report::summarize(logs);
  const double ours_ms = median(our_ms);
  const double theirs_ms = median(their_ms);
  std::printf("%-24s %10s %12s\n", "one core, median", "ms", "images/s");
  std::printf("%-24s %10.3f %12.0f\n", "ours", ours_ms, 1000.0 / ours_ms);
  std::printf("%-24s %10.3f %12.0f\n", "llvmpipe", theirs_ms, 1000.0 / theirs_ms);
  std::printf("ratio %.2f", std::exp(summary.mean.value()));
  if (summary.interval) {
    std::printf(" [%.2f, %.2f]", std::exp(summary.interval->lo), std::exp(summary.interval->hi));
  }
  std::printf(" over %zu blocks of %zu images\n", o.blocks, 2 * all.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("images/s of the renderer against Mesa's llvmpipe on one core");
  Options o;
  app.add_option("head", o.head, "head model")->required();
  app.add_option("--blocks", o.blocks, "blocks of the race")->check(CLI::Range(2, 10000));
  app.add_option("--images", o.images, "images in a quarter of a block")
      ->check(CLI::Range(1, 4096));
  app.add_option("--isa", o.isa, "instruction set of ours: portable, avx2, avx512");
  CLI11_PARSE(app, argc, argv);
  // llvmpipe without threads of its own, whatever drivers the machine has; before EGL is loaded.
  setenv("LP_NUM_THREADS", "0", 1);
  setenv("GALLIUM_DRIVER", "llvmpipe", 1);
  setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
  try {
    return race(o);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "raster_race: %s\n", e.what());
    return 1;
  }
}
