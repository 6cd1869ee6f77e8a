// The C++ headers against the golden file of sizes, offsets and constants, and the file against the
// headers: a struct or a member that it does not know is a fault.
#include <gtest/gtest.h>
#include <synface/synface.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace {

#define SIZE(STRUCT, BYTES)                                  \
  static_assert(sizeof(STRUCT) == (BYTES), #STRUCT);         \
  static_assert(std::is_standard_layout_v<STRUCT>, #STRUCT); \
  static_assert(std::is_trivially_copyable_v<STRUCT>, #STRUCT);
#define MEMBER(STRUCT, NAME, OFFSET, BYTES)                             \
  static_assert(offsetof(STRUCT, NAME) == (OFFSET), #STRUCT "." #NAME); \
  static_assert(sizeof(STRUCT::NAME) == (BYTES), #STRUCT "." #NAME);
#define VALUE(NAME, NUMBER) static_assert(uint64_t{NAME} == UINT64_C(NUMBER), #NAME);
#define TEXT(NAME, WORDS) static_assert(std::string_view(NAME) == (WORDS), #NAME);
#include "layout.golden"
#undef SIZE
#undef MEMBER
#undef VALUE
#undef TEXT

struct Member {
  std::string name;
  std::size_t offset = 0, bytes = 0;
};
struct Layout {
  std::size_t size = 0;
  std::vector<Member> members;
};

std::map<std::string, Layout> layouts() {
  std::map<std::string, Layout> all;
#define SIZE(STRUCT, BYTES) all[#STRUCT].size = (BYTES);
#define MEMBER(STRUCT, NAME, OFFSET, BYTES) \
  all[#STRUCT].members.push_back({#NAME, (OFFSET), (BYTES)});
#define VALUE(NAME, NUMBER)
#define TEXT(NAME, WORDS)
#include "layout.golden"
  return all;
}

std::set<std::string> constants() {
  std::set<std::string> all;
#undef SIZE
#undef MEMBER
#undef VALUE
#undef TEXT
#define SIZE(STRUCT, BYTES)
#define MEMBER(STRUCT, NAME, OFFSET, BYTES)
#define VALUE(NAME, NUMBER) all.insert(#NAME);
#define TEXT(NAME, WORDS) all.insert(#NAME);
#include "layout.golden"
  return all;
}

// All headers in one text, without comments.
std::string headers() {
  std::string text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SYNFACE_TEST_SOURCE_DIR
                                                                         "/platform/abi/include")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  for (std::size_t at = text.find("/*"); at != std::string::npos; at = text.find("/*", at)) {
    text.erase(at, text.find("*/", at) + 2 - at);
  }
  return text;
}

std::set<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) {
    found.insert((*it)[1]);
  }
  return found;
}

TEST(Golden, KnowsEveryStructOfTheHeaders) {
  std::set<std::string> declared = all_matches(headers(), R"(struct (synface_\w+) \{)");
  EXPECT_EQ(declared.erase("synface_note_record"), 1U);  // its size depends on its text
  std::set<std::string> known;
  for (const auto& [name, layout] : layouts()) known.insert(name);
  EXPECT_EQ(known, declared);
}

TEST(Golden, KnowsEveryConstantOfTheHeaders) {
  // Numbers and texts; include guards and what only compiles are left out by their values.
  const auto declared = all_matches(
      headers(), R"rx(#define (SYNFACE_\w+)\s+(?:\\\n\s*)?(?:\(?UINT64_C|\d|"synface))rx");
  EXPECT_GT(declared.size(), 60U);
  EXPECT_EQ(constants(), declared);
}

// A member that the file forgot would leave a hole, or hide in the padding.
TEST(Golden, LeavesNoHoleInAStruct) {
  for (const auto& [name, layout] : layouts()) {
    std::size_t end = 0;
    for (const Member& member : layout.members) {
      const std::size_t align = std::min<std::size_t>(member.bytes & (~member.bytes + 1), 8);
      EXPECT_LE(end, member.offset) << name << "." << member.name << " overlaps";
      EXPECT_LT(member.offset - end, align) << "a hole before " << name << "." << member.name;
      end = member.offset + member.bytes;
    }
    EXPECT_EQ(end, layout.size) << name << " ends in padding";
  }
}

}  // namespace
