// Files: whole reads, atomic writes, mappings, kernel locks.
#include "synface/base/file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "synface/base/subprocess.h"

namespace synface {
namespace {

namespace fs = std::filesystem;

TEST(File, WhatIsWrittenIsReadAndFoldersAreMade) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a" / "b" / "file";
  const std::string content("zero \0 inside\n", 14);
  write_file_atomic(path, content);
  EXPECT_EQ(read_file(path), content);
  write_file_atomic(path, "shorter", false);
  EXPECT_EQ(read_file(path), "shorter");
  EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()), 1)
      << "no temporary file stays";
}

TEST(File, AFileOfProcIsReadThoughItSaysItIsEmpty) {
  EXPECT_GT(read_file("/proc/self/status").size(), 100U);
}

TEST(File, AbsenceAndFoldersAreErrorsWithTheCallersCode) {
  const TemporaryFolder folder;
  try {
    read_file(folder.path() / "absent", ExitCode::kPlugin);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kPlugin);
    EXPECT_NE(std::string(error.what()).find("absent"), std::string::npos);
  }
  EXPECT_THROW(read_file(folder.path()), Error);
  EXPECT_THROW(MappedFile{folder.path()}, Error);
}

TEST(File, AFullDiskIsKNoSpaceAndLeavesTheOldContent) {
  // /dev/full is a device that is always full.
  try {
    write_file_atomic("/dev/full/x", "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInternal) << "a file is no folder";
  }
  try {
    fail_errno(ENOSPC, ExitCode::kInternal, "write", "/some/file");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kNoSpace);
    EXPECT_NE(std::string(error.what()).find("free some space"), std::string::npos);
  }
}

TEST(File, AMappingShowsTheFileAndAnEmptyOneMapsToNothing) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "full", "abc");
  write_file_atomic(folder.path() / "empty", "");
  MappedFile file(folder.path() / "full");
  ASSERT_EQ(file.size(), 3U);
  EXPECT_EQ(std::to_integer<char>(file.data()[2]), 'c');
  const MappedFile moved = std::move(file);
  EXPECT_EQ(moved.size(), 3U);
  EXPECT_EQ(MappedFile(folder.path() / "empty").size(), 0U);
}

TEST(FileLock, OneHolderAtATimeAlsoWithinOneProcess) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "db.lock";
  EXPECT_FALSE(FileLock::held(path));
  {
    const auto lock = FileLock::try_acquire(path);
    ASSERT_TRUE(lock);
    EXPECT_TRUE(FileLock::held(path));
    EXPECT_FALSE(FileLock::try_acquire(path));
    lock->write_note("a long note");
    lock->write_note("short");
    EXPECT_EQ(FileLock::read_note(path), "short");
  }
  EXPECT_FALSE(FileLock::held(path));
  EXPECT_TRUE(FileLock::try_acquire(path));
}

TEST(FileLock, IsFreeWhenItsHolderIsKilled) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "db.lock";
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::acquire(path);
    ::pause();
    ::_exit(0);
  }
  while (!FileLock::held(path)) ::usleep(1000);
  EXPECT_FALSE(FileLock::try_acquire(path));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(FileLock::try_acquire(path));
}

TEST(FileLock, AChildThatInheritsItHoldsItOn) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "spec";
  SpawnOptions options;
  options.argv = {"sleep", "60"};
  Child child;
  {
    const auto lock = FileLock::acquire(path);
    options.inherit = lock.fd();
    child = spawn(options);
  }
  EXPECT_TRUE(FileLock::held(path));
  child.signal(SIGKILL);
  child.wait();
  EXPECT_FALSE(FileLock::held(path));
}

TEST(TemporaryFolder, IsGoneAtTheEndWithItsContent) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    write_file_atomic(path / "x" / "y", "z");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(File, FreeSpaceOfAPathThatIsNotThereYet) {
  const TemporaryFolder folder;
  EXPECT_GT(free_space(folder.path() / "not" / "yet"), 0U);
}

}  // namespace
}  // namespace synface
