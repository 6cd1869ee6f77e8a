// What a user wrote against a schema: typed values, and every error at its place.
#include <synface/plugin/validate.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const PluginInfo& good() {
  return loaded("good_loss", Kind::kLoss, "good")->info;
}

Validated check(const Json& values, const std::filesystem::path& folder = "/") {
  Given given;
  given.values = values;
  given.table = {"a.toml", folder, 3, 1, 0};
  int line = 4;
  for (const auto& [key, value] : values.items()) {
    given.positions[key] = {"a.toml", folder, line++, 9, 0};
  }
  return validate(good(), given);
}

std::vector<std::string> texts(const Validated& validated) {
  std::vector<std::string> all;
  for (const Diagnostic& d : validated.diagnostics) all.push_back(to_text(d));
  return all;
}

TEST(ValidateTest, FillsInEveryDefault) {
  const Validated v = check(Json::object());
  EXPECT_TRUE(v.ok());
  EXPECT_EQ(v.params, Json({{"scale", 30.0},
                            {"depth", 4},
                            {"smooth", false},
                            {"label", "none"},
                            {"fail", "none"},
                            {"weights", ""},
                            {"steps", {0.5, 0.75}},
                            {"cache", 16}}));
}

TEST(ValidateTest, SpellingOfNumbersIsImmaterial) {
  const Validated a = check({{"scale", 16}, {"depth", 2.0}, {"steps", {1, 0}}});
  const Validated b = check({{"scale", 16.0}, {"depth", 2}, {"steps", {1.0, -0.0}}});
  EXPECT_TRUE(a.ok());
  EXPECT_EQ(canonical_dump(a.params), canonical_dump(b.params));
  EXPECT_TRUE(a.params["scale"].is_number_float());
  EXPECT_TRUE(a.params["depth"].is_number_integer());
}

TEST(ValidateTest, CollectsEveryErrorWithItsPlace) {
  const Validated v = check({{"depth", 101},
                             {"fail", "nun"},
                             {"label", 3},
                             {"scael", 2.0},
                             {"smooth", 1},
                             {"steps", {0.5, 1.5}}});
  EXPECT_FALSE(v.ok());
  EXPECT_THAT(
      texts(v),
      ElementsAre(AllOf(HasSubstr("a.toml:4:9: error: loss/good: depth = 101 is out of range"),
                        HasSubstr("at least 1, at most 100 layers")),
                  AllOf(HasSubstr("a.toml:5:9"), HasSubstr("\"nun\" is not one of none, create"),
                        HasSubstr("did you mean 'none'")),
                  AllOf(HasSubstr("a.toml:6:9"), HasSubstr("label = 3 is not a text in quotes")),
                  AllOf(HasSubstr("a.toml:7:9"), HasSubstr("unknown key 'scael'"),
                        HasSubstr("did you mean 'scale'")),
                  AllOf(HasSubstr("a.toml:8:9"), HasSubstr("smooth = 1 is not true or false")),
                  AllOf(HasSubstr("a.toml:9:9"), HasSubstr("steps[1] = 1.5 is out of range"))));
}

TEST(ValidateTest, EdgesOfRanges) {
  EXPECT_FALSE(check({{"scale", 0.0}}).ok());  // exclusive
  EXPECT_TRUE(check({{"scale", 1e-300}}).ok());
  EXPECT_TRUE(check({{"depth", 1}}).ok());
  EXPECT_TRUE(check({{"depth", 100}}).ok());
  EXPECT_FALSE(check({{"depth", 0}}).ok());
  EXPECT_FALSE(check({{"depth", 2.5}}).ok());
  EXPECT_FALSE(check({{"cache", 1e30}}).ok());
  EXPECT_FALSE(check({{"cache", UINT64_MAX}}).ok());
  EXPECT_THAT(texts(check({{"scale", std::numeric_limits<double>::quiet_NaN()}})),
              ElementsAre(HasSubstr("must be a finite number")));
  EXPECT_FALSE(check({{"scale", std::numeric_limits<double>::infinity()}}).ok());
  EXPECT_FALSE(check({{"scale", "30"}}).ok());
  EXPECT_FALSE(check({{"steps", 0.5}}).ok());
  EXPECT_TRUE(check({{"steps", Json::array()}}).ok());
}

TEST(ValidateTest, AnAliasIsAcceptedWithAWarning) {
  const Validated v = check({{"s", 20}});
  EXPECT_TRUE(v.ok());
  EXPECT_EQ(v.params["scale"], Json(20.0));
  EXPECT_FALSE(v.params.contains("s"));
  EXPECT_THAT(texts(v), ElementsAre(HasSubstr("warning: loss/good: 's' is now called 'scale'")));
  EXPECT_THAT(texts(check({{"s", 20}, {"scale", 20}})), ElementsAre(HasSubstr("both are given")));
}

TEST(ValidateTest, PathsAreResolvedAgainstTheFileThatNamesThem) {
  const Scene scene;
  write_file_atomic(scene.folder() / "w.bin", "weights");
  const Validated v = check({{"weights", "../plugins/./w.bin"}}, scene.folder());
  EXPECT_THAT(texts(v), IsEmpty());
  EXPECT_EQ(v.params["weights"], Json((scene.folder() / "w.bin").string()));
  EXPECT_THAT(texts(check({{"weights", "gone.bin"}}, scene.folder())),
              ElementsAre(HasSubstr("there is no " + (scene.folder() / "gone.bin").string())));
  EXPECT_EQ(check({{"weights", ""}}).params["weights"], Json(""));
}

TEST(ValidateTest, AMissingRequiredParameterIsToldAtTheTable) {
  PluginInfo info = good();
  info.params[0].required = true;
  info.params[0].def = nullptr;
  Given given;
  given.table = {"a.toml", "/", 3, 1, 0};
  const Validated missing = validate(info, given);
  EXPECT_THAT(texts(missing), ElementsAre(HasSubstr("a.toml:3:1: error: loss/good: 'scale' must "
                                                    "be given")));
  given.values = {{"scale", "x"}};  // given, though wrong: one error, not two
  EXPECT_EQ(validate(info, given).diagnostics.size(), 1U);
}

}  // namespace
}  // namespace synface::plugin::test
