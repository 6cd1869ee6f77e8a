#include "synface/store/query.h"

#include "store_fixture.h"

namespace synface::store {
namespace {

using ::testing::HasSubstr;

class Query : public StoreFixture {
 protected:
  void SetUp() override {
    Store store = open();
    store.register_experiment(make_experiment(), std::vector{make_trial(1), make_trial(2, 1000)});
    store.close();
    db_ = open_reader(path());
  }
  Database db_;
};

TEST_F(Query, GivenAReadThenItRuns) {
  auto select = prepare_read(db_, "WITH t AS (SELECT * FROM trials) SELECT count(*) FROM t;  ");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.integer(0), 2);
}

class QueryWrite : public Query, public ::testing::WithParamInterface<const char*> {};

TEST_P(QueryWrite, GivenAWriteThenItIsRefusedAsUsage) {
  const std::string before = read_file(path());
  const auto [code, words] = error_of([&] { prepare_read(db_, GetParam()).step(); });
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_THAT(words, HasSubstr("only reads"));
  EXPECT_EQ(read_file(path()), before);
}

INSTANTIATE_TEST_SUITE_P(Statements, QueryWrite,
                         ::testing::Values("DELETE FROM trial", "UPDATE trial SET status = 'done'",
                                           "INSERT INTO meta VALUES('a', 'b')", "DROP VIEW trials",
                                           "CREATE TABLE x(a)", "CREATE TEMP TABLE x(a)",
                                           "ATTACH '/tmp/other.sqlite' AS o", "VACUUM",
                                           "PRAGMA user_version = 9",
                                           "PRAGMA journal_mode = DELETE", "BEGIN", "REINDEX",
                                           "SELECT load_extension('/tmp/evil.so')"));

TEST_F(Query, GivenTwoStatementsWrongSqlOrNothingThenTheMessageSaysWhich) {
  EXPECT_THAT(error_of([&] { prepare_read(db_, "SELECT 1; SELECT 2"); }).second,
              HasSubstr("one statement at a time"));
  EXPECT_THAT(error_of([&] { prepare_read(db_, "  "); }).second, HasSubstr("none was given"));
  const auto [code, words] = error_of([&] { prepare_read(db_, "SELECT nonsense FROM trials"); });
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_THAT(words, HasSubstr("no such column: nonsense (at character 8)"));
}

}  // namespace
}  // namespace synface::store
