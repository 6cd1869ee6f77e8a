#include "synface/report/trials.h"

#include <cmath>
#include <sstream>

#include "report_fixture.h"
#include "synface/report/export.h"
#include "synface/report/plots.h"
#include "synface/report/render.h"
#include "synface/report/report_file.h"

#include <toml++/toml.h>

namespace synface::report {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Trials : public ReportFixture {
 protected:
  void SetUp() override {
    Planned second{{{"im", true}, {"seed.train", 1}}, {{"real.auc", 0.75}}};
    second.binary = "bb";
    Planned failed{{{"im", true}, {"seed.train", 2}}, {}, store::AttemptStatus::kFailed};
    fill("mixup", {{{{"im", false}, {"seed.train", 1}}, {{"real.auc", 0.1}}}, second, failed},
         "im = true against false");
    db_ = reader();
  }
  std::string hash(int number) { return fmt::format("{:064x}", number); }
  std::string query(const std::string& sql, Format format) {
    std::ostringstream out;
    run_query(db_, sql, {format, 0}, out);
    return out.str();
  }
  store::Database db_;
};

TEST_F(Trials, GivenAQueryThenEachFormIsWellMade) {
  const std::string sql =
      "SELECT hash, value, NULL AS absent, 'a,\"b' AS text FROM finals "
      "WHERE metric = 'real.auc' ORDER BY value";
  const auto json = Json::parse(query(sql, Format::kJson));
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0]["value"], 0.1);
  EXPECT_TRUE(json[0]["absent"].is_null());
  EXPECT_THAT(query(sql, Format::kCsv), HasSubstr(hash(1) + ",0.1,,\"a,\"\"b\"\n"));
  EXPECT_THAT(query(sql, Format::kTable), HasSubstr("NULL"));
  EXPECT_EQ(query("SELECT 1 AS a WHERE 0", Format::kJson), "[]\n");
  EXPECT_THAT(words_of([&] { query("DELETE FROM trial", Format::kJson); }),
              HasSubstr("only reads"));
}

TEST_F(Trials, GivenTheListsThenCountsAndStatusesAreRight) {
  std::ostringstream out;
  EXPECT_EQ(list_experiments(db_, {}, {Format::kJson, 0}, out), 1);
  const auto json = Json::parse(out.str());
  EXPECT_EQ(json[0]["trials"], 3);
  EXPECT_EQ(json[0]["done"], 2);
  EXPECT_EQ(json[0]["failed"], 1);
  std::ostringstream failed;
  EXPECT_EQ(list_trials(db_, "mixup", "failed", {}, -1, {Format::kTable, 100}, failed), 1);
  EXPECT_THAT(failed.str(), HasSubstr("it went wrong"));
}

// "bad run, wrong folder" is seen wherever the trial is, and it can be left out.
TEST_F(Trials, GivenTagsAndNotesThenTheyAreShownAndChooseTrials) {
  using store::Annotation;
  {
    store::Store store = store::Store::open(path());
    const std::vector<Annotation> said = {
        {Annotation::Kind::kTag, hash(2), "", "bad", 0},
        {Annotation::Kind::kNote, hash(2), "", "bad run, wrong folder", 0},
        {Annotation::Kind::kTag, "", "mixup", "first", 0}};
    store.annotate(said);
  }
  const Output wide{Format::kTable, 0};
  std::ostringstream all, bad, good, shown;
  list_trials(db_, "mixup", std::nullopt, {}, -1, wide, all);
  EXPECT_THAT(all.str(), HasSubstr("bad run, wrong folder"));
  EXPECT_EQ(list_trials(db_, "mixup", std::nullopt, {{"bad"}, {}}, -1, wide, bad), 1);
  EXPECT_EQ(list_trials(db_, "mixup", std::nullopt, {{}, {"bad"}}, -1, wide, good), 2);
  EXPECT_THAT(good.str(), Not(HasSubstr("wrong folder")));
  EXPECT_EQ(list_experiments(db_, {{"first"}, {}}, wide, bad), 1);
  EXPECT_EQ(list_experiments(db_, {{}, {"first"}}, wide, bad), 0);
  show(db_, hash(2), wide, shown);
  EXPECT_THAT(shown.str(), AllOf(HasSubstr("\ntags\n"), HasSubstr("wrong folder")));
  EXPECT_EQ(show_json(db_, hash(2))["notes"][0]["text"], "bad run, wrong folder");
  EXPECT_THAT(
      words_of([&] { list_trials(db_, "mixup", std::nullopt, {{"a'b"}, {}}, -1, wide, bad); }),
      HasSubstr("is no tag"));

  ExportOptions options;
  options.experiment = "mixup";
  options.tags.without = {"bad"};
  std::ostringstream points, finals;
  export_points(db_, options, points);
  export_finals(db_, options, finals);
  EXPECT_THAT(points.str() + finals.str(), AllOf(HasSubstr(hash(1)), Not(HasSubstr(hash(2)))));

  ComparisonOptions comparison;
  comparison.experiment = "mixup";
  comparison.tags.without = {"bad"};
  const Comparison result = compare(db_, comparison);
  int done = 0;
  for (const Cell& cell : result.cells) done += cell.done;
  EXPECT_EQ(done, 1);
  EXPECT_THAT(result.cautions,
              ElementsAre("1 of 3 trials are left out by their tags (--without bad)"));
}

