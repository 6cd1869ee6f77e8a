// The schema as a promise: every view is documented with an example that runs, old files open, and
// the queries that must be quick use an index.
#include "schema.h"

#include <cstdlib>
#include <set>

#include "store_fixture.h"
#include "synface/store/query.h"

namespace synface::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path kSource = SYNFACE_TEST_SOURCE_DIR;

// The ```sql blocks of a Markdown file, with the heading that each stands under.
std::vector<std::pair<std::string, std::string>> examples(const std::string& markdown) {
  std::vector<std::pair<std::string, std::string>> result;
  std::string heading, block;
  bool inside = false;
  std::size_t at = 0;
  while (at < markdown.size()) {
    const std::size_t end = std::min(markdown.find('\n', at), markdown.size());
    const std::string line = markdown.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("## ")) heading = line.substr(3);
    if (line == "```sql") {
      inside = true;
      block.clear();
    } else if (line == "```" && inside) {
      inside = false;
      result.emplace_back(heading, block);
    } else if (inside) {
      block += line + "\n";
    }
  }
  return result;
}

class Schema : public StoreFixture {
 protected:
  // Two cells with two seeds each, one of them failed; done trials have all kinds of rows.
  void fill(Store& store) {
    std::vector<NewTrial> trials;
    for (int i = 0; i < 4; ++i) trials.push_back(make_trial(i + 1, i < 2 ? 100 : 1000, i % 2));
    const auto registered = store.register_experiment(make_experiment("width_depth_small"), trials);
    for (int i = 0; i < 4; ++i) {
      const auto running =
          begin(store, registered.trials[static_cast<std::size_t>(i)], hash_of(i + 1),
                [&](JournalWriter& journal) { write(journal, i); });
      ingest(store, running);
      AttemptEnd end;
      if (i == 3) {
        end.status = AttemptStatus::kFailed;
        end.exit_code = 3;
        end.error = "loss/cosface: forward returned an error";
      }
      store.finish_attempt(running.attempt.id, end);
    }
    const std::vector<Annotation> said = {
        {Annotation::Kind::kTag, hash_of(4), "", "bad", 0},
        {Annotation::Kind::kNote, hash_of(4), "", "bad run, wrong folder", 0}};
    store.annotate(said);
  }
  static void write(JournalWriter& journal, int i) {
    journal.event("started",
                  {{"host", "node"},
                   {"isa", "avx2"},
                   {"device", "cpu"},
                   {"binaries", {{"loss/cosface", {{"sha256", "aa"}, {"revision", 1}}}}}});
    journal.event("dataset", {{"name", "train"}, {"digest", "d"}});
    const auto loss = journal.define("train.loss", MetricClass::kMetric, MetricGoal::kMin);
    for (int step = 0; step < 5; ++step) journal.point(loss, step, 3.0 - 0.5 * step + i);
    journal.log(LogLevel::kWarning, "a warning");
    journal.final_value(loss, 1.0 + i);
    if (i == 3) return;
    journal.event("phase", {{"name", "evaluate"}});
    const auto auc = journal.define("real.auc", MetricClass::kMetric, MetricGoal::kMax);
    journal.final_value(auc, 0.7 + 0.05 * i);
    journal.interval(auc, 0.65 + 0.05 * i, 0.75 + 0.05 * i, 0.95);
    journal.curve({"real.roc", "FAR", "TAR", {0, 0.5, 1}, {0, 0.8, 1}});
    journal.artifact({"scores", "artifacts/scores.csv", "text/csv", "ee"});
  }
};

