// The head model file: the default head is whole, and damaged ones are refused with the place.
#include "core/head_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "core/safetensors.h"
#include "temp_folder.h"

namespace {

using namespace synface::morphable;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kHead = SYNFACE_MORPHABLE_HEAD;

// The message with which a file is refused; empty when it is read.
std::string refusal(const std::string& path) {
  try {
    HeadModel::read(path);
  } catch (const HeadError& e) {
    return e.what();
  }
  return {};
}

TEST(HeadModel, TheDefaultHeadHasItsDocumentedSizes) {
  const HeadModel head = HeadModel::read(kHead);
  EXPECT_EQ(head.base.size(), 4875U);
  EXPECT_EQ(head.triangles.size(), 9604U);
  EXPECT_EQ(head.coefficients.size(), 147U);
  EXPECT_EQ(head.units.size(), 51U);
  EXPECT_EQ(head.eye_vertices[0].size(), 72U);
  EXPECT_EQ(head.licence, "CC0-1.0");
}

// A closed surface: every edge within the skin, the mouth bag and the sockets has two triangles in
// opposite directions, but for the one ring where the neck was cut.
TEST(HeadModel, TheSkinIsClosedButForTheNeck) {
  const HeadModel head = HeadModel::read(kHead);
  std::map<std::pair<int32_t, int32_t>, int> edges;
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    if (head.part[t] > Part::kSocket) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      ++edges[{head.triangles[t][c], head.triangles[t][(c + 1) % 3]}];
    }
  }
  for (const auto& [edge, n] : edges) {
    ASSERT_EQ(n, 1);
    if (edges.count({edge.second, edge.first}) != 0) continue;
    EXPECT_LT(head.canonical[static_cast<std::size_t>(edge.first)].y, -2.2F);
  }
}

TEST(HeadModel, LandmarksLieWhereAFaceHasThem) {
  const HeadModel head = HeadModel::read(kHead);
  const auto q = [&](std::size_t l) { return head.landmark(head.canonical, l); };
  EXPECT_LT(q(36).x, q(39).x);
  EXPECT_LT(q(39).x, q(42).x);  // the subject's right eye comes first
  EXPECT_GT(q(19).y, q(37).y);
  EXPECT_GT(q(30).z, q(27).z);
  EXPECT_GT(q(51).y, q(57).y);
  for (const auto& [right, left] :
       {std::pair<std::size_t, std::size_t>{36, 45}, {48, 54}, {17, 26}, {31, 35}, {60, 64}}) {
    EXPECT_NEAR(q(right).x, -q(left).x, 1e-4F);
    EXPECT_NEAR(q(right).y, q(left).y, 1e-4F);
  }
}

TEST(HeadModel, AMissingFileIsNamed) {
  EXPECT_THAT(refusal("/nowhere/head.safetensors"),
              AllOf(HasSubstr("/nowhere/head.safetensors"), HasSubstr("cannot be opened"),
                    HasSubstr("synface-headc")));
}

TEST(HeadModel, EveryTruncationIsRefused) {
  const TempFolder folder;
  const std::string whole = read_bytes(kHead);
  for (const double share : {0.0, 0.000001, 0.0001, 0.001, 0.3, 0.7, 0.99, 0.999999}) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(whole.size()));
    const std::string path = folder.write("cut.safetensors", whole.substr(0, size));
    EXPECT_THAT(refusal(path), HasSubstr("cut.safetensors")) << size << " bytes";
  }
}

TEST(HeadModel, AForeignFileIsRefused) {
  const TempFolder folder;
  EXPECT_THAT(refusal(folder.write("words.safetensors", std::string(5000, 'x'))),
              HasSubstr("no .safetensors file"));
  std::string other = R"({"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(other.size());
  EXPECT_THAT(refusal(folder.write("network.safetensors", bytes + other + "abcd")),
              HasSubstr("no head model"));
  EXPECT_THAT(refusal("/"), HasSubstr("head model /"));
}

// Changes a piece of the header, of equal length, and expects a refusal.
TEST(HeadModel, ADamagedHeaderIsRefused) {
  const TempFolder folder;
  const std::pair<const char*, const char*> changes[] = {
      {"\"base\":{\"dtype\":\"F32\"", "\"base\":{\"dtype\":\"F64\""},
      {"\"shape\":[4875,3]", "\"shape\":[4876,3]"},
      {"\"canonical\"", "\"canonicaX\""},
      {"\"version\":\"1\"", "\"version\":\"9\""},
      {"synface-head", "synface-hand"},
      {"\"data_offsets\":[0,", "\"data_offsets\":[9,"},
      {"\"part\":{\"dtype\"", "\"part\":{\"dtypo\""},
      {"\"shape\":[68,2]", "\"shape\":[68 2]"}};
  for (const auto& [from, to] : changes) {
    std::string bytes = read_bytes(kHead);
    const std::size_t at = bytes.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bytes.replace(at, std::strlen(from), to);
    EXPECT_THAT(refusal(folder.write("bad.safetensors", bytes)), HasSubstr("bad.safetensors"))
        << to;
  }
}

// The message with which these tensors and this many bytes after them are refused.
std::string refusal_of(const std::string& header, std::size_t data) {
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  try {
    TensorFile(bytes + header + std::string(data, '\0'), "odd.safetensors");
  } catch (const HeadError& e) {
    return e.what();
  }
  return {};
}