// What was allowed by real.allow_overlap is said wherever the figures are.
TEST_F(Trials, GivenTrialsTestedOnPeopleOfTheirTrainingThenTableReportAndShowSaySo) {
  {
    store::Store store = store::Store::open(path());
    const std::string overlap =
        R"([{"train": "real.train", "test": "real.images", "people": 3, "pictures": 1}])";
    store.database()
        .prepare(
            "UPDATE member SET spec = json_set(coalesce(spec, '{}'), '$.overlap', json(?1)) "
            "WHERE trial IN (SELECT id FROM trial WHERE training_hash IN (?2, ?3))")
        .with(overlap, hash(1), hash(2))
        .run();
  }
  ComparisonOptions comparison;
  comparison.experiment = "mixup";
  const std::string said =
      "2 trials were tested on people of their training photographs (real.allow_overlap): 3 people "
      "of real.images are also in real.train, and 1 picture; figures on real.images are better "
      "than for people never seen";
  const Comparison result = compare(db_, comparison);
  EXPECT_THAT(result.cautions, ElementsAre(said));
  EXPECT_THAT(comparison_table(result).notes, ::testing::Contains(said));
  ReportOptions report;
  report.comparison = comparison;
  EXPECT_THAT(report_markdown(db_, result, report, {}), HasSubstr("To be kept in mind: " + said));
  comparison.only = {hash(3)};
  EXPECT_THAT(compare(db_, comparison).cautions, ::testing::IsEmpty());
  std::ostringstream out, other;
  show(db_, hash(1), {Format::kTable, 0}, out);
  show(db_, hash(3), {Format::kTable, 0}, other);
  EXPECT_THAT(out.str(), HasSubstr("was tested on people of its training photographs"));
  EXPECT_THAT(other.str(), Not(HasSubstr("training photographs")));
}

TEST_F(Trials, GivenAWordForATrialThenItIsFoundOrTheMessageSaysHow) {
  EXPECT_EQ(find_trial(db_, "2"), hash(2));
  EXPECT_EQ(find_trial(db_, hash(2)), hash(2));
  EXPECT_THAT(words_of([&] { find_trial(db_, "000000"); }), HasSubstr("more than one"));
  EXPECT_THAT(words_of([&] { find_trial(db_, "abcdefabc"); }), HasSubstr("no trial 'abcdefabc'"));
  EXPECT_THAT(words_of([&] { find_trial(db_, "xyz"); }), HasSubstr("at least 6 digits"));
}

