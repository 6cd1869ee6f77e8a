// The note is read, and a file is refused, before anything of it runs.
#include <synface/plugin/note.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string note_error(const std::string& text) {
  return message_of(ExitCode::kPlugin, [&] { parse_note(text); });
}

std::string inspect_error(const std::filesystem::path& file) {
  return message_of(ExitCode::kPlugin, [&] { inspect(file); });
}

// A fixture whose bytes were changed, in a file of its own.
std::string changed_error(const std::function<void(std::string&)>& change) {
  Scene scene;
  std::string bytes = read_file(fixture("claim_a"));
  change(bytes);
  scene.add_bytes("changed.so", bytes);
  std::string message = inspect_error(scene.folder() / "changed.so");
  EXPECT_FALSE(scene.code_has_run());
  EXPECT_THAT(message, HasSubstr("changed.so"));
  return message;
}

TEST(NoteTest, ReadsEveryLine) {
  const Note note = parse_note(
      "abi=0.1\nplugin=loss/a_1@3\nplugin=mixup/com.example.b@1\ntorch=2.11.0\ncuda=13.0\n"
      "sdk=c++ 0.1\nlater=ignored\n");
  EXPECT_EQ(note.abi_major, 0U);
  EXPECT_EQ(note.abi_minor, 1U);
  EXPECT_THAT(note.plugins, ElementsAre(NotePlugin{Kind::kLoss, "a_1", 3},
                                        NotePlugin{Kind::kMixup, "com.example.b", 1}));
  EXPECT_EQ(note.torch, "2.11.0");
  EXPECT_EQ(note.cuda, "13.0");
  EXPECT_EQ(note.sdk, "c++ 0.1");
}

TEST(NoteTest, RefusesDamagedTexts) {
  EXPECT_THAT(note_error("plugin=loss/a@1\n"), HasSubstr("abi=MAJOR.MINOR is missing"));
  EXPECT_THAT(note_error("abi=0.1\n"), HasSubstr("without a line plugin="));
  EXPECT_THAT(note_error("abi=0\nplugin=loss/a@1\n"), HasSubstr("abi=0"));
  EXPECT_THAT(note_error("abi=0.1\nplugin=lose/a@1\n"), HasSubstr("kind of plugin"));
  EXPECT_THAT(note_error("abi=0.1\nplugin=loss/A@1\n"), HasSubstr("loss/A@1"));
  EXPECT_THAT(note_error("abi=0.1\nplugin=loss/a@0\n"), HasSubstr("REVISION from 1"));
  EXPECT_THAT(note_error("abi=0.1\nplugin=loss/a@-1\n"), HasSubstr("REVISION from 1"));
  EXPECT_THAT(note_error("abi=0.1\nabi=0.1\nplugin=loss/a@1\n"), HasSubstr("once"));
  EXPECT_THAT(note_error("abi=0.1\nplugin=loss/a@1\nplugin=loss/a@2\n"), HasSubstr("twice"));
  EXPECT_THAT(note_error("abi=0.1\nnonsense\n"), HasSubstr("key=value"));
  EXPECT_THAT(note_error(std::string("abi=0.1\nplugin=loss/a@1\ntorch=\xff\n")),
              HasSubstr("not UTF-8"));
}

TEST(NoteTest, ReadsAPluginWithoutRunningIt) {
  const Scene scene;
  const Inspected inspected = inspect(fixture("claim_a"));
  EXPECT_THAT(inspected.note.plugins, ElementsAre(NotePlugin{Kind::kLoss, "claimed", 1}));
  EXPECT_EQ(inspected.note.sdk, "fixture 1");
  EXPECT_THAT(inspected.note.torch, IsEmpty());
  EXPECT_EQ(inspected.elf.machine, host_machine());
  EXPECT_THAT(inspected.elf.exported, ElementsAre("synface_plugin_entry"));
  EXPECT_THAT(inspected.elf.needed, ::testing::Contains("libc.so.6"));
  EXPECT_FALSE(scene.code_has_run());
}

