#include "synface/report/primary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synface/base/error.h"

namespace synface::report {
namespace {

using ::testing::HasSubstr;

std::string words_of(const std::string& contrast) {
  try {
    parse_contrast(contrast);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(Contrast, GivenTheDesignsExampleThenBothSidesAreConditions) {
  const Contrast contrast = parse_contrast("generator.identities = 1000 against 100");
  EXPECT_EQ(to_string(contrast.treatment), "generator.identities = 1000");
  EXPECT_EQ(to_string(contrast.baseline), "generator.identities = 100");
  EXPECT_TRUE(holds(contrast.treatment, {{"generator.identities", 1000}, {"im", true}}));
  EXPECT_TRUE(holds(contrast.treatment, {{"generator.identities", 1000.0}}));
  EXPECT_FALSE(holds(contrast.treatment, {{"generator.identities", 100}}));
  EXPECT_FALSE(holds(contrast.treatment, {{"im", true}}));
}

TEST(Contrast, GivenOtherFormsThenTypesAreKept) {
  EXPECT_EQ(parse_contrast("im = true against false").baseline[0].value, false);
  EXPECT_EQ(parse_contrast("loss.margin = 0.2 against 0.0").treatment[0].value, 0.2);
  EXPECT_EQ(parse_contrast("train.images_seen = 120_000 against 60_000").treatment[0].value,
            120000);
  EXPECT_EQ(parse_contrast("loss.plugin = cosface against arcface").treatment[0].value, "cosface");
  EXPECT_EQ(parse_contrast("mode = \"a against b\" against 'c = d, e'").baseline[0].value,
            "c = d, e");
}

TEST(Contrast, GivenSeveralAxesThenTheRightSideFollowsOrNamesItsOwn) {
  const Contrast plain = parse_contrast("n = 1000, s = 5 against 100, 50");
  EXPECT_EQ(to_string(plain.baseline), "n = 100, s = 50");
  const Contrast named = parse_contrast("n = 1000, s = 5 against im = true");
  EXPECT_EQ(to_string(named.baseline), "im = true");
}

TEST(Contrast, GivenNonsenseThenTheMessageSaysWhatAndShowsAnExample) {
  EXPECT_THAT(words_of("generator.identities = 1000"), HasSubstr("exactly one \"against\""));
  EXPECT_THAT(words_of("n 1000 against 100"), HasSubstr("\"n 1000\" is no condition"));
  EXPECT_THAT(words_of("n = against 100"), HasSubstr("a value is missing"));
  EXPECT_THAT(words_of("n = 1, s = 2 against 3"), HasSubstr("2 values stand against 1"));
  EXPECT_THAT(words_of("n = 5 against 5"), HasSubstr("both sides are the same"));
  EXPECT_THAT(words_of("n = 'open against 5"), HasSubstr("exactly one"));
  EXPECT_THAT(words_of("n = against 5"), HasSubstr("generator.identities = 1000 against 100"));
}

TEST(Primary, GivenAWrongTableThenTheKeyIsNamed) {
  const auto words = [](const Json& primary) {
    try {
      parse_primary(primary);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(words({{"metrics", "real.auc"}, {"contrast", "n = 1 against 2"}}),
              HasSubstr("did you mean 'metric'"));
  EXPECT_THAT(words({{"metric", "real.auc"}}), HasSubstr("primary.contrast wants a text"));
  EXPECT_THAT(words("text"), HasSubstr("wants a table"));
}

TEST(Primary, GivenAnAxisThatIsNoneThenTheNearestIsNamed) {
  const Primary primary =
      parse_primary({{"metric", "real.auc"}, {"contrast", "generator.identites = 1 against 2"}});
  try {
    check_primary(primary, {"generator.identities", "im"});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'generator.identities'"));
  }
}

}  // namespace
}  // namespace synface::report
