// What a quality report says: rows, sentences, plots and the page.
#include "synface/report/quality.h"

#include "report_fixture.h"
#include "synface/report/html.h"

namespace synface::report {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

QualityFigures alike() {
  QualityFigures f;
  f.embedder = "dlib_embedder";
  f.figures = {{"threshold", 0.6},
               {"people", 100},
               {"real.people", 500},
               {"genuine_mean", 0.334},
               {"real.genuine_mean", 0.448},
               {"impostors_under", 0.3857},
               {"real.impostors_under", 0.007},
               {"uniqueness", 0.13},
               {"real.uniqueness", 0.85},
               {"dimensions", 15.7},
               {"real.dimensions", 19.6},
               {"render_auc.whole", 0.9998},
               {"render_auc_floor.whole", 0.49},
               {"render_auc.eyes", 0.995},
               {"render_auc_floor.eyes", 0.5},
               {"render_auc.skin", 0.978},
               {"render_auc_floor.skin", 0.54}};
  f.intervals = {{"uniqueness", {0.081, 0.179}}, {"genuine_mean", {0.33, 0.3381}}};
  f.curves["distances.impostor"] = {{0.25, 0.75}, {1.0, 3.0}};
  f.curves["look_alikes"] = {{0, 1}, {0.2871, 0.3}};
  return f;
}

QualityRow row_of(const QualityFigures& figures, const std::string& name) {
  for (const QualityRow& row : quality_rows(figures)) {
    if (row.name == name) return row;
  }
  return {};
}

TEST(Quality, AFigureStandsBesideThatOfPhotographs) {
  const QualityRow unique = row_of(alike(), "uniqueness");
  EXPECT_EQ(unique.set, "13.0% [8.1, 17.9]");
  EXPECT_EQ(unique.real, "85.0%");
  EXPECT_EQ(row_of(alike(), "genuine distance").set, "0.334 [0.330, 0.338]");
  EXPECT_EQ(row_of(alike(), "people").real, "500");
  EXPECT_EQ(row_of(alike(), "  skin only").real, "54.0%");  // photographs against photographs
  EXPECT_EQ(row_of(alike(), "precision").name, "") << "what was not measured has no row";
}

TEST(Html, TextIsNeverMarkup) {
  EXPECT_EQ(html_escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
  const std::string page = html_document("<i>", "<p>x</p>\n");
  EXPECT_THAT(page, HasSubstr("<title>&lt;i&gt;</title>"));
  EXPECT_THAT(page, HasSubstr("<body>\n<p>x</p>\n</body></html>\n"));
}

TEST(Quality, SentencesStateFiguresBesideThoseOfPhotographs) {
  const std::vector<std::string> words = quality_words(alike());
  EXPECT_THAT(words, Contains(HasSubstr("38.6% are nearer than 0.6")));
  EXPECT_THAT(words, Contains(HasSubstr("one person; of photographed people 0.7%.")));
  EXPECT_THAT(words, Contains(HasSubstr("0.334 apart on average; two photographs of one person "
                                        "0.448.")));
  EXPECT_THAT(words, Contains(HasSubstr("most by the eyes (99.5%) and least by the skin (97.8%)")));
}

TEST(Quality, WithoutPhotographsNothingIsSaidAboutThem) {
  QualityFigures alone;
  alone.figures = {{"threshold", 5}, {"genuine_mean", 3}, {"impostors_under", 0.25}};
  for (const std::string& words : quality_words(alone)) {
    EXPECT_THAT(words, Not(HasSubstr("photograph")));
  }
  EXPECT_EQ(row_of(alone, "genuine distance").real, "");
  EXPECT_TRUE(region_plot(alone).is_null());
}

TEST(Quality, PlotsHoldTheirPoints) {
  const auto distances = distance_plot(alike());
  const auto& values = distances["layer"][0]["data"]["values"];
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[1]["density"], 3.0);
  EXPECT_EQ(values[1]["of"], "set");
  EXPECT_EQ(distances["layer"][1]["data"]["values"][0]["at"], 0.6);
  EXPECT_EQ(region_plot(alike())["data"]["values"].size(), 6U);
}

TEST(Quality, IntervalsAndPhotographsAreExplainedWhereThereAreSome) {
  const auto held = HasSubstr("with the threshold");
  const auto pairs = HasSubstr("photographs' pairs"), equal = HasSubstr("equally many people");
  EXPECT_THAT(quality_table(alike()).notes, ElementsAre(AllOf(held, pairs), equal));
  QualityFigures bare = alike();
  bare.intervals.clear();
  EXPECT_TRUE(quality_table(bare).notes.empty());
  QualityFigures alone = alike();
  alone.figures.erase("real.people");
  EXPECT_THAT(quality_table(alone).notes, ElementsAre(AllOf(held, Not(pairs))));
  std::string complaint;
  const auto beside = HasSubstr("that of photographs");
  EXPECT_THAT(quality_page({}, {alike()}, &complaint),
              AllOf(HasSubstr("In brackets: 95%"), equal, beside));
  bare.figures.erase("real.people");
  EXPECT_THAT(quality_page({}, {bare}, &complaint),
              AllOf(Not(HasSubstr("rackets")), Not(equal), Not(beside)));
}

TEST(Quality, ThePageHoldsItsSheetsAndIsEscaped) {
  const TemporaryFolder folder("quality");
  QualityFigures figures = alike();
  figures.sheets["look_alikes.jpg"] = folder.path() / "a.jpg";
  figures.sheets["real.look_alikes.jpg"] = folder.path() / "b.jpg";
  write_file_atomic(folder.path() / "a.jpg", "fiction", false);
  write_file_atomic(folder.path() / "b.jpg", "real", false);
  QualityPage page;
  page.title = "A <set> & more";
  page.facts = {{"set", "\"Syn_2_3\""}};
  page.command = "synface data quality Syn_2_3";
  std::string complaint;
  const std::string text = quality_page(page, {figures}, &complaint);
  EXPECT_THAT(text, HasSubstr("<h1>A &lt;set&gt; &amp; more</h1>"));
  EXPECT_THAT(text, HasSubstr("<td>&quot;Syn_2_3&quot;</td>"));
  EXPECT_THAT(text, HasSubstr("base64,ZmljdGlvbg=="));  // "fiction"
  EXPECT_THAT(text, HasSubstr("row by row: 0.287, 0.300"));
  EXPECT_THAT(text, Not(HasSubstr("cmVhbA=="))) << "photographs are shown where asked for only";
  EXPECT_TRUE(text.find("<svg") != std::string::npos || !complaint.empty());
  EXPECT_THAT(text, Not(HasSubstr("http-equiv")));
  page.photographs = true;
  EXPECT_THAT(quality_page(page, {figures}, &complaint), HasSubstr("base64,cmVhbA=="));
}

TEST(Quality, AConverterThatWasNamedAndIsAbsentIsAnError) {
  QualityPage page;
  page.vl_convert = "/nowhere/vl-convert";
  std::string complaint;
  EXPECT_THROW(quality_page(page, {alike()}, &complaint), Error);
}

class QualityOf : public ReportFixture {};

TEST_F(QualityOf, AnExperimentIsReadTrialByTrialWithLbpLast) {
  fill("quality_x",
       {{.axes = {{"backbone", "lbp"}}, .finals = {{"quality.d_prime", 0.7}}, .backbone = "lbp"},
        {.axes = {{"backbone", "judge"}},
         .finals = {{"quality.d_prime", 4.3}, {"other.d_prime", 9}},
         .backbone = "judge"},
        {.axes = {{"backbone", "another"}},
         .finals = {{"quality.d_prime", 2.5}},
         .backbone = "another"}});
  auto db = reader();
  const auto all = read_quality(db, "quality_x", "quality");
  EXPECT_THAT(all, ElementsAre(Field(&QualityFigures::embedder, "judge"),
                               Field(&QualityFigures::embedder, "another"),
                               Field(&QualityFigures::embedder, "lbp")));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(all[0].figures, ElementsAre(std::pair<const std::string, double>("d_prime", 4.3)));
  EXPECT_EQ(all[2].figure("d_prime"), 0.7);
}

}  // namespace
}  // namespace synface::report
