// What the generator `morphable` gets that is no head, no photograph or no prior; and backgrounds
// from a folder of the user's.
#include <gtest/gtest.h>

#include <fstream>

#include "support/photographs.h"
#include "support/sandbox.h"
#include "synface/base/file.h"

namespace synface::test {
namespace {

std::vector<std::string> with(std::vector<std::string> command, std::vector<std::string> more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// Given a parameter of the generator, when a picture is drawn or a set is built, then both end with
// the code and say everything, and nothing is left that could be taken for a result.
void expect_refused(const Sandbox& sandbox, const std::string& setting, int code,
                    const std::vector<std::string>& says) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"render", "--out", "faces.png"},
        {"data", "build", "Syn_2_2", "--size", "32"}}) {
    const Outcome outcome = sandbox.synface(with(command, {"--set", setting}));
    EXPECT_EQ(outcome.code, code) << setting << "\n" << outcome.all();
    for (const std::string& part : says) {
      EXPECT_TRUE(outcome.says(part)) << part << " is missing in\n" << outcome.all();
    }
  }
  EXPECT_FALSE(fs::exists(sandbox / "faces.png")) << setting;
  EXPECT_FALSE(fs::exists(sandbox.cache() / "sets")) << setting;
}

std::string head_bytes() {
  return read_file(Programs::built().folder / "plugins" / "morphable" / "head.safetensors");
}

// Where the bytes of a tensor begin in the file.
std::size_t tensor_begin(const std::string& bytes, const std::string& name) {
  std::size_t header = 0;
  for (std::size_t i = 8; i-- > 0;) {
    header = 256 * header + static_cast<unsigned char>(bytes[i]);
  }
  const std::size_t entry = bytes.find("\"" + name + "\":{\"dtype\"");
  const std::size_t offsets = bytes.find("data_offsets\":[", entry) + 15;
  return 8 + header + std::stoul(bytes.substr(offsets, 12));
}

TEST(Faces, ADamagedHeadModelIsRefusedWithItsPlace) {
  const Sandbox sandbox(Sandbox::Cache::kPrivate);
  const std::string whole = head_bytes();
  const std::string path = (sandbox / "my.safetensors").string();
  const auto expect = [&](const std::string& bytes, const std::string& says) {
    sandbox.write("my.safetensors", bytes);
    expect_refused(sandbox, "head=" + path, 4, {path, says, "synface-headc"});
  };
  expect(whole.substr(0, whole.size() / 2), "truncated");
  expect(whole.substr(0, 100), "truncated within its header");
  std::string changed = whole;
  changed.replace(changed.find("\"version\":\"1\""), 13, "\"version\":\"7\"");
  expect(changed, "format version 7, this plugin reads version 1");
  changed = whole;
  changed.replace(tensor_begin(whole, "base") + 24, 4, std::string("\x00\x00\xC0\x7F", 4));  // NaN
  expect(changed, "tensor 'base' has a value that is not finite");
  changed = whole;
  changed.replace(tensor_begin(whole, "triangles") + 12, 4, std::string("\xFF\xFF\x00\x00", 4));
  expect(changed, "tensor 'triangles' has the index 65535 out of range");
  expect_refused(sandbox, "head=/nowhere/head.safetensors", 2, {"/nowhere/head.safetensors"});
}

TEST(Faces, AFolderOfBackgroundsThatCannotBeUsedIsRefusedWithTheFile) {
  const Sandbox sandbox(Sandbox::Cache::kPrivate);
  const Photographs photographs = make_photographs(sandbox / "photographs");
  const std::string folder = photographs.images.string();
  const fs::path one = photographs.images / photograph_name(3, 2);
  expect_refused(sandbox, "backgrounds=" + (sandbox / "absent").string(), 2, {"absent"});
  fs::create_directories(sandbox / "empty" / "inside");
  expect_refused(sandbox, "backgrounds=" + (sandbox / "empty").string(), 4,
                 {"empty", "no JPEG or PNG image"});
  const std::string good = read_file(one);
  for (const std::string& bytes :
       {good.substr(0, good.size() / 2), std::string("no picture"), std::string()}) {
    std::ofstream(one, std::ios::binary | std::ios::trunc) << bytes;
    expect_refused(sandbox, "backgrounds=" + folder, 4,
                   {one.string(), "mend it or take it out of the folder"});
  }
  std::ofstream(one, std::ios::binary | std::ios::trunc) << good;
  const Outcome mended = sandbox.synface(
      {"data", "build", "Syn_2_2", "--size", "32", "--set", "backgrounds=" + folder});
  EXPECT_EQ(mended.code, 0) << mended.all();
}