// A file that was changed: its earlier trials are members no more, and stay visible.
TEST_F(Trials, GivenATrialThatNoExperimentAsksForThenAllOfItIsShown) {
  {
    store::Store store = store::Store::open(path());
    store::NewTrial other;
    other.training_hash = other.evaluation_hash = fmt::format("{:064x}", 77);
    other.axes = {{"im", false}};
    other.config = Json::object();
    store.register_experiment({"mixup", "Does it help?", nullptr, "", true}, std::vector{other});
  }
  const Json json = show_json(db_, hash(2));
  EXPECT_EQ(json["status"], "done");
  EXPECT_EQ(json["experiments"][0]["experiment"], "mixup");
  EXPECT_EQ(json["experiments"][0]["current"], false);
  ASSERT_EQ(json["finals"].size(), 1U);
  EXPECT_EQ(json["finals"][0]["value"], 0.75);
  EXPECT_EQ(json["config"]["name"], "mixup");
  std::ostringstream out;
  show(db_, hash(2), {Format::kTable, 0}, out);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("experiment mixup: done"), HasSubstr("earlier version"),
                               HasSubstr("0.75")));
}

TEST_F(Trials, GivenATrialThenAllOfItIsShown) {
  std::ostringstream out;
  show(db_, hash(2), {Format::kTable, 0}, out);
  EXPECT_THAT(out.str(),
              AllOf(HasSubstr("real.auc"), HasSubstr("loss/cosface"), HasSubstr("done")));
  const Json json = show_json(db_, hash(3));
  EXPECT_EQ(json["attempts"][0]["error"], "it went wrong");
  EXPECT_EQ(json["attempts"][0]["environment"]["cpu"], "EPYC");
  EXPECT_EQ(json["config"]["loss"]["scale"], 16.0);
}

TEST_F(Trials, GivenShowTomlThenItReadsBackToTheConfig) {
  const std::string text = show_toml(db_, hash(2));
  const toml::table table = toml::parse(text);
  EXPECT_EQ(table["loss"]["scale"].value<double>(), 16.0);
  EXPECT_TRUE(table["loss"]["scale"].is_floating_point());
  EXPECT_EQ(table["seed"]["train"].value<int>(), 1);
  EXPECT_EQ(table["axes"]["im"].value<bool>(), true);
}

TEST(Toml, GivenEveryKindOfValueThenItReadsBack) {
  const Json object = {{"text", "a \"quoted\" \\ line\nbreak"},
                       {"float", 1e300},
                       {"whole", 3.0},
                       {"list", {1, 2, 3}},
                       {"a key", true},
                       {"tables", {{{"plugin", "x"}, {"deep", {{"y", 1}}}}, {{"plugin", "z"}}}}};
  const toml::table table = toml::parse(to_toml(object));
  EXPECT_EQ(table["text"].value<std::string>(), "a \"quoted\" \\ line\nbreak");
  EXPECT_EQ(table["float"].value<double>(), 1e300);
  EXPECT_TRUE(table["whole"].is_floating_point());
  EXPECT_EQ(table["a key"].value<bool>(), true);
  EXPECT_EQ(table["list"][2].value<int>(), 3);
  EXPECT_EQ(table["tables"][0]["deep"]["y"].value<int>(), 1);
  EXPECT_EQ(table["tables"][1]["plugin"].value<std::string>(), "z");
}

TEST_F(Trials, GivenTwoTrialsThenWhatChangedIsConfigAndBinary) {
  std::vector<std::string> names;
  for (const Change& change : what_changed(db_, hash(1), hash(2))) {
    names.push_back(change.kind + " " + change.name + " " + change.before + " > " + change.after);
  }
  EXPECT_THAT(names,
              ElementsAre("config axes.im false > true",
                          "binary loss/cosface revision 1, sha256 aa > revision 1, sha256 bb"));
  EXPECT_THAT(to_terminal(changes_table(what_changed(db_, hash(1), hash(1))), 0),
              HasSubstr("nothing differs"));
}

