// A full disk, on a small tmpfs.
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "harness.h"

namespace synface::testing {
namespace {

// A tmpfs of 2 MiB for as long as it lives; not mounted where we may not.
class TinyDisk {
 public:
  TinyDisk() { mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=2m") == 0; }
  ~TinyDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  bool mounted() const { return mounted_; }
  std::filesystem::path path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  bool mounted_ = false;
};

TEST(FullDisk, StopsWithEightAndGoesOnWhenThereIsRoom) {
  const TinyDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs needs root";
  const auto request = grid("full", 6, {{"steps", 4}, {"step_ms", 5}});
  schedule::Options options;
  options.database = disk.path() / "db.sqlite";
  options.worker = fake_worker();
  options.jobs = 1;
  options.quiet = true;
  { store::Store::open(options.database); }
  // Leave room for the database but for few journals.
  const auto ballast = disk.path() / "ballast";
  {
    const auto room = free_space(disk.path());
    std::ofstream(ballast) << std::string(room - (96U << 10U), 'x');
  }
  try {
    schedule::run(request, options);
    FAIL() << "six journals and their rows do not fit";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kNoSpace) << error.what();
  }

  std::filesystem::remove(ballast);
  const auto summary = schedule::run(request, options);
  EXPECT_EQ(summary.done, 6);
  EXPECT_EQ(ask(options.database, "SELECT count(*) FROM attempt WHERE status = 'running'"), 0);
  EXPECT_EQ(ask(options.database, "SELECT count(*) FROM points WHERE metric = 'train.loss'"), 24);
  EXPECT_EQ(ask_text(options.database, "PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace synface::testing
