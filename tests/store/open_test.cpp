// What a bad database gets: exit code 6 (8 for a full disk), the file, the fault and the remedy,
// and a file that is as it was.
#include <grp.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "schema.h"
#include "store_fixture.h"

namespace synface::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Open : public StoreFixture {
 protected:
  void expect_refused(const std::string& words) {
    const std::string before = read_file(path());
    for (const bool reader : {false, true}) {
      const auto [code, message] = error_of([&] {
        if (reader) {
          open_reader(path());
        } else {
          open();
        }
      });
      EXPECT_EQ(code, ExitCode::kDatabase);
      EXPECT_THAT(message, AllOf(HasSubstr(path().string()), HasSubstr(words)));
    }
    EXPECT_EQ(read_file(path()), before);
  }
  void write(const std::string& content) { write_file_atomic(path(), content, false); }
  void make() {
    Store store = open();
    store.register_experiment(make_experiment(), std::vector{make_trial(1), make_trial(2, 1000)});
    store.close();
  }
};

TEST_F(Open, GivenNoFileThenAWriterMakesItAndAReaderSaysThatItIsAbsent) {
  EXPECT_THAT(error_of([&] { open_reader(path()); }).second, HasSubstr("does not exist"));
  make();
  Database db = open_reader(path());
  EXPECT_EQ(db.integer("PRAGMA application_id"), kApplicationId);
  EXPECT_EQ(db.integer("PRAGMA user_version"), newest_version());
  EXPECT_EQ(db.text("SELECT value FROM meta WHERE key = 'sqlite_sourceid'"), sqlite3_sourceid());
  EXPECT_EQ(db.text("PRAGMA journal_mode"), "wal");
}

TEST_F(Open, GivenATextFileThenItIsNoDatabase) {
  write(
      "this is a text file, and long enough to have a header of 100 bytes; it is not a database "
      "however, and must stay as it is");
  expect_refused("not an SQLite database");
}

TEST_F(Open, GivenAnotherProgramsDatabaseThenItIsForeign) {
  std::filesystem::create_directories(path().parent_path());
  {
    Database db(path(), Database::Mode::kCreate);
    db.exec("CREATE TABLE album(name)");
  }
  expect_refused("another program");
}

TEST_F(Open, GivenANewerVersionThenItIsNamed) {
  make();
  {
    Database db(path(), Database::Mode::kReadWrite);
    db.exec(fmt::format("PRAGMA user_version={}", newest_version() + 41));
  }
  expect_refused(fmt::format("schema version {}", newest_version() + 41));
}

TEST_F(Open, GivenADamagedFileThenItIsSaid) {
  make();
  std::string content = read_file(path());
  for (std::size_t i = 100; i < 2000; ++i) content[i] = static_cast<char>(i * 7);
  write(content);
  expect_refused("damaged");
}

TEST_F(Open, GivenAFolderThenItIsSaid) {
  std::filesystem::create_directories(path());
  for (const auto& call : std::vector<std::function<void()>>{
           [&] { open(); }, [&] { open_reader(path()); }, [&] { open_reader_if_any(path()); }}) {
    const auto [code, message] = error_of(call);
    EXPECT_EQ(code, ExitCode::kDatabase);
    EXPECT_THAT(message, AllOf(HasSubstr(path().string()), HasSubstr("is a folder; name a file")));
  }
}

TEST_F(Open, GivenAPathBelowAFileThenItIsSaidWithTheRemedy) {
  write("a file");
  const auto [code, message] = error_of([&] { Store::open(path() / "x.sqlite"); });
  EXPECT_EQ(code, ExitCode::kDatabase);
  EXPECT_THAT(message, AllOf(HasSubstr("cannot make its folder"), HasSubstr("--db")));
}

// A run whose disk was full at its very start leaves such a file.
TEST_F(Open, GivenAnEmptyFileThenThereAreNoResultsAndAWriterFillsIt) {
  EXPECT_FALSE(open_reader_if_any(path()));
  write("");
  EXPECT_FALSE(open_reader_if_any(path()));
  EXPECT_THAT(error_of([&] { open_reader(path()); }).second, HasSubstr("is empty"));
  make();
  ASSERT_TRUE(open_reader_if_any(path()));
  EXPECT_EQ(open_reader_if_any(path())->integer("SELECT count(*) FROM trials"), 2);
}

// Runs `check` in a child process without root's rights; its return is the exit status.
int as_nobody(const std::function<int()>& check) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(99);
    ::_exit(check());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

TEST_F(Open, GivenAReadOnlyDatabaseThenAWriterIsRefusedAndAReaderReads) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to drop its rights";
  make();
  namespace fs = std::filesystem;
  fs::permissions(folder_.path(), fs::perms(0755));
  fs::permissions(path().parent_path(), fs::perms(0555));
  fs::permissions(path(), fs::perms(0444));
  EXPECT_EQ(as_nobody([&] {
              try {
                open();
              } catch (const Error& error) {
                const bool named = std::string(error.what()).find("read-only") != std::string::npos;
                return named ? static_cast<int>(error.code()) : 98;
              }
              return 97;
            }),
            static_cast<int>(ExitCode::kDatabase));
  EXPECT_EQ(as_nobody([&] {
              try {
                Database db = open_reader(path());
                return static_cast<int>(db.integer("SELECT count(*) FROM trials"));
              } catch (const Error&) {
                return 97;
              }
            }),
            2);
}

TEST_F(Open, GivenAFullDiskThenTheExitCodeIs8AndWhatWasCommittedIsWhole) {
  const auto disk = folder_.path() / "disk";
  std::filesystem::create_directories(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "needs the right to mount a tmpfs";
  }
  const auto database = disk / "full.sqlite";
  {
    Store store = Store::open(database);
    store.register_experiment(make_experiment("first"), std::vector{make_trial(1)});
    std::vector<NewTrial> trials;
    for (int i = 2; i < 5000; ++i) trials.push_back(make_trial(i, i));
    const auto [code, words] =
        error_of([&] { store.register_experiment(make_experiment("second"), trials); });
    EXPECT_EQ(code, ExitCode::kNoSpace) << words;
    EXPECT_THAT(words, HasSubstr("free space"));
  }
  {
    Store store = Store::open(database);
    EXPECT_EQ(store.database().text("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(store.database().integer("SELECT count(*) FROM trial"), 1);
  }
  EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST(NetworkFilesystem, GivenStatfsMagicThenNetworkOnesAreNamed) {
  EXPECT_EQ(network_filesystem(0x6969), "NFS");
  EXPECT_EQ(network_filesystem(static_cast<int>(0xFF534D42)), "CIFS");  // sign-extended
  EXPECT_EQ(network_filesystem(0x0BD00BD0), "Lustre");
  EXPECT_EQ(network_filesystem(0x65735546), "FUSE");
  EXPECT_EQ(network_filesystem(0xEF53), "");      // ext4
  EXPECT_EQ(network_filesystem(0x01021994), "");  // tmpfs
}

}  // namespace
}  // namespace synface::store