TEST_F(Trials, GivenAnExportThenItIsOrderedByteStableAndWithoutTimingWhereAsked) {
  ExportOptions options;
  options.experiment = "mixup";
  options.timing = false;
  std::ostringstream points, again, finals, json;
  export_points(db_, options, points);
  export_points(db_, options, again);
  EXPECT_EQ(points.str(), again.str());
  EXPECT_THAT(points.str(), Not(HasSubstr("images_per_s")));
  EXPECT_THAT(points.str(),
              ::testing::StartsWith("hash,metric,step,value\n" + hash(1) + ",train.loss,0,2\n" +
                                    hash(1) + ",train.loss,1,1.9\n"));
  export_finals(db_, options, finals);
  EXPECT_THAT(finals.str(), HasSubstr(hash(1) + "," + hash(1) + ",real.auc,0.1,0,,,,done,\""));
  options.format = ExportFormat::kJsonLines;
  options.timing = true;
  export_points(db_, options, json);
  EXPECT_THAT(json.str(),
              HasSubstr("\"metric\":\"train.images_per_s\",\"step\":3,\"value\":1003}\n"));
  options.experiment = "none";
  EXPECT_THAT(words_of([&] { export_points(db_, options, json); }), HasSubstr("no experiment"));
}

TEST(Doubles, GivenAnyDoubleThenItsTextReadsBackToTheSameBits) {
  for (const double value : {0.1, 1.0 / 3, 1e-308, 5e-324, 123456789.123, -0.0, 1e22}) {
    EXPECT_EQ(std::strtod(format_double(value).c_str(), nullptr), value) << format_double(value);
    EXPECT_EQ(std::signbit(std::strtod(format_double(value).c_str(), nullptr)),
              std::signbit(value));
  }
  EXPECT_EQ(format_double(0.1), "0.1");
  EXPECT_EQ(json_double(std::nan("")), "null");
  EXPECT_EQ(json_double(-HUGE_VAL), "-1e999");
}

TEST_F(Trials, GivenTheReportThenItSaysWhatAReaderMustKnow) {
  ReportOptions options;
  options.comparison.experiment = "mixup";
  options.file = "/home/someone/experiments/mixup.toml";
  options.set = {"real.images=/home/someone/lfw", "train.batch_size=32", "generator.head=/home/x"};
  options.folder = folder_.path() / "reports";
  options.curve_metrics = {"train.loss"};
  const auto file = write_report(db_, options);
  const std::string text = read_file(file);
  for (const char* words : {"# mixup", "Does it help?", "`real.auc`: im = true against false",
                            "before any of its trials had ended", "2 trials done, 1 failed",
                            "it went wrong", "chance", "node, cpu, avx2, EPYC",
                            "seed.train (2 values)", "nothing can be said", "mixed numerics"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
  EXPECT_THAT(text, HasSubstr("\n```\n"
                              "synface run experiments/mixup.toml --set real.images=FOLDER "
                              "--set train.batch_size=32 --set generator.head=PATH\n"
                              "synface compare mixup --curve train.loss --report FOLDER\n```\n"));
  EXPECT_THAT(text, HasSubstr("## In plain words\n\n"));
  EXPECT_THAT(text, Not(HasSubstr("/home/someone")));
  EXPECT_THAT(text, Not(HasSubstr(folder_.path().string())));
  const auto plot = Json::parse(read_file(options.folder / "mixup" / "real.auc.vl.json"));
  EXPECT_EQ(plot["layer"].size(), 3U) << "no layer, and so no legend, for floors that are not";
  EXPECT_EQ(plot["$schema"], "https://vega.github.io/schema/vega-lite/v5.json");
  const auto curve = Json::parse(read_file(options.folder / "mixup" / "curve_train.loss.vl.json"));
  EXPECT_EQ(curve["data"]["values"].size(), 8U);  // two cells, four steps
}

TEST_F(Trials, GivenNoConverterThenThePlotSaysHowToGetOne) {
  const auto absent = folder_.path() / "absent";
  EXPECT_THAT(words_of([&] { render_plot(Json::object(), folder_.path() / "a.svg", absent); }),
              AllOf(HasSubstr("vl-convert"), HasSubstr("pip install")));
  EXPECT_THAT(words_of([&] { render_plot(Json::object(), folder_.path() / "a.gif", absent); }),
              HasSubstr(".svg, .png, .pdf or .html"));
}

}  // namespace
}  // namespace synface::report
