#include "support/bad_input.h"

#include <gtest/gtest.h>

#include "support/records.h"

namespace synface::test {
namespace {

// Points and finals of the experiment "earlier", as text.
std::vector<std::string> remembered(const fs::path& database) {
  return Records(database).column(
      "SELECT f.metric || ' ' || f.trial || ' ' || coalesce(f.value, 'nan') FROM final f "
      "JOIN member m ON m.trial = f.trial JOIN experiment x ON x.id = m.experiment "
      "WHERE x.name = 'earlier' UNION ALL "
      "SELECT p.attempt || ' ' || p.metric || ' ' || p.step || ' ' || coalesce(p.value, 'nan') "
      "FROM point p JOIN attempt a ON a.id = p.attempt JOIN member m ON m.trial = a.trial "
      "JOIN experiment x ON x.id = m.experiment WHERE x.name = 'earlier' ORDER BY 1");
}

void check(const BadInput& row, const fs::path& earlier, const std::vector<std::string>& before) {
  SCOPED_TRACE(row.name);
  Sandbox sandbox;
  fs::copy_file(earlier, sandbox.database());
  fs::copy(earlier.string() + ".d", sandbox.database().string() + ".d",
           fs::copy_options::recursive);
  if (row.prepare) row.prepare(sandbox);
  const Outcome outcome = sandbox.synface(row.command);
  EXPECT_EQ(outcome.code, row.code) << outcome.all();
  for (const std::string& part : row.says) {
    EXPECT_TRUE(outcome.says(part)) << "does not say \"" << part << "\": " << outcome.all();
  }
  EXPECT_FALSE(outcome.says("terminate called")) << outcome.all();
  const Records records(sandbox.database());
  EXPECT_EQ(records.integrity(), "ok");
  EXPECT_EQ(remembered(sandbox.database()), before);
  EXPECT_EQ(records.number("SELECT count(*) FROM trial WHERE status = 'running'"), 0);
}

}  // namespace

void expect_refused(const std::vector<BadInput>& table) {
  Sandbox sandbox;
  sandbox.write("earlier.toml", tiny("", "earlier"));
  const Outcome run = sandbox.synface({"run", "earlier.toml", "--set", "seed.train=77"});
  ASSERT_EQ(run.code, 0) << run.all();
  const auto before = remembered(sandbox.database());
  ASSERT_FALSE(before.empty());
  for (const BadInput& row : table) check(row, sandbox.database(), before);
}

}  // namespace synface::test
