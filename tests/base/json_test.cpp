// The canonical spelling of JSON, on which identities rest.
#include "synface/base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "synface/base/file.h"

namespace synface {
namespace {

TEST(Json, KeyOrderAndWhiteSpaceDoNotMatter) {
  EXPECT_EQ(canonical_dump(Json::parse(R"({"b": [1, 2.5,  true], "a": {"z": null, "y": "x"}})")),
            R"({"a":{"y":"x","z":null},"b":[1,2.5,true]})");
}

TEST(Json, FloatsHaveOneSpelling) {
  const auto spell = [](const char* text) { return canonical_dump(Json::parse(text)); };
  EXPECT_EQ(spell("1.0"), "1.0");
  EXPECT_EQ(spell("1e0"), "1.0");
  EXPECT_EQ(spell("0.1"), "0.1");
  EXPECT_EQ(spell("0.10000000000000001"), "0.1");
  EXPECT_EQ(spell("-0.0"), "0.0");
  EXPECT_EQ(spell("1e300"), "1e+300");
  EXPECT_EQ(spell("5e-4"), "5e-04");
  EXPECT_EQ(spell("120000.0"), "120000.0");
  EXPECT_EQ(spell("16"), "16") << "an integer is not a float";
}

TEST(Json, EveryDoubleReadsBackToItself) {
  for (const double value :
       {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 123456789.125, -2.5e-7}) {
    EXPECT_EQ(Json::parse(canonical_dump(Json(value))).get<double>(), value);
  }
}

TEST(Json, WhatAConfigurationCannotHoldIsNamedWithItsPlace) {
  Json json = {{"loss", {{"scale", std::nan("")}}}};
  try {
    canonical_dump(json);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("/loss/scale"), std::string::npos) << error.what();
  }
  EXPECT_THROW(canonical_dump(Json(std::numeric_limits<double>::infinity())), Error);
  EXPECT_THROW(canonical_dump(Json("\xff")), Error);
}

TEST(Json, AParseErrorHasFileLineAndColumn) {
  try {
    parse_json("{\n  \"a\": 1,\n  \"b\": x\n}", "some.json", ExitCode::kData);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kData);
    EXPECT_EQ(std::string(error.what()), "some.json:3:8: this is not valid JSON");
  }
}

TEST(Json, AFileIsWrittenAndRead) {
  const TemporaryFolder folder;
  const Json json = {{"a", {1, 2}}};
  write_json_file(folder.path() / "x.json", json);
  EXPECT_EQ(read_json_file(folder.path() / "x.json"), json);
}

}  // namespace
}  // namespace synface
