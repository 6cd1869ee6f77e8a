#include "headc/table.h"

#include <utility>

namespace synface::headc {
namespace {

struct Signed {
  const char* stem;   // section/name
  const char* words;  // "decr incr": negative, positive
  float sigma;
};

constexpr const char* kSize = "decr incr";
constexpr const char* kUp = "down up";
constexpr const char* kForward = "backward forward";

constexpr Signed kUnsided[] = {
    {"head/head-scale-vert", kSize, .07F},
    {"head/head-fat", kSize, .14F},
    {"head/head-back-scale-depth", kSize, .07F},
    {"head/head-age", kSize, .26F},
    {"head/head-scale-depth", kSize, .07F},
    {"head/head-scale-horiz", kSize, .07F},
    {"forehead/forehead-temple", kSize, .50F},
    {"forehead/forehead-trans", kForward, .22F},
    {"forehead/forehead-scale-vert", kSize, .09F},
    {"forehead/forehead-nubian", kSize, .05F},
    {"eyebrows/eyebrows-angle", kUp, .19F},
    {"eyebrows/eyebrows-trans", kUp, .18F},
    {"eyebrows/eyebrows-trans", kForward, .10F},
    {"nose/nose-nostrils-angle", kUp, .50F},
    {"nose/nose-flaring", kSize, .50F},
    {"nose/nose-curve", "concave convex", .50F},
    {"nose/nose-point-width", kSize, .50F},
    {"nose/nose-scale-horiz", kSize, .50F},
    {"nose/nose-width1", kSize, .50F},
    {"nose/nose-width2", kSize, .50F},
    {"nose/nose-nostrils-width", kSize, .50F},
    {"nose/nose-greek", kSize, .50F},
    {"nose/nose-septumangle", kSize, .50F},
    {"nose/nose-width3", kSize, .46F},
    {"nose/nose-hump", kSize, .36F},
    {"nose/nose-trans", kUp, .30F},
    {"nose/nose-base", kUp, .30F},
    {"nose/nose-scale-vert", kSize, .25F},
    {"nose/nose-volume", kSize, .23F},
    {"nose/nose-trans", kForward, .22F},
    {"nose/nose-scale-depth", kSize, .17F},
    {"nose/nose-point", kUp, .11F},
    {"mouth/mouth-lowerlip-height", kSize, .50F},
    {"mouth/mouth-lowerlip-volume", kSize, .50F},
    {"mouth/mouth-lowerlip-width", kSize, .50F},
    {"mouth/mouth-lowerlip-ext", kUp, .50F},
    {"mouth/mouth-lowerlip-middle", kUp, .50F},
    {"mouth/mouth-upperlip-ext", kUp, .50F},
    {"mouth/mouth-upperlip-height", kSize, .50F},
    {"mouth/mouth-upperlip-volume", kSize, .50F},
    {"mouth/mouth-upperlip-middle", kUp, .50F},
    {"mouth/mouth-cupidsbow", kSize, .50F},
    {"mouth/mouth-cupidsbow-width", kSize, .50F},
    {"mouth/mouth-laugh-lines", "in out", .50F},
    {"mouth/mouth-philtrum-volume", kSize, .50F},
    {"mouth/mouth-scale-vert", kSize, .42F},
    {"mouth/mouth-upperlip-width", kSize, .27F},
    {"mouth/mouth-scale-horiz", kSize, .22F},
    {"mouth/mouth-scale-depth", kSize, .19F},
    {"mouth/mouth-angles", kUp, .14F},
    {"mouth/mouth-trans", kUp, .09F},
    {"mouth/mouth-trans", kForward, .06F},
    {"chin/chin-jaw-drop", kSize, .50F},
    {"chin/chin-cleft", kSize, .50F},
    {"chin/chin-width", kSize, .18F},
    {"chin/chin-prognathism", kSize, .18F},
    {"chin/chin-bones", kSize, .17F},
    {"chin/chin-prominent", kSize, .16F},
    {"chin/chin-height", kSize, .07F},
    {"neck/neck-double", kSize, .50F},
    {"neck/neck-scale-horiz", kSize, .42F},
    {"neck/neck-scale-depth", kSize, .37F},
};

constexpr Signed kSided[] = {
    {"eyes/-eye-corner1", kUp, .50F},
    {"eyes/-eye-corner2", kUp, .50F},
    {"eyes/-eye-height1", kSize, .35F},
    {"eyes/-eye-height2", kSize, .35F},
    {"eyes/-eye-height3", kSize, .35F},
    {"eyes/-eye-scale", kSize, .50F},
    {"eyes/-eye-eyefold", kUp, .50F},
    {"eyes/-eye-eyefold-angle", kUp, .50F},
    {"eyes/-eye-eyefold", "concave convex", .50F},
    {"eyes/-eye-bag", kSize, .50F},
    {"eyes/-eye-bag", "in out", .50F},
    {"eyes/-eye-bag-height", kSize, .34F},
    {"eyes/-eye-trans", kUp, .11F},
    {"eyes/-eye-trans", "in out", .19F},
    {"cheek/-cheek-bones", kSize, .33F},
    {"cheek/-cheek-inner", kSize, .32F},
    {"cheek/-cheek-trans", kUp, .22F},
    {"cheek/-cheek-volume", kSize, .15F},
    {"ears/-ear-lobe", kSize, .50F},
    {"ears/-ear-scale-vert", kSize, .50F},
    {"ears/-ear-scale-depth", kSize, .50F},
    {"ears/-ear-flap", kSize, .50F},
    {"ears/-ear-wing", kSize, .50F},
    {"ears/-ear-rot", kForward, .44F},
    {"ears/-ear-scale", kSize, .30F},
    {"ears/-ear-trans", kForward, .23F},
    {"ears/-ear-trans", kUp, .15F},
};

constexpr std::pair<const char*, float> kOneSided[] = {
    {"head/head-oval", .14F},       {"head/head-rectangular", .14F},
    {"head/head-round", .18F},      {"head/head-diamond", .18F},
    {"head/head-square", .18F},     {"head/head-invertedtriangular", .18F},
    {"head/head-triangular", .18F}, {"chin/chin-triangle", .20F},
};

struct Asymmetry {
  const char* name;
  int count;
  float sigma;
};
constexpr Asymmetry kAsymmetry[] = {{"brown", 2, .12F}, {"cheek", 2, .12F}, {"eye", 8, .08F},
                                    {"jaw", 3, .12F},   {"mouth", 2, .12F}, {"nose", 4, .12F},
                                    {"temple", 2, .12F}};

Coefficient signed_pair(const std::string& stem, const std::string& words, float sigma) {
  const std::size_t space = words.find(' ');
  const std::string negative = words.substr(0, space);
  const std::string positive = words.substr(space + 1);
  const float limit = 2.5F * sigma < 1.0F ? 2.5F * sigma : 1.0F;
  const std::string name = stem.substr(stem.find('/') + 1) + "-" + negative + "-" + positive;
  return {name, stem + "-" + positive, stem + "-" + negative, sigma, limit, -1};
}

}  // namespace

std::vector<Coefficient> coefficient_table() {
  std::vector<Coefficient> table;
  for (const Signed& row : kUnsided) table.push_back(signed_pair(row.stem, row.words, row.sigma));
  for (const Signed& row : kSided) {
    const std::string stem = row.stem;
    const std::size_t at = stem.find('/') + 1;
    for (const char* side : {"r", "l"}) {
      std::string sided = stem;
      table.push_back(signed_pair(sided.insert(at, side), row.words, row.sigma));
    }
    const int first = static_cast<int>(table.size()) - 2;
    table[static_cast<std::size_t>(first)].tie = first + 1;
    table[static_cast<std::size_t>(first) + 1].tie = first;
  }
  for (const auto& [stem, sigma] : kOneSided) {
    const std::string text = stem;
    table.push_back({text.substr(text.find('/') + 1), text, "", sigma, 1.0F, -1});
  }
  for (const Asymmetry& row : kAsymmetry) {
    for (int k = 1; k <= row.count; ++k) {
      const std::string name = std::string("asym-") + row.name + "-" + std::to_string(k);
      table.push_back({name, "asym/" + name + "-r", "asym/" + name + "-l", row.sigma, 1.0F, -1});
    }
  }
  return table;
}

LandmarkTable right_side_landmarks() {
  LandmarkTable t;
  for (auto& row : t) row = {-1, -1};
  const auto set = [&t](std::size_t first, std::initializer_list<int> vertices) {
    for (const int v : vertices) t[first++][0] = v;
  };
  set(17, {207, 206, 204, 205, 208});
  set(27, {132, 131, 201, 5054, 318, 313, 317});
  set(36, {21, 0, 54, 66, 47, 41});
  t[36][1] = 24;
  t[39][1] = 69;
  t[40][1] = 50;
  set(48, {500, 5354, 450, 455});
  set(57, {492, 486, 406, 428, 470, 474});
  t[59][1] = 480;
  set(66, {493, 481});
  return t;
}

std::array<int, 68> mirrored_landmarks() {
  std::array<int, 68> m;
  m.fill(-1);
  const auto set = [&m](std::size_t first, std::initializer_list<int> sources) {
    for (const int s : sources) m[first++] = s;
  };
  set(22, {21, 20, 19, 18, 17});
  set(34, {32, 31});
  set(42, {39, 38, 37, 36, 41, 40});
  set(52, {50, 49, 48, 59, 58});
  set(63, {61, 60, 67});
  return m;
}

const std::vector<std::string>& face_units() {
  static const std::vector<std::string> units = {
      "browDownLeft",      "browDownRight",      "browInnerUp",         "browOuterUpLeft",
      "browOuterUpRight",  "cheekPuff",          "cheekSquintLeft",     "cheekSquintRight",
      "eyeBlinkLeft",      "eyeBlinkRight",      "eyeLookDownLeft",     "eyeLookDownRight",
      "eyeLookInLeft",     "eyeLookInRight",     "eyeLookOutLeft",      "eyeLookOutRight",
      "eyeLookUpLeft",     "eyeLookUpRight",     "eyeSquintLeft",       "eyeSquintRight",
      "eyeWideLeft",       "eyeWideRight",       "jawForward",          "jawLeft",
      "jawOpen",           "jawRight",           "mouthClose",          "mouthDimpleLeft",
      "mouthDimpleRight",  "mouthFrownLeft",     "mouthFrownRight",     "mouthFunnel",
      "mouthLeft",         "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft",
      "mouthPressRight",   "mouthPucker",        "mouthRight",          "mouthRollLower",
      "mouthRollUpper",    "mouthShrugLower",    "mouthShrugUpper",     "mouthSmileLeft",
      "mouthSmileRight",   "mouthStretchLeft",   "mouthStretchRight",   "mouthUpperUpLeft",
      "mouthUpperUpRight", "noseSneerLeft",      "noseSneerRight"};
  return units;
}

}  // namespace synface::headc
