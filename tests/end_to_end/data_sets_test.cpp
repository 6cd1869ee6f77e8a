// `synface data`: named sets are built, interrupted, damaged, exported and trained on.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <thread>

#include "support/sandbox.h"
#include "synface/base/file.h"

namespace synface::test {
namespace {

// 12 people x 20 images at 32 pixels: three blocks of the cache, and one of held-out people.
const std::vector<std::string> kBuild = {"data",      "build", "Syn_12_20",         "--size", "32",
                                         "--heldout", "20",    "--heldout-samples", "3"};

std::vector<std::string> with(std::vector<std::string> command, std::vector<std::string> more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::string manifest(const Sandbox& sandbox, const std::string& name = "Syn_12_20") {
  return read_file(sandbox.cache() / "sets" / (name + ".json"));
}

std::vector<fs::path> blocks(const Sandbox& sandbox) {
  std::vector<fs::path> found;
  std::error_code none_yet;
  for (const auto& file : fs::recursive_directory_iterator(sandbox.cache() / "images", none_yet)) {
    if (file.path().extension() == ".block") found.push_back(file.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The SHA-256 of the set that was built.
std::string built(const Sandbox& sandbox, const std::vector<std::string>& more = {}) {
  const Outcome outcome = sandbox.synface(with(with(kBuild, more), {"--json"}));
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  return outcome.json().value("sha256", "");
}

// Given the same command, then the manifest, which sums up every block, is the same file: on 1, 2
// and 4 threads, in another folder, and after a SIGKILL in the middle.
TEST(DataSets, AreTheSameOnThreadsAndAfterAKill) {
  Sandbox one(Sandbox::Cache::kPrivate), four(Sandbox::Cache::kPrivate),
      killed(Sandbox::Cache::kPrivate);
  const std::string sum = built(one, {"--threads", "1"});
  EXPECT_EQ(sum.size(), 64U);
  EXPECT_EQ(built(four, {"--threads", "4"}), sum);

  Child child = killed.start(with(kBuild, {"--threads", "2"}), "log");
  while (blocks(killed).empty() && !child.wait_for(std::chrono::milliseconds(2))) {
  }
  child.signal(SIGKILL);
  child.wait_for(std::chrono::minutes(1));
  const Outcome list = killed.synface({"data", "ls", "--json"});
  ASSERT_EQ(list.code, 0) << list.all();
  const Json before = list.json();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0]["whole"], false) << "a set that was not finished is not taken for whole";
  EXPECT_EQ(killed.synface({"data", "verify"}).code, 4);
  EXPECT_EQ(killed.synface({"data", "export", "Syn_12_20", "--out", "x"}).code, 2);
  // The name alone: what it was told before is in the manifest.
  const Outcome again = killed.synface({"data", "build", "Syn_12_20", "--threads", "2", "--json"});
  ASSERT_EQ(again.code, 0) << again.all();
  EXPECT_EQ(again.json()["sha256"], sum);
  EXPECT_LT(again.json()["rendered"], 300) << "what was there was not rendered again";
  EXPECT_TRUE(manifest(one) == manifest(four));
  EXPECT_TRUE(manifest(one) == manifest(killed));
}

TEST(DataSets, DamageIsNamedAndBuiltAgain) {
  Sandbox sandbox(Sandbox::Cache::kPrivate);
  const std::string sum = built(sandbox);
  ASSERT_EQ(blocks(sandbox).size(), 4U);
  EXPECT_EQ(sandbox.synface({"data", "verify", "Syn_12_20"}).code, 0);
  std::string bytes = read_file(blocks(sandbox)[1]);
  bytes[5000] = static_cast<char>(bytes[5000] ^ 1);
  write_file_atomic(blocks(sandbox)[1], bytes);
  fs::remove(blocks(sandbox)[3]);
  const fs::path torn = blocks(sandbox)[1];
  const Outcome verify = sandbox.synface({"data", "verify", "Syn_12_20"});
  EXPECT_EQ(verify.code, 4);
  EXPECT_TRUE(verify.says(torn.string())) << verify.all();
  EXPECT_TRUE(verify.says("missing")) << verify.all();
  EXPECT_TRUE(verify.says("synface data build Syn_12_20")) << verify.all();
  const Json faults = sandbox.synface({"data", "verify", "--json"}).json();
  EXPECT_EQ(faults[0]["faults"].size(), 2U) << faults;
  const auto untouched = fs::last_write_time(blocks(sandbox)[0]);
  EXPECT_EQ(built(sandbox), sum);
  EXPECT_EQ(fs::last_write_time(blocks(sandbox)[0]), untouched) << "only what was damaged";
  EXPECT_EQ(sandbox.synface({"data", "verify"}).code, 0);
}

TEST(DataSets, ANameMeansOneSet) {
  Sandbox sandbox(Sandbox::Cache::kPrivate);
  const std::vector<std::string> small = {"data", "build", "Syn_3_4", "--size", "32"};
  ASSERT_EQ(sandbox.synface(small).code, 0);
  const Outcome other = sandbox.synface(with(small, {"--seed", "1"}));
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(other.says("data_seed 0, now 1")) << other.all();
  const Outcome label =
      sandbox.synface({"data", "build", "Syn_3_4_mixed", "--size", "32", "--mixup", "identity"});
  EXPECT_EQ(label.code, 0) << label.all();
  EXPECT_EQ(sandbox.synface(with(small, {"--seed", "1", "--replace"})).code, 0);
  const Json list = sandbox.synface({"data", "ls", "--json"}).json();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["build"]["seed"], 1);
  EXPECT_NE(list[0]["sha256"], list[1]["sha256"]);
  EXPECT_EQ(sandbox.synface({"data", "rm", "Syn_3_4"}).code, 0);
  const Outcome gone = sandbox.synface({"data", "stats", "Syn_3_4_mixd"});
  EXPECT_EQ(gone.code, 2);
  EXPECT_TRUE(gone.says("did you mean 'Syn_3_4_mixed'")) << gone.all();
}

TEST(DataSets, TooLargeADiskAndTooFewPeopleAreRefusedWithNumbers) {
  Sandbox sandbox(Sandbox::Cache::kPrivate);
  const Outcome large = sandbox.synface({"data", "build", "Syn_1M_1K", "--size", "112"});
  EXPECT_EQ(large.code, 8);
  EXPECT_TRUE(large.says("1,000,000,000 images of 37632 bytes")) << large.all();
  EXPECT_TRUE(large.says("of them would fit")) << large.all();
  EXPECT_FALSE(fs::exists(sandbox.cache() / "sets")) << "nothing was begun";
  const Outcome dry = sandbox.synface(with(kBuild, {"--dry-run", "--json"}));
  ASSERT_EQ(dry.code, 0) << dry.all();
  EXPECT_EQ(dry.json()["missing"], 300);
  EXPECT_GT(dry.json()["images_per_s"], 0);
  EXPECT_FALSE(fs::exists(sandbox.cache() / "images")) << "nothing was kept";
  const Outcome few = sandbox.synface(with(kBuild, {"--pairs", "7"}));
  EXPECT_EQ(few.code, 2);
  EXPECT_TRUE(few.says("--pairs 6")) << few.all();  // 2 people a fold x 3 pairs of 3 images
  EXPECT_EQ(sandbox.synface({"data", "build", "Syn_3_4", "--generator", "folder"}).code, 2);
}

// A disk that fills up while a set is built: a tmpfs whose last file names are taken away.
TEST(DataSets, AFullDiskStopsCleanlyAndARerunGoesOn) {
  Sandbox sandbox(Sandbox::Cache::kPrivate);
  const std::string disk = (sandbox / "disk").string();
  fs::create_directories(disk);
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("none", disk.c_str(), "tmpfs", 0, "size=64m") != 0) {
    GTEST_SKIP() << "no right to mount a small disk";
  }
  sandbox.set_environment("SYNFACE_CACHE", disk);
  const Outcome part = sandbox.synface({"data", "build", "Syn_12_8", "--size", "32"});
  ASSERT_EQ(part.code, 0) << part.all();
  struct statvfs status {};
  ASSERT_EQ(::statvfs(disk.c_str(), &status), 0);
  // Room for the set's manifest and for one of the two blocks that it lacks.
  const auto inodes = status.f_files - status.f_ffree + 2;
  ASSERT_EQ(::mount("none", disk.c_str(), nullptr, MS_REMOUNT,
                    fmt::format("size=64m,nr_inodes={}", inodes).c_str()),
            0);
  const std::vector<std::string> build = {"data", "build", "Syn_12_20", "--size", "32"};
  const Outcome full = sandbox.synface(build);
  EXPECT_EQ(full.code, 8) << full.all();
  EXPECT_TRUE(full.says("192 of 240 images are kept")) << full.all();
  EXPECT_TRUE(full.says("No space left")) << full.all();
  for (const auto& file : fs::recursive_directory_iterator(disk)) {
    EXPECT_EQ(file.path().string().find(".tmp"), std::string::npos) << file.path();
  }
  ASSERT_EQ(::mount("none", disk.c_str(), nullptr, MS_REMOUNT, "size=64m,nr_inodes=1000"), 0);
  const Outcome again = sandbox.synface(with(build, {"--json"}));
  ASSERT_EQ(again.code, 0) << again.all();
  EXPECT_EQ(again.json()["rendered"], 48);
  EXPECT_EQ(sandbox.synface({"data", "verify"}).code, 0);
  ::umount2(disk.c_str(), MNT_DETACH);
}

// A reader of its own, in Python, finds the same people and pixels in all of the formats.
TEST(DataSets, ExportsAreReadByAnotherProgram) {
  Sandbox sandbox(Sandbox::Cache::kPrivate);
  if (sandbox.program({"python3", "-c", "import pickle, tarfile, zlib"}).code != 0) {
    GTEST_SKIP() << "no python3";
  }
  built(sandbox);
  for (const char* format : {"recordio", "webdataset", "safetensors"}) {
    std::vector<std::string> command = {"data",     "export", "Syn_12_20",
                                        "--format", format,   "--shard",
                                        "100",      "--out",  fmt::format("out/{}", format)};
    if (std::string(format) != "safetensors") command = with(command, {"--encoding", "png"});
    const Outcome outcome = sandbox.synface(with(command, {"--json"}));
    ASSERT_EQ(outcome.code, 0) << outcome.all();
    EXPECT_EQ(outcome.json()["images"], 300);
    EXPECT_TRUE(fs::exists(sandbox / fmt::format("out/{}/export.json", format)));
  }
  const fs::path reader = source_folder() / "tests" / "end_to_end" / "read_exports.py";
  const Outcome read = sandbox.program({"python3", reader.string(), "out"});
  ASSERT_EQ(read.code, 0) << read.all();
  EXPECT_EQ(read.json(), Json({{"people", 12},
                               {"images", 240},
                               {"same_labels", true},
                               {"same_pixels", true},
                               {"pairs", 120},  // 10 folds x (6 + 6)
                               {"genuine", 60},
                               {"pairs_are_heldout", true},
                               {"pairs_are_new", true}}));
}

// A trial of the same generator, size and seed reads the set's blocks and renders no training
// image; an exported set is a folder of photographs like any other.
TEST(DataSets, TrialsReadThem) {
  Sandbox sandbox(Sandbox::Cache::kPrivate);
  const Outcome build = sandbox.synface({"data", "build", "Syn_2_3", "--size", "32", "--heldout",
                                         "20", "--heldout-samples", "3", "--out", "people"});
  ASSERT_EQ(build.code, 0) << build.all();
  const auto before = blocks(sandbox);
  ASSERT_EQ(before.size(), 2U);
  std::vector<fs::file_time_type> times;
  for (const fs::path& block : before) times.push_back(fs::last_write_time(block));
  sandbox.write("tiny.toml", tiny());
  const Outcome run = sandbox.synface({"run", "tiny.toml"});
  ASSERT_EQ(run.code, 0) << run.all();
  // Its 4 held-out people x 3 images are the first of the set's.
  EXPECT_EQ(blocks(sandbox), before);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(fs::last_write_time(before[i]), times[i]) << before[i];
  }
  sandbox.write("folder.toml", R"(name = "folder"
question = "Can an exported set be trained on?"
generator = { plugin = "folder", path = "people/train", identities = 2, samples = 3, size = 32 }
backbone = { plugin = "fastnet", embedding = 8, width = 0.25 }
loss = { plugin = "softmax", scale = 16 }
train = { images_seen = 64, batch_size = 8 }
real = { images = "people/heldout", pairs = "people/pairs.txt" }
benchmark = [ { plugin = "verification", name = "real", set = "real", bootstrap = 50 } ]
)");
  const Outcome folder = sandbox.synface({"run", "folder.toml"});
  EXPECT_EQ(folder.code, 0) << folder.all();
}

}  // namespace
}  // namespace synface::test