TEST(NoteTest, RefusesAnotherAbiNamingBothVersions) {
  const Scene scene;
  for (const auto& [name, version] : {std::pair("old_abi", "0.0"), {"future_abi", "1.0"}}) {
    const std::string message = inspect_error(fixture(name));
    EXPECT_THAT(message, HasSubstr(std::string("plugin ABI ") + version));
    EXPECT_THAT(message, HasSubstr("this program offers " SYNFACE_ABI_TEXT));
    EXPECT_THAT(message, HasSubstr(std::string(name) + ".so"));
  }
  EXPECT_FALSE(scene.code_has_run());
}

TEST(NoteTest, AfterOneDotZeroAnOlderMinorIsAccepted) {
  HostVersions host = HostVersions::built();
  host.abi_major = 1;
  host.abi_minor = 2;
  EXPECT_EQ(inspect(fixture("future_abi"), host).note.abi_major, 1U);
  host.abi_major = 2;
  EXPECT_THROW(inspect(fixture("future_abi"), host), Error);
}

TEST(NoteTest, RefusesAnotherLibTorchNamingBothVersions) {
  const Scene scene;
  const std::string message = inspect_error(fixture("other_torch"));
  EXPECT_THAT(message, HasSubstr("LibTorch 1.13.1"));
  EXPECT_THAT(message, HasSubstr("uses LibTorch " + HostVersions::built().torch));
  EXPECT_FALSE(scene.code_has_run());
}

TEST(NoteTest, RefusesWhatIsNoPlugin) {
  Scene scene;
  EXPECT_THAT(inspect_error(fixture("no_note")), HasSubstr("carries no synface note"));
  EXPECT_THAT(inspect_error(fixture("bad_note")), HasSubstr("plugin=loss/Refused@1"));
  scene.add_bytes("text.so", "INPUT(libother.so)\n");
  EXPECT_THAT(inspect_error(scene.folder() / "text.so"), HasSubstr("is a text file"));
  scene.add_bytes("empty.so", "");
  EXPECT_THAT(inspect_error(scene.folder() / "empty.so"), HasSubstr("is empty"));
  scene.add_bytes("zeros.so", std::string(4096, '\0'));
  EXPECT_THAT(inspect_error(scene.folder() / "zeros.so"), HasSubstr("is not a shared library"));
  EXPECT_THAT(inspect_error(scene.folder() / "missing.so"), HasSubstr("missing.so"));
  EXPECT_THAT(inspect_error(scene.folder()), HasSubstr("plugins"));  // a folder
  EXPECT_FALSE(scene.code_has_run());
}

// Offsets in the ELF header: EI_CLASS 4, EI_DATA 5, e_type 16, e_machine 18.
TEST(NoteTest, RefusesForeignArchitectures) {
  const bool on_x86 = host_machine() == Machine::kX86_64;
  EXPECT_THAT(changed_error([&](std::string& b) { b[18] = on_x86 ? '\xB7' : '\x3E'; }),
              HasSubstr(on_x86 ? "is a library for aarch64" : "is a library for x86-64"));
  EXPECT_THAT(changed_error([](std::string& b) { b[18] = '\xF3'; }),
              HasSubstr("another architecture"));
  EXPECT_THAT(changed_error([](std::string& b) { b[4] = '\1'; }), HasSubstr("32-bit"));
  EXPECT_THAT(changed_error([](std::string& b) { b[5] = '\2'; }), HasSubstr("big-endian"));
  EXPECT_THAT(changed_error([](std::string& b) { b[16] = '\2'; }), HasSubstr("type 2"));
}

TEST(NoteTest, RefusesTruncatedFiles) {
  const std::size_t whole = read_file(fixture("claim_a")).size();
  for (const std::size_t size : {std::size_t{20}, std::size_t{64}, std::size_t{700}, whole / 2}) {
    EXPECT_THAT(changed_error([&](std::string& b) { b.resize(size); }), HasSubstr("is cut off"));
  }
}

}  // namespace
}  // namespace synface::plugin::test
