#include "core/prior.h"

#include <string>

#include "core/draws.h"

namespace synface::morphable {
namespace {

// Streams 2 and 3 are the ABI's for identity and sample; the plugin's own begin at 256.
constexpr uint32_t kShapeStream = 2;
constexpr uint32_t kExpressionStream = 3;
constexpr uint32_t kAppearanceStream = 256;
constexpr uint32_t kIlluminationStream = 257;
constexpr uint32_t kPoseStream = 258;
constexpr uint32_t kCameraStream = 259;
constexpr uint32_t kBackgroundStream = 260;
constexpr uint32_t kGroomingStream = 261;
constexpr uint32_t kAccessoriesStream = 262;

float f(double x) {
  return static_cast<float>(x);
}
double radians(double degrees) {
  return degrees * (kPi / 180.0);
}
double limited(double x, double limit) {
  return clamp(x, -limit, limit);
}

// Gender near its ends, ages 25 to 80, more of one ethnicity than of the others: about the
// calibrated prior of the MakeHuman head, whose spread equals that of 3D scans, with more old
// people and fewer mixtures. Options tell how many of each there are, not how they look.
void draw_macros(Random& random, const PriorOptions& options, float* macros) {
  const double men = options.men;
  const double gender = random.beta(0.7 * men + 1e-3, 0.7 * (1 - men) + 1e-3);
  macros[kGender] = f(men <= 0 ? 0 : men >= 1 ? 1 : gender);
  const double age = random.beta(1.0, 1.9);
  macros[kAge] = f(0.5 + 0.5 * (age < 0.85 ? age : 0.85));
  double g[3] = {options.african, options.asian, options.caucasian};
  const double weight = g[0] + g[1] + g[2];
  double sum = 0;
  for (double& x : g) sum += x = x > 0 ? random.gamma(0.9 * x / weight) + 1e-12 : 0;
  for (std::size_t e = 0; e < 3; ++e) macros[kEthnicity + e] = f(g[e] / sum);
}

double draw_within(Random& random, double sigma, double limit) {
  for (;;) {
    const double x = random.normal(0, sigma);
    if (x <= limit && x >= -limit) return x;
  }
}

// Where MakeHuman's mean adult is not people's: its eyes (lid centres) lie 57.6 mm apart and its
// mouth is 44 mm wide, Farkas 1994 has 61 mm ((en-en + ex-ex) / 2) and 52 mm (ch-ch). A head
// without these coefficients keeps its own mean.
double mean_of(const std::string& name) {
  if (name == "r-eye-trans-in-out" || name == "l-eye-trans-in-out") return 0.40;
  return name == "mouth-scale-horiz-decr-incr" ? 0.65 : 0.0;
}

// The coefficients' spread over the head model's own: with it the landmarks of aligned faces spread
// 1.03 times as far as under the calibrated prior (5.3% of the eyes' distance, rms, against 5.2%).
constexpr double kShapeSpread = 1.2;

void draw_shape(Random& random, const HeadModel& head, double scale, float* out) {
  for (std::size_t i = 0; i < head.coefficients.size(); ++i) {
    const Coefficient& c = head.coefficients[i];
    const double sigma = kShapeSpread * scale * c.sigma;
    if (c.negative < 0) {
      const double x = random.normal(0, 1.3 * sigma);
      out[i] = f(limited(x < 0 ? -x : x, 1));
    } else if (c.tie < 0) {
      out[i] = f(limited(mean_of(c.name) + draw_within(random, sigma, c.limit), 1));
    } else if (static_cast<std::size_t>(c.tie) > i) {
      const double common = mean_of(c.name) + draw_within(random, sigma, c.limit);
      const double apart = random.normal(0, 0.12 * sigma);
      out[i] = f(limited(common + apart, 1));
      out[static_cast<std::size_t>(c.tie)] = f(limited(common - apart, 1));
    }
  }
}

Pose draw_pose(Random& random, const PriorOptions& options) {
  if (!options.pose) return Pose{};
  return {f(radians(limited(random.normal(0, options.yaw_sd), 75))),
          f(radians(limited(random.normal(-1, options.pitch_sd), 35))),
          f(radians(limited(random.normal(0, options.roll_sd), 30)))};
}

// Weights of the face units by name; a unit that the model lacks moves nothing.
class Face {
 public:
  Face(const HeadModel& head, float* weights) : head_(head), weights_(weights) {}
  void set(const char* unit, double weight) {
    const int at = head_.unit(unit);
    if (at >= 0) weights_[at] = f(weight);
  }
  void both(const std::string& unit, double weight, double apart = 0) {
    set((unit + "Left").c_str(), clamp(weight + apart, 0.0, 1.0));
    set((unit + "Right").c_str(), clamp(weight - apart, 0.0, 1.0));
  }

