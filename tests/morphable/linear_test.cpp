// Linear models become heads: what the file says is what is drawn, and damaged files are refused.
#include "headc/linear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "core/head_model.h"
#include "core/prior.h"
#include "core/renderer.h"
#include "core/safetensors.h"
#include "headc/io.h"
#include "headc/reference.h"
#include "headc/warp.h"
#include "headc/writer.h"
#include "temp_folder.h"

namespace {

using namespace synface::headc;
using synface::morphable::HeadError;
using synface::morphable::HeadModel;
using synface::morphable::Part;
using synface::morphable::Vec3;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kHead = SYNFACE_MORPHABLE_HEAD;

// The default head as the owner of a linear model would give it: its mean adult, one component
// that lifts the nose's tip, another that widens everything, and a smile.
LinearModel sample_model() {
  const HeadModel head = HeadModel::read(kHead);
  LinearModel m;
  m.path = "sample";
  m.model = "sample";
  m.source = "the default head";
  m.licence = "CC0-1.0";
  const std::size_t n = head.base.size();
  for (const Vec3& p : head.canonical) m.mean.push_back(p * 6.0F);
  m.triangles.assign(head.triangles.begin(), head.triangles.end());
  for (const Part p : head.part) m.part.push_back(static_cast<uint8_t>(p));
  m.ear = head.ear;
  m.landmarks = head.landmarks;
  m.identity.assign(2 * n, Vec3{});
  m.identity[static_cast<std::size_t>(head.landmarks[30][0])] = {0, 0.5F, 0};
  for (std::size_t v = 0; v < n; ++v) m.identity[n + v] = {0.05F * m.mean[v].x, 0, 0};
  m.unit_names = {"mouthSmileLeft"};
  m.units.assign(n, Vec3{});
  m.units[static_cast<std::size_t>(head.landmarks[54][0])] = {0.3F, 0.3F, 0};
  m.eye_center = {Vec3{3.0F, 0.2F, -1.4F}, Vec3{-3.0F, 0.2F, -1.4F}};
  m.eye_radius = {1.5F, 1.5F};
  m.eye_center_basis = {{Vec3{}, Vec3{}}, {Vec3{0.15F, 0, 0}, Vec3{-0.15F, 0, 0}}};
  m.eye_radius_basis = {{0, 0}, {0.1F, 0.1F}};
  return m;
}

std::string compiled(const TempFolder& folder, const LinearModel& model) {
  const std::string path = folder.file("linear.safetensors");
  compile_linear(model, path);
  return path;
}

TEST(LinearModel, TheReferenceIsTheDefaultHead) {
  const HeadModel head = HeadModel::read(kHead);
  for (std::size_t l = 17; l < 68; ++l) {
    EXPECT_LT(length(head.landmark(head.canonical, l) - kReferenceLandmarks[l - 17]), 1e-3F) << l;
  }
  Vec3 crown{0, -9, 0};
  for (const Vec3& p : head.canonical) {
    if (p.y > crown.y) crown = p;
  }
  EXPECT_LT(length(crown - kReferenceCrown), 1e-3F);
}

TEST(LinearModel, AComponentBecomesASignedCoefficient) {
  const TempFolder folder;
  const HeadModel head = HeadModel::read(compiled(folder, sample_model()));
  ASSERT_EQ(head.coefficients.size(), 2U);
  EXPECT_NEAR(head.coefficients[0].sigma, 0.4F, 1e-6F);
  EXPECT_EQ(head.coefficients[0].limit, 1.0F);
  const auto nose = static_cast<std::size_t>(head.landmarks[30][0]);
  for (const auto& [target, up] :
       {std::pair{head.coefficients[0].positive, 1.25F}, {head.coefficients[0].negative, -1.25F}}) {
    std::vector<Vec3> positions = head.base;
    head.targets.add(static_cast<std::size_t>(target), 1.0F, positions);
    EXPECT_NEAR(positions[nose].y - head.base[nose].y, up, 1e-5F);  // 2.5 x 0.5
  }
  ASSERT_EQ(head.unit_names, std::vector<std::string>{"mouthSmileLeft"});
  EXPECT_EQ(head.units.offset.back(), 1);
}

TEST(LinearModel, EyeballsAreSpheresThatFollowTheIdentity) {
  const TempFolder folder;
  const HeadModel head = HeadModel::read(compiled(folder, sample_model()));
  std::vector<Vec3> mean = head.base;
  std::vector<Vec3> wide = head.base;
  head.targets.add(static_cast<std::size_t>(head.coefficients[1].positive), 1.0F, wide);
  for (const auto& [positions, x, radius] :
       {std::tuple{&mean, 3.0F, 1.5F}, std::tuple{&wide, 3.0F + 2.5F * 0.15F, 1.75F}}) {
    Vec3 center;
    for (const int32_t v : head.eye_vertices[0]) {
      center += (*positions)[static_cast<std::size_t>(v)] *
                (1.0F / static_cast<float>(head.eye_vertices[0].size()));
    }
    EXPECT_NEAR(center.x, x, 1e-3F);
    for (const int32_t v : head.eye_vertices[0]) {
      ASSERT_NEAR(length((*positions)[static_cast<std::size_t>(v)] - center), radius, 2e-3F);
    }
  }
}

// Every corner of a ball must face outwards, or it is not seen.
TEST(LinearModel, EyeballsFaceOutwards) {
  const TempFolder folder;
  const HeadModel head = HeadModel::read(compiled(folder, sample_model()));
  const Vec3 center = sample_model().eye_center[0];
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    if (head.part[t] != Part::kLeftEye) continue;
    Vec3 p[3];
    for (std::size_t c = 0; c < 3; ++c) {
      p[c] = head.base[static_cast<std::size_t>(head.triangles[t][c])];
    }
    EXPECT_GT(dot(cross(p[1] - p[0], p[2] - p[0]), p[0] + p[1] + p[2] - center * 3.0F), 0.0F);
  }
}