TEST(Faces, AnImpossiblePriorIsRefusedWithItsRange) {
  const Sandbox sandbox(Sandbox::Cache::kPrivate);
  for (const auto& [setting, says] : {std::pair{"yaw_sd=61", "60"},
                                      {"yaw_sd=-1", "yaw_sd"},
                                      {"pitch_sd=nan", "pitch_sd"},
                                      {"exposure_sd=1e300", "1.5"},
                                      {"shape_scale=2.01", "2"},
                                      {"jitter=inf", "jitter"},
                                      {"roll_sd=steep", "roll_sd"},
                                      {"pose=perhaps", "pose"},
                                      {"yaw_ds=3", "yaw_sd"}}) {
    expect_refused(sandbox, setting, 2, {says});
  }
}

// The set's checksum: the pictures, whatever the threads and wherever the folder lies.
std::string built(const Sandbox& sandbox, const std::string& name, const fs::path& folder,
                  const std::string& threads) {
  const Outcome outcome =
      sandbox.synface({"data", "build", name, "--size", "32", "--threads", threads, "--json",
                       "--set", "backgrounds=" + folder.string()});
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  return outcome.json().value("sha256", "");
}

TEST(Faces, BackgroundsCountAsTheirContent) {
  const Sandbox one(Sandbox::Cache::kPrivate);
  const Sandbox four(Sandbox::Cache::kPrivate);
  const Photographs photographs = make_photographs(one / "photographs");
  const std::string sum = built(one, "Syn_4_3", photographs.images, "1");
  fs::copy(photographs.images, four / "elsewhere", fs::copy_options::recursive);
  EXPECT_EQ(built(four, "Syn_4_3", four / "elsewhere", "4"), sum);
  const Outcome patterns =
      four.synface({"data", "build", "Syn_4_3_patterns", "--size", "32", "--json"});
  EXPECT_NE(patterns.json().value("sha256", ""), sum);
  // Another picture in the folder makes another set.
  fs::copy_file(four / "elsewhere" / photograph_name(0, 1), four / "elsewhere" / "more.png");
  const Outcome changed = four.synface({"data", "build", "Syn_4_3", "--size", "32", "--set",
                                        "backgrounds=" + (four / "elsewhere").string()});
  EXPECT_EQ(changed.code, 2) << changed.all();
  EXPECT_NE(built(four, "Syn_4_3_more", four / "elsewhere", "1"), sum);
}

TEST(Faces, TheHeadCompilerSaysWhatIsMissing) {
  const Sandbox sandbox(Sandbox::Cache::kPrivate);
  const std::string program = (Programs::built().folder / "bin" / "synface-headc").string();
  const std::string out = (sandbox / "head.safetensors").string();
  const Outcome absent = sandbox.program({program, (sandbox / "wheel").string(), out});
  EXPECT_EQ(absent.code, 4);
  EXPECT_TRUE(absent.says((sandbox / "wheel").string())) << absent.all();
  EXPECT_TRUE(absent.says("./synface setup")) << absent.all();
  const Outcome usage = sandbox.program({program, "ict", out});
  EXPECT_EQ(usage.code, 2);
  EXPECT_TRUE(usage.says("synface-headc ict")) << usage.all();
  EXPECT_EQ(sandbox.program({program, "--help"}).code, 0);
  for (const char* kind : {"ict", "linear"}) {
    const std::string in = sandbox.write("in.safetensors", std::string(64, '\0')).string();
    const Outcome foreign = sandbox.program({program, kind, in, out});
    EXPECT_EQ(foreign.code, 4) << foreign.all();
    EXPECT_TRUE(foreign.says(in)) << foreign.all();
  }
  EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace synface::test
