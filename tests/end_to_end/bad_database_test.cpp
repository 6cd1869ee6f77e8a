// What databases get that are newer, broken, foreign or read-only, and full disks.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

struct Case {
  const char* name;
  void (*spoil)(const fs::path& database);
  std::vector<const char*> says;
};

void execute(const fs::path& database, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(database.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);
}

void make_newer(const fs::path& database) {
  const auto version = Records(database).number("PRAGMA user_version");
  ASSERT_GT(version, 0) << "the schema's version is the user_version";
  execute(database, fmt::format("PRAGMA user_version = {}", version + 7));
}

void corrupt(const fs::path& database) {
  std::fstream file(database, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(100);  // the first page's own header, after the file's
  for (int i = 0; i < 3000; ++i) file.put(static_cast<char>(i * 37));
}

void make_text(const fs::path& database) {
  std::ofstream(database, std::ios::trunc) << "experiment,trial,value\na,1,0.5\n";
}

void make_foreign(const fs::path& database) {
  fs::remove(database);
  execute(database, "CREATE TABLE recipe(name TEXT); INSERT INTO recipe VALUES('soup')");
}

void make_folder(const fs::path& database) {
  fs::remove(database);
  fs::create_directories(database);
}

const Case kCases[] = {
    {"a newer version", make_newer, {"newer"}}, {"corrupt", corrupt, {}},
    {"a text file", make_text, {"not"}},        {"another program's database", make_foreign, {}},
    {"a folder", make_folder, {"folder"}},
};

// Bytes of the file, or "" for a folder.
std::string bytes_of(const fs::path& file) {
  return fs::is_directory(file) ? std::string() : read_file(file);
}

TEST(BadDatabase, IsRefusedByEveryCommandAndLeftAsItIs) {
  Sandbox sandbox;
  sandbox.write("tiny.toml", tiny());
  const Outcome run = sandbox.synface({"run", "tiny.toml"});
  ASSERT_EQ(run.code, 0) << run.all();
  const std::string good = read_file(sandbox.database());
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.name);
    fs::remove_all(sandbox.database());
    std::ofstream(sandbox.database(), std::ios::binary) << good;
    one.spoil(sandbox.database());
    const std::string spoilt = bytes_of(sandbox.database());
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"run", "tiny.toml", "--set", "seed.train=7"},
          {"plan", "tiny.toml"},
          {"ls"},
          {"query", "SELECT count(*) FROM trial"},
          {"export", "tiny"},
          {"retry", "--failed"}}) {
      const Outcome outcome = sandbox.synface(command);
      EXPECT_EQ(outcome.code, 6) << command[0] << ": " << outcome.all();
      EXPECT_TRUE(outcome.says(sandbox.database().string())) << outcome.all();
      for (const char* part : one.says) {
        EXPECT_TRUE(outcome.says(part)) << part << ": " << command[0] << ": " << outcome.all();
      }
    }
    EXPECT_EQ(bytes_of(sandbox.database()), spoilt) << "nothing was written to it";
  }
}

TEST(BadDatabase, OneThatIsNotThereIsSaidWithTheRemedy) {
  Sandbox sandbox;
  const Outcome outcome = sandbox.synface({"ls"});
  EXPECT_EQ(outcome.code, 6) << outcome.all();
  EXPECT_TRUE(outcome.says("synface run")) << outcome.all();
  EXPECT_FALSE(fs::exists(sandbox.database()));
}

// Runs a shell script with mounts of its own; skips the test where that is not allowed.
Outcome with_mounts(const Sandbox& sandbox, const std::string& script) {
  return sandbox.program({"unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script,
                          "sh", sandbox.programs().synface().string(),
                          sandbox.database().string()});
}

bool may_mount(const Sandbox& sandbox) {
  return with_mounts(sandbox, "mkdir -p probe && mount -t tmpfs none probe").code == 0;
}

TEST(BadDatabase, AReadOnlyFolderIsRefused) {
  Sandbox sandbox;
  if (!may_mount(sandbox)) GTEST_SKIP() << "this machine allows no mounts of one's own";
  sandbox.write("tiny.toml", tiny());
  const Outcome outcome =
      with_mounts(sandbox,
                  "mkdir -p shelf && mount --bind shelf shelf && mount -o remount,bind,ro shelf && "
                  "exec \"$1\" --db shelf/results.sqlite run tiny.toml");
  EXPECT_EQ(outcome.code, 6) << outcome.all();
  EXPECT_TRUE(outcome.says("shelf/results.sqlite")) << outcome.all();
}

// Given a small disk, when it fills up at the first table, among the first files or in the middle
// of a grid, then the run ends with code 8 and loses nothing: with more space the same command ends
// the grid.
TEST(BadDatabase, AFullDiskStopsTheRunAndTheSameCommandGoesOn) {
  for (const char* size : {"100k", "300k", "600k"}) {
    SCOPED_TRACE(size);
    Sandbox sandbox;
    if (!may_mount(sandbox)) GTEST_SKIP() << "this machine allows no mounts of one's own";
    sandbox.write("tiny.toml", tiny("[seed]\ntrain = [0, 1, 2]\n"));
    const Outcome outcome =
        with_mounts(sandbox, "mkdir disk && mount -t tmpfs -o size=" + std::string(size) +
                                 " none disk || exit 99\n"
                                 "\"$1\" --db disk/results.sqlite run tiny.toml >full.log 2>&1; "
                                 "echo \"full: $?\"\n"
                                 "mount -o remount,size=200m disk || exit 98\n"
                                 "\"$1\" --db disk/results.sqlite run tiny.toml >more.log 2>&1; "
                                 "echo \"more: $?\"\n"
                                 "cp disk/results.sqlite .");
    ASSERT_EQ(outcome.code, 0) << outcome.all();
    EXPECT_TRUE(outcome.says("full: 8")) << outcome.all() << read_file(sandbox / "full.log");
    EXPECT_TRUE(outcome.says("more: 0")) << outcome.all() << read_file(sandbox / "more.log");
    const Records records(sandbox.database());
    EXPECT_EQ(records.integrity(), "ok");
    EXPECT_EQ(records.number("SELECT count(*) FROM trial WHERE status = 'done'"), 3);
  }
}

}  // namespace
}  // namespace synface::test