// A model with the reference's landmarks is not bent; one that is stretched is bent back to it.
TEST(LinearModel, CanonicalPositionsFollowTheLandmarks) {
  const TempFolder folder;
  LinearModel model = sample_model();
  for (Vec3& p : model.mean) p.y *= p.y < 0 ? 1.2F : 1.0F;  // a long lower face
  const HeadModel head = HeadModel::read(compiled(folder, model));
  for (const std::size_t l : {30U, 33U, 48U, 51U, 57U, 19U}) {
    EXPECT_LT(length(head.landmark(head.canonical, l) - kReferenceLandmarks[l - 17]), 0.03F) << l;
    EXPECT_NEAR(head.landmark_paint[l].y, kReferenceLandmarks[l - 17].y, 0.03F) << l;
  }
}

TEST(LinearModel, AWarpHitsItsTargetsAndRefusesAPlane) {
  const std::vector<Vec3> from{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
  std::vector<Vec3> to = from;
  to[4] = {1.2F, 1.0F, 0.9F};
  const Warp warp(from, to, 0.0);
  for (std::size_t i = 0; i < from.size(); ++i) EXPECT_LT(length(warp(from[i]) - to[i]), 1e-5F);
  EXPECT_THROW(Warp({{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 1, 0}, {2, 1, 0}}, from, 0.0),
               CompileError);
}

TEST(LinearModel, LandmarksOnTheWrongSideAreRefused) {
  LinearModel model = sample_model();
  for (std::size_t l = 0; l < 6; ++l) std::swap(model.landmarks[36 + l], model.landmarks[42 + l]);
  const TempFolder folder;
  EXPECT_THROW(compiled(folder, model), CompileError);
  EXPECT_FALSE(std::filesystem::exists(folder.file("linear.safetensors")));
}

// The smallest file that is whole: a sheet of 8 x 9 vertices with landmarks on it.
struct LinearFile {
  std::vector<float> mean, basis, eye_radius;  // no radii: no arrays of the eyes
  std::vector<int32_t> triangles, landmarks;
  std::string version = "1";

  LinearFile() {
    for (int y = 0; y < 9; ++y) {
      for (int x = 0; x < 8; ++x) {
        mean.insert(mean.end(), {static_cast<float>(x), static_cast<float>(-y),
                                 static_cast<float>((x * 5 + y * 3) % 7)});
      }
    }
    basis.assign(mean.size(), 0.1F);
    triangles = {0, 8, 1, 1, 8, 9};
    for (int l = 0; l < 68; ++l) landmarks.insert(landmarks.end(), {l, l});
  }
  std::string write(const TempFolder& folder) const {
    TensorWriter writer;
    writer.note("format", "synface-linear");
    writer.note("version", version);
    for (const char* key : {"model", "source", "licence"}) writer.note(key, "x");
    writer.add("mean", mean, {mean.size() / 3, 3});
    writer.add("identity_basis", basis, {basis.size() / mean.size(), mean.size() / 3, 3});
    writer.add("triangles", triangles, {triangles.size() / 3, 3});
    writer.add("landmarks", landmarks, {68, 2});
    if (!eye_radius.empty()) {
      const std::vector<float> none(6, 0.0F);
      writer.add("eye_center", none, {2, 3});
      writer.add("eye_radius", eye_radius, {2});
      writer.add("eye_center_identity_basis", none, {1, 2, 3});
      writer.add("eye_radius_identity_basis", std::vector<float>(2, 0.0F), {1, 2});
    }
    writer.write(folder.file("own.safetensors"));
    return folder.file("own.safetensors");
  }
};

std::string refusal(const LinearFile& file) {
  const TempFolder folder;
  try {
    read_linear(file.write(folder));
  } catch (const HeadError& e) {
    return e.what();
  }
  return {};
}

TEST(LinearFile, DamagedArraysAreNamed) {
  EXPECT_EQ(refusal(LinearFile()), "");
  LinearFile file;
  file.version = "2";
  EXPECT_THAT(refusal(file), AllOf(HasSubstr("version 2"), HasSubstr("own.safetensors"),
                                   HasSubstr("HEAD_MODEL.md")));
  file = LinearFile();
  file.triangles[4] = 72;
  EXPECT_THAT(refusal(file), AllOf(HasSubstr("'triangles'"), HasSubstr("72")));
  file = LinearFile();
  file.mean[7] = std::nanf("");
  EXPECT_THAT(refusal(file), AllOf(HasSubstr("'mean'"), HasSubstr("not finite")));
  file = LinearFile();
  file.landmarks[2 * 40] = -1;
  EXPECT_THAT(refusal(file), HasSubstr("landmark 40"));
  file = LinearFile();
  file.landmarks[5] = -1;
  EXPECT_EQ(refusal(file), "");
  file.eye_radius = {1.5F, 1.5F};
  EXPECT_EQ(refusal(file), "");
  file.eye_radius = {1.5F, 0.0F};
  EXPECT_THAT(refusal(file), AllOf(HasSubstr("'eye_radius'"), HasSubstr("positive")));
}

TEST(LinearFile, EyesThatAFileDoesNotHaveLieBehindTheLids) {
  const TempFolder folder;
  const LinearModel model = read_linear(LinearFile().write(folder));
  ASSERT_EQ(model.eye_center_basis.size(), 1U);
  EXPECT_GT(model.eye_radius[0], 0.0F);
  // A basis that moves all vertices alike moves the balls with them and does not make them grow.
  EXPECT_NEAR(model.eye_center_basis[0][0].y, 0.1F, 1e-5F);
  EXPECT_NEAR(model.eye_radius_basis[0][0], 0.0F, 1e-5F);
}

std::string ict_file() {
  const char* assets = std::getenv("SYNFACE_TEST_ASSETS");
  return (std::filesystem::path(assets ? assets : SYNFACE_TEST_SOURCE_DIR "/../shared/assets") /
          "ict-face-model" / "ict_face_model.safetensors")
      .string();
}

TEST(IctModel, HasTheUnitsThatThePriorMovesAndDrawsPeople) {
  if (!std::filesystem::exists(ict_file())) GTEST_SKIP() << ict_file() << " is not here";
  const TempFolder folder;
  const std::string path = folder.file("ict.safetensors");
  const Summary s = compile_linear(read_ict(ict_file()), path);
  EXPECT_EQ(s.coefficients, 100U);
  EXPECT_EQ(s.units, 51U);
  const auto head = std::make_shared<const HeadModel>(HeadModel::read(path));
  EXPECT_EQ(head->licence, "MIT");
  for (const char* unit : {"browInnerUp", "browOuterUpLeft", "browDownRight", "eyeBlinkLeft",
                           "eyeBlinkRight", "eyeLookUpLeft", "eyeLookDownRight", "eyeSquintLeft",
                           "cheekSquintRight", "jawOpen", "mouthSmileLeft", "mouthUpperUpRight",
                           "mouthLowerDownLeft", "mouthFunnel", "mouthPucker", "mouthFrownRight"}) {
    EXPECT_GE(head->unit(unit), 0) << unit;
  }
  // Brows, lids and lips are painted where its landmarks are.
  for (std::size_t l = 17; l < 68; ++l) {
    EXPECT_LT(length(head->landmark(head->canonical, l) - kReferenceLandmarks[l - 17]), 0.06F) << l;
  }
  const synface::morphable::Renderer renderer(head, {112, 112, true, true});
  synface::morphable::PriorOptions plain;
  plain.pose = plain.illumination = plain.background = plain.expression = plain.camera = false;
  plain.hair = plain.accessories = false;
  plain.jitter = 0;
  const synface::morphable::Prior prior(*head, plain);
  std::vector<float> row(renderer.layout().size);
  std::vector<uint8_t> image(3 * 112 * 112);
  synface::morphable::Scratch scratch;
  for (uint32_t i = 0; i < 4; ++i) {
    prior.draw(1, i, 0, row.data());
    renderer.render(row.data(), {1, i, 0, 0}, scratch, image.data());
    const auto grey = [&](int x, int y) {
      const std::size_t at = 3 * (static_cast<std::size_t>(y) * 112 + static_cast<std::size_t>(x));
      return (image[at] + image[at + 1] + image[at + 2]) / 3;
    };
    // Pupils at the template's eyes, darker than the cheeks below.
    EXPECT_LT(grey(38, 51), grey(38, 72) - 20) << i;
    EXPECT_LT(grey(73, 51), grey(73, 72) - 20) << i;
  }
}

// The script that HEAD_MODEL.md tells owners of models to use.
TEST(LinearScript, WritesWhatTheCompilerReads) {
  if (std::system("python3 -c 'import numpy' >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "python3 has no numpy";
  }
  const TempFolder folder;
  const std::string out = folder.file("own.safetensors");
  folder.write("own.py",
               "import sys\n"
               "sys.path.insert(0, '" SYNFACE_TEST_SOURCE_DIR
               "/plugins/generators/morphable/tools')\n"
               "sys.dont_write_bytecode = True\n"
               "import numpy as np\n"
               "from linear_head import read_safetensors, write_linear\n"
               "head, _ = read_safetensors(sys.argv[1])\n"
               "mean = head['canonical']\n"
               "basis = np.zeros((3,) + mean.shape)\n"
               "basis[1, :, 1] = 0.25\n"
               "write_linear(sys.argv[2], mean, basis, head['triangles'], head['landmarks'],\n"
               "             model='own', source='a test', licence='CC0-1.0', part=head['part'],\n"
               "             ear=head['ear'] / 255, expressions={'jawOpen': 0.1 * mean})\n");
  const std::string command =
      "python3 '" + folder.file("own.py") + "' '" + std::string(kHead) + "' '" + out + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const LinearModel model = read_linear(out);
  EXPECT_EQ(model.components(), 3U);
  EXPECT_EQ(model.identity[model.mean.size() + 5].y, 0.25F);
  const HeadModel head = HeadModel::read(compiled(folder, model));
  EXPECT_EQ(head.unit_names, std::vector<std::string>{"jawOpen"});
}

}  // namespace