 private:
  const HeadModel& head_;
  float* weights_;
};

// Combinations that keep lips and lids from piercing each other: mouthClose never moves without
// jawOpen, rolls and presses are not drawn at all.
void draw_mimic(Random& random, Face& face) {
  const double apart = random.normal(0, 0.04);
  // At rest the model's corners of the mouth hang.
  face.both("mouthSmile", random.uniform(0, 0.25), apart);
  if (random.chance(0.20)) return;
  const double kind = random.uniform();
  if (kind < 0.66) {
    const double smile = random.uniform(0.3, 1);
    face.both("mouthSmile", smile, apart);
    face.both("cheekSquint", 0.6 * smile);
    if (random.chance(0.8)) {  // with teeth
      face.set("jawOpen", random.uniform(0.12, 0.3));
      face.both("mouthUpperUp", random.uniform(0.6, 1.1) * smile);
      face.both("mouthLowerDown", random.uniform(0.1, 0.6) * smile);
    }
  } else if (kind < 0.78) {
    face.set("jawOpen", random.uniform(0.08, 0.4));
    if (random.chance(0.4)) face.set("mouthFunnel", random.uniform(0, 0.4));
  } else if (kind < 0.85) {
    face.both("browDown", random.uniform(0.3, 0.9), apart);
    face.both("eyeSquint", random.uniform(0.2, 0.8));
  } else if (kind < 0.92) {
    const double up = random.uniform(0.2, 0.8);
    face.set("browInnerUp", up);
    face.both("browOuterUp", up * random.uniform(0.3, 1), apart);
  } else if (kind < 0.96) {
    face.both("mouthSmile", 0);
    face.set("mouthPucker", random.uniform(0.2, 0.7));
  } else {
    face.both("mouthSmile", 0);
    face.both("mouthFrown", random.uniform(0.2, 0.7), apart);
  }
}

}  // namespace

void Prior::draw_identity(uint64_t seed, uint32_t identity, float* block) const {
  Random shape(seed, kShapeStream, identity, 0);
  draw_macros(shape, options_, block);
  draw_shape(shape, head_, options_.shape_scale, block + kMacros);
  Random appearance(seed, kAppearanceStream, identity, 0);
  store_block(draw_appearance(appearance, block, options_), block + Layout(head_).appearance);
}

void Prior::draw_expression(uint64_t seed, uint32_t identity, uint32_t sample, float* block) const {
  const std::size_t units = head_.units.size();
  for (std::size_t i = 0; i < units + 2; ++i) block[i] = 0;
  if (!options_.expression) return;
  Random random(seed, kExpressionStream, identity, sample);
  Face face(head_, block);
  draw_mimic(random, face);
  if (random.chance(0.03)) face.both("eyeBlink", random.uniform(0.4, 1));
  const double gaze_yaw = limited(random.normal(0, 8), 25);
  const double gaze_pitch = limited(random.normal(0, 6), 20);
  block[units] = f(radians(gaze_yaw));
  block[units + 1] = f(radians(gaze_pitch));
  const double down = gaze_pitch < 0 ? -gaze_pitch / 25 : 0;
  const double up = gaze_pitch > 0 ? gaze_pitch / 25 : 0;
  face.both("eyeLookDown", down);
  face.both("eyeLookUp", up);
}

void Prior::draw(uint64_t seed, uint32_t identity, uint32_t sample, float* row) const {
  const Layout layout(head_);
  if (options_.copies) sample = 0;
  draw_identity(seed, identity, row);
  draw_expression(seed, identity, sample, row + layout.identity_end);
  Random light(seed, kIlluminationStream, identity, sample);
  store_block(draw_light(light, options_.illumination, options_.exposure_sd),
              row + layout.expression_end);
  Random pose(seed, kPoseStream, identity, sample);
  store_block(draw_pose(pose, options_), row + layout.illumination_end);
  Random camera(seed, kCameraStream, identity, sample);
  store_block(draw_camera(camera, options_), row + layout.pose_end);
  Random background(seed, kBackgroundStream, identity, sample);
  store_block(draw_background(background, options_.background), row + layout.camera_end);
  Random grooming(seed, kGroomingStream, identity, sample);
  store_block(draw_grooming(grooming, row, options_), row + layout.background_end);
  // What belongs to the person, and is only put on or left off, comes from a stream of its own.
  Random own(seed, kAccessoriesStream, identity, UINT32_MAX);
  Random now(seed, kAccessoriesStream, identity, sample);
  store_block(draw_accessories(own, now, row, options_), row + layout.grooming_end);
}

}  // namespace synface::morphable