std::string tensor(const std::string& name, int elements, int begin, int end) {
  return "\"" + name + R"(":{"dtype":"U8","shape":[)" + std::to_string(elements) +
         R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

TEST(TensorFile, WhatTheFormatForbidsIsRefusedInWords) {
  const std::string a = tensor("a", 4, 0, 4);
  EXPECT_EQ(refusal_of("{" + a + "," + tensor("b", 2, 4, 6) + "}", 6), "");
  EXPECT_EQ(refusal_of("{" + tensor("b", 2, 4, 6) + "," + a + "," + tensor("c", 0, 6, 6) + "} ", 6),
            "");
  EXPECT_THAT(refusal_of("{" + a + "," + tensor("b", 2, 7, 9) + "}", 9),
              AllOf(HasSubstr("odd.safetensors has 3 bytes that no tensor has before tensor 'b'"),
                    HasSubstr("build it again")));
  EXPECT_THAT(refusal_of("{" + tensor("a", 3, 2, 5) + "}", 5), HasSubstr("2 bytes that no tensor"));
  EXPECT_THAT(refusal_of("{" + a + "," + tensor("b", 2, 3, 5) + "}", 5),
              HasSubstr("has an overlap before tensor 'b'"));
  EXPECT_THAT(refusal_of("{" + a + "," + tensor("b", 4, 0, 4) + "}", 4), HasSubstr("an overlap"));
  EXPECT_THAT(refusal_of("{" + a + "}", 9), HasSubstr("has 5 bytes after its last tensor"));
  EXPECT_THAT(refusal_of("{}", 1), HasSubstr("has 1 bytes after its last tensor"));
  EXPECT_THAT(refusal_of("{" + a + "}", 3), HasSubstr("is truncated: tensor 'a'"));
  EXPECT_THAT(refusal_of("{" + tensor("a", 5, 0, 4) + "}", 4),
              HasSubstr("another size than shape"));
  EXPECT_THAT(refusal_of(R"({"a":{"dtype":"U8","shape":[0]}})", 0), HasSubstr("lacks dtype"));
  EXPECT_THAT(refusal_of(R"({"a":{"dtype":"U9","shape":[0],"data_offsets":[0,0]}})", 0),
              HasSubstr("a dtype that is none"));
  EXPECT_THAT(
      refusal_of(R"({"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0),
      HasSubstr("there twice"));
  EXPECT_THAT(refusal_of(R"({"__metadata__":{"k":"1","k":"2"}})", 0), HasSubstr("there twice"));
  EXPECT_THAT(refusal_of(" {}", 0), HasSubstr("does not begin with {"));
  EXPECT_THAT(refusal_of(R"({"a":{"dtype":"F64","shape":[999999999999999,999999999999999],)"
                         R"("data_offsets":[0,8]}})",
                         8),
              HasSubstr("another size than shape"));
}

// Where a tensor's first element lies in the file.
std::size_t begin_of(const std::string& whole, const std::string& name) {
  const std::size_t entry = whole.find("\"" + name + "\":{\"dtype\"");
  const std::size_t offsets = whole.find("data_offsets\":[", entry) + 15;
  const std::size_t header = 8 + static_cast<unsigned char>(whole[0]) +
                             256U * static_cast<unsigned char>(whole[1]) +
                             65536U * static_cast<unsigned char>(whole[2]);
  return header + std::stoul(whole.substr(offsets, 12));
}

// Overwrites an element in the middle of a tensor with 0xFFFFFF7F: a huge index, or a NaN.
TEST(HeadModel, IndicesOutOfRangeAndValuesThatAreNotFiniteAreRefused) {
  const TempFolder folder;
  const std::string whole = read_bytes(kHead);
  for (const char* name :
       {"base", "canonical", "triangles", "paint", "paint_triangles", "part", "landmarks",
        "target_offset", "target_index", "target_delta", "macro_target", "coefficient_target",
        "coefficient_prior", "coefficient_tie", "unit_offset", "unit_index", "unit_delta"}) {
    std::string bytes = whole;
    bytes.replace(begin_of(whole, name) + 136, 4, "\xFF\xFF\xFF\x7F");
    if (std::string(name) == "macro_target") {
      bytes = whole;
      bytes.replace(begin_of(whole, name) + 4, 4, "\xFF\xFF\xFF\x7F");
    }
    EXPECT_THAT(refusal(folder.write("bad.safetensors", bytes)), HasSubstr("bad.safetensors"))
        << name;
  }
}

// Beyond 1 a coefficient would be clamped when it is drawn, and the prior would not be the file's.
TEST(HeadModel, APriorBeyondTheTargetsIsRefused) {
  const TempFolder folder;
  const std::string whole = read_bytes(kHead);
  const auto with_first_prior = [&](float sigma, float limit) {
    std::string bytes = whole;
    const std::size_t at = begin_of(whole, "coefficient_prior");
    std::memcpy(bytes.data() + at, &sigma, sizeof sigma);
    std::memcpy(bytes.data() + at + sizeof sigma, &limit, sizeof limit);
    return refusal(folder.write("prior.safetensors", bytes));
  };
  EXPECT_EQ(with_first_prior(0.4F, 1.0F), "");
  for (const auto& [sigma, limit] :
       {std::pair{0.4F, 1.01F}, {0.4F, 0.3F}, {0.0F, 1.0F}, {1.5F, 2.0F}}) {
    EXPECT_THAT(with_first_prior(sigma, limit),
                AllOf(HasSubstr("prior.safetensors"), HasSubstr("sigma <= limit <= 1")))
        << sigma << " " << limit;
  }
}

}  // namespace
