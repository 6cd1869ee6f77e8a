// The words of a report follow its numbers.
#include "report_fixture.h"
#include "synface/report/report_file.h"

namespace synface::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PlainWords : public ReportFixture {
 protected:
  std::vector<Planned> arms(double gain, double spread) {
    std::vector<Planned> plan;
    for (const int seed : {0, 1, 2}) {
      const double noise = 0.01 * seed, uneven = spread * (seed - 1);
      plan.push_back({{{"im", false}, {"seed.train", seed}}, {{"real.auc", 0.70 + noise}}});
      plan.push_back(
          {{{"im", true}, {"seed.train", seed}}, {{"real.auc", 0.70 + noise + gain + uneven}}});
    }
    return plan;
  }
  void add_floor(std::vector<Planned>& plan, const std::string& name, double value) {
    plan.push_back({{{"floor", name}, {"seed.train", 0}}, {{"real.auc", value}}});
  }
  std::string report(const std::vector<Planned>& plan) {
    fill("mixup", plan, contrast_);
    store::Database db = reader();
    ReportOptions options;
    options.comparison.experiment = "mixup";
    options.folder = "reports";
    return report_markdown(db, compare(db, options.comparison), options, {});
  }
  std::string words(const std::vector<Planned>& plan, const std::string& contrast,
                    const std::string& metric = "real.auc") {
    fill("mixup", plan, contrast, metric);
    store::Database db = reader();
    ReportOptions options;
    options.comparison.experiment = "mixup";
    options.folder = "reports";
    const std::string text = report_markdown(db, compare(db, options.comparison), options, {});
    const auto begin = text.find("## In plain words");
    return text.substr(begin, text.find("## Table") - begin);
  }
  const std::string contrast_ = "im = true against false";
};

TEST_F(PlainWords, GivenAShownDifferenceThenItsSideItsWorthAndTheWayFromTheFloorAreSaid) {
  auto plan = arms(0.10, 0.005);
  add_floor(plan, "untrained", 0.60);
  add_floor(plan, "anchor", 0.91);
  const std::string text = words(plan, contrast_);
  EXPECT_THAT(text, HasSubstr("With im = true the mean of real.auc is 0.810"));
  EXPECT_THAT(text, HasSubstr("The difference is real by the test stated: over 3 pairs of seeds"));
  EXPECT_THAT(text, HasSubstr("The left side is higher, which is better."));
  EXPECT_THAT(text, HasSubstr("below all of them: chance at 0.500, untrained at 0.600"));
  EXPECT_THAT(text, HasSubstr("above all of them: anchor at 0.910"));
  // (0.81 - 0.60) / (0.91 - 0.60) = 67.7%.
  EXPECT_THAT(text, HasSubstr("The best cell has come 68% of the way from untrained to anchor."));
}

TEST_F(PlainWords, GivenAnIntervalWithZeroThenNeitherSideIsCalledBetter) {
  const std::string text = words(arms(0.01, 0.05), contrast_);
  EXPECT_THAT(text, HasSubstr("No difference is shown"));
  EXPECT_THAT(text, HasSubstr("does not show that the two are equal"));
  EXPECT_THAT(text, Not(HasSubstr("better")));
  EXPECT_THAT(text, Not(HasSubstr("of the way"))) << "without a yardstick above there is no way";
}

TEST_F(PlainWords, GivenAMetricToMinimiseThenHigherIsWorse) {
  auto plan = arms(0.10, 0.005);
  for (Planned& planned : plan) planned.finals = {{"real.eer", planned.finals.at("real.auc")}};
  EXPECT_THAT(words(plan, contrast_, "real.eer"), HasSubstr("higher, which is worse"));
}

TEST_F(PlainWords, GivenNoContrastThenThatIsSaid) {
  EXPECT_THAT(words(arms(0.1, 0.005), ""), HasSubstr("No primary contrast was stated"));
}

// Domain Mixup reads two pictures a row: an equal images_seen is no equal number of pictures.
TEST_F(PlainWords, GivenArmsThatReadUnequallyManyImagesThenTheReportSaysHowMany) {
  auto plan = arms(0.1, 0.005);
  for (Planned& planned : plan) {
    const bool im = planned.axes["im"];
    planned.mixup = im ? Json{{{"plugin", "domain"}}} : Json::array();
    planned.budget = {{"images_seen", 1000}};
    if (im) planned.budget["sources"] = 2;
  }
  EXPECT_THAT(report(plan),
              ::testing::AllOf(HasSubstr("did not read equally many images"),
                               HasSubstr("- 1000 rows of 1 source image each, 1000 source images "
                                         "read: (im false)\n"),
                               HasSubstr("- 1000 rows of 2 source images each, 2000 source images "
                                         "read: (im true)\n")));
}

TEST_F(PlainWords, GivenAMixupWithoutARecordThenNoNumberIsMadeUp) {
  auto plan = arms(0.1, 0.005);
  for (Planned& planned : plan) {
    planned.mixup = Json{{{"plugin", "domain"}}};
    planned.budget = {{"images_seen", 1000}};
  }
  EXPECT_THAT(report(plan), HasSubstr("how many was not recorded"));
}

TEST_F(PlainWords, GivenEqualArmsThenOneSentenceDoes) {
  auto plan = arms(0.1, 0.005);
  for (Planned& planned : plan) planned.budget = {{"images_seen", 1000}};
  EXPECT_THAT(report(plan), HasSubstr("Every cell: 1000 rows of 1 source image each"));
}

}  // namespace
}  // namespace synface::report