TEST_F(Schema, GivenTheDocumentThenEveryViewHasAnExampleAndEveryExampleRunsAndFindsRows) {
  Store store = open();
  fill(store);
  Database db = open_reader(path());
  const std::string markdown = read_file(kSource / "results" / "schema.md");
  std::set<std::string> documented;
  int count = 0;
  for (const auto& [heading, sql] : examples(markdown)) {
    SCOPED_TRACE(sql);
    auto select = prepare_read(db, sql);
    EXPECT_TRUE(select.step()) << "the example under '" << heading << "' finds nothing";
    documented.insert(heading);
    ++count;
  }
  EXPECT_GE(count, 16);
  for (const std::string& view :
       rows(db, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")) {
    EXPECT_TRUE(documented.contains(view)) << "view " << view << " has no example in schema.md";
  }
}

TEST_F(Schema, GivenTheDocumentThenItNamesEveryColumnOfEveryView) {
  Store store = open();
  const std::string markdown = read_file(kSource / "results" / "schema.md");
  for (const std::string& view :
       rows(store.database(), "SELECT name FROM sqlite_schema WHERE type = 'view'")) {
    const std::size_t begin = markdown.find("\n## " + view + "\n");
    ASSERT_NE(begin, std::string::npos) << view;
    const std::string section = markdown.substr(begin, markdown.find("\n## ", begin + 1) - begin);
    for (const std::string& column :
         rows(store.database(), "SELECT name FROM pragma_table_info('" + view + "')")) {
      EXPECT_THAT(section, HasSubstr("`" + column + "`")) << view;
    }
  }
}

// tests/fixtures/store/v<N>.sqlite was written by the first release with that version. It is made
// by this test where SYNFACE_WRITE_FIXTURE names a file.
TEST_F(Schema, GivenAFileOfEachReleasedVersionThenItOpensWithItsRowsAndTheSchemaOfToday) {
  Store fresh = open();
  if (const char* target = std::getenv("SYNFACE_WRITE_FIXTURE")) {
    fill(fresh);
    fresh.database().exec("PRAGMA page_size=512");  // a small file
    fresh.database().prepare("VACUUM INTO ?").with(target).run();
  }
  const auto schema =
      rows(fresh.database(), "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2");
  for (const Migration& released : migrations()) {
    const auto fixture =
        kSource / "tests" / "fixtures" / "store" / fmt::format("v{}.sqlite", released.version);
    ASSERT_TRUE(std::filesystem::exists(fixture)) << fixture << " is missing";
    const auto copy = folder_.path() / fixture.filename();
    std::filesystem::copy_file(fixture, copy);
    Store store = Store::open(copy);
    EXPECT_EQ(store.database().integer("PRAGMA user_version"), newest_version());
    EXPECT_EQ(rows(store.database(), "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"),
              schema)
        << "a released migration was edited; add a new one instead";
    EXPECT_THAT(rows(store.database(), "SELECT status, count(*) FROM trials GROUP BY 1 ORDER BY 1"),
                ElementsAre("done|3", "failed|1"));
    EXPECT_EQ(store.database().integer("SELECT count(*) FROM points"), 20);
  }
}

TEST_F(Schema, GivenAnOlderFileThenItIsCopiedAndBroughtForwardInOrder) {
  std::filesystem::create_directories(path().parent_path());
  const std::array<Migration, 1> old = {{{1, {"CREATE TABLE a(x)", "INSERT INTO a VALUES(1)"}}}};
  const std::array<Migration, 3> now = {
      {old[0], {2, {"ALTER TABLE a ADD COLUMN y", ""}}, {3, {"UPDATE a SET y = x + 1", ""}}}};
  {
    Database db(path(), Database::Mode::kCreate);
    migrate(db, old);
  }
  {
    Database db(path(), Database::Mode::kReadWrite);
    migrate(db, now);
    EXPECT_EQ(db.integer("PRAGMA user_version"), 3);
    EXPECT_EQ(db.integer("SELECT y FROM a"), 2);
  }
  Database kept(path().string() + ".v1.bak", Database::Mode::kReadOnly);
  EXPECT_EQ(kept.integer("PRAGMA user_version"), 1);
}

TEST_F(Schema, GivenAMigrationThatFailsThenTheFileStaysAtItsVersion) {
  std::filesystem::create_directories(path().parent_path());
  const std::array<Migration, 2> steps = {
      {{1, {"CREATE TABLE a(x)", ""}},
       {2, {"CREATE TABLE b(x)", "INSERT INTO nowhere VALUES(1)"}}}};
  Database db(path(), Database::Mode::kCreate);
  EXPECT_EQ(error_of([&] { migrate(db, steps); }).first, ExitCode::kDatabase);
  EXPECT_EQ(db.integer("PRAGMA user_version"), 1);
  EXPECT_EQ(db.integer("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(Schema, GivenTheQueriesThatMustBeQuickThenNoneScansATable) {
  Store store = open();
  for (const char* sql :
       {"SELECT * FROM trials WHERE experiment = 'x'", "SELECT * FROM finals WHERE metric = 'a'",
        "SELECT * FROM finals WHERE hash = 'x'", "SELECT * FROM points WHERE hash = 'x'",
        "SELECT * FROM finals WHERE experiment = 'x'", "SELECT * FROM attempts WHERE hash = 'x'",
        "SELECT * FROM axes WHERE axis = 'generator.identities' AND value = 1000"}) {
    for (const std::string& step :
         rows(store.database(), std::string("EXPLAIN QUERY PLAN ") + sql)) {
      EXPECT_THAT(step, Not(HasSubstr("|SCAN"))) << sql;
    }
  }
}

}  // namespace
}  // namespace synface::store
