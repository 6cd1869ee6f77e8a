#include <synface/data/listing.h>

#include "support.h"

namespace synface::data {
namespace {

using test::error_of;
using test::write;

class Listing : public testing::Test {
 protected:
  std::string root() const { return (folder_.path() / "images").string(); }
  void image(const std::string& name) { write(folder_.path() / "images" / name, "x"); }
  std::string pairs(const std::string& text) {
    const auto path = folder_.path() / "pairs.txt";
    write(path, text);
    return path.string();
  }
  TemporaryFolder folder_;
};

TEST_F(Listing, ClassesAndFilesComeInByteOrder) {
  for (const char* name : {"b/2.png", "b/10.JPG", "a b/1.jpeg", "Z/9.jpg", "Z/readme.txt"}) {
    image(name);
  }
  std::filesystem::create_directories(folder_.path() / "images" / "empty");
  const ClassFolder found = list_folder(root());
  ASSERT_EQ(found.classes.size(), 3U);
  EXPECT_EQ(found.classes[0].name, "Z");
  EXPECT_EQ(found.classes[0].files, std::vector<std::string>{root() + "/Z/9.jpg"});
  EXPECT_EQ(found.classes[1].name, "a b");
  EXPECT_EQ(found.classes[2].files,
            (std::vector<std::string>{root() + "/b/10.JPG", root() + "/b/2.png"}));
}

TEST_F(Listing, AFolderWithoutPeopleIsAnError) {
  error_of(ExitCode::kData, [&] { list_folder(root()); });
  image("a.jpg");  // not in a person's folder
  EXPECT_NE(error_of(ExitCode::kData, [&] { list_folder(root()); }).find(root()),
            std::string::npos);
}

TEST_F(Listing, ImagesAtAnyDepthComeInByteOrder) {
  error_of(ExitCode::kData, [&] { list_images(root()); });  // no such folder
  std::filesystem::create_directories(folder_.path() / "images" / "empty");
  EXPECT_NE(error_of(ExitCode::kData, [&] { list_images(root()); }).find("no JPEG or PNG"),
            std::string::npos);
  for (const char* name : {"b.PNG", "a/2.jpg", "a/b/c/1.jpeg", "Z.jpg", "words.txt"}) image(name);
  EXPECT_EQ(list_images(root()),
            (std::vector<std::string>{"Z.jpg", "a/2.jpg", "a/b/c/1.jpeg", "b.PNG"}));
  std::filesystem::create_directory_symlink("..", folder_.path() / "images" / "empty" / "up");
  EXPECT_NE(error_of(ExitCode::kData, [&] { list_images(root()); }).find(root()),
            std::string::npos);
}

TEST_F(Listing, ReadsLfwsFormat) {
  for (const char* name : {"A/A_0001.jpg", "A/A_0002.png", "B_C/B_C_0012.jpg"}) image(name);
  const auto found = read_pairs(root(), pairs("2\t1\nA\t1\t2\nA\t1\tB_C\t12\n"
                                              "A\t2\t1\nB_C\t12\tA\t2\n"));
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].fold, 0);
  EXPECT_TRUE(found[0].same);
  EXPECT_EQ(found[0].second, root() + "/A/A_0002.png");
  EXPECT_FALSE(found[1].same);
  EXPECT_EQ(found[1].second, root() + "/B_C/B_C_0012.jpg");
  EXPECT_EQ(found[3].fold, 1);
  const auto single = read_pairs(root(), pairs("1\nA 1 2\nA 1 B_C 12\n"));
  EXPECT_EQ(single[0].fold, -1);
}

TEST_F(Listing, ReadsATableOfFiles) {
  image("x.jpg");
  image("y z.jpg");
  const auto found = read_pairs(root(), pairs("# fold label fileA fileB\n3\t1\tx.jpg\ty z.jpg\r\n"
                                              "4\t0\ty z.jpg\tx.jpg\n"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].fold, 3);
  EXPECT_TRUE(found[0].same);
  EXPECT_EQ(found[0].second, root() + "/y z.jpg");
  EXPECT_FALSE(found[1].same);
}

TEST_F(Listing, EveryMissingImageIsInOneError) {
  image("A/A_0001.jpg");
  const std::string text =
      error_of(ExitCode::kData, [&] { read_pairs(root(), pairs("1\nA 1 7\nA 1 Nobody 3\n")); });
  EXPECT_NE(text.find("A/A_0007"), std::string::npos) << text;
  EXPECT_NE(text.find("Nobody/Nobody_0003"), std::string::npos) << text;
  EXPECT_NE(text.find("2 of its images"), std::string::npos) << text;
}

TEST_F(Listing, ABadLineIsNamedByItsNumber) {
  image("A/A_0001.jpg");
  for (const char* text : {"1\nA 1 1\nA 1 B\n", "1\nA 1 1\nA one two\n"}) {
    EXPECT_NE(
        error_of(ExitCode::kData, [&] { read_pairs(root(), pairs(text)); }).find("pairs.txt:3"),
        std::string::npos);
  }
  EXPECT_NE(error_of(ExitCode::kData, [&] { read_pairs(root(), pairs("0 2 a b\n")); })
                .find("pairs.txt:1"),
            std::string::npos);
  error_of(ExitCode::kData, [&] { read_pairs(root(), pairs("10 300\nA 1 1\n")); });
  error_of(ExitCode::kData, [&] { read_pairs(root(), pairs("")); });
  error_of(ExitCode::kData, [&] { read_pairs(root(), folder_.path() / "absent.txt"); });
}

TEST_F(Listing, ReadsThePublicSets) {
  if (test::assets().empty()) GTEST_SKIP() << "no assets beside this checkout";
  const auto lfw = read_pairs((test::assets() / "lfw_subset" / "dev").string(),
                              (test::assets() / "lfw_subset" / "pairs_dev.txt").string());
  EXPECT_EQ(lfw.size(), 1200U);
  const auto london = read_pairs((test::assets() / "london").string(),
                                 (test::assets() / "london" / "pairs.txt").string());
  EXPECT_EQ(london.size(), 204U);
}

}  // namespace
}  // namespace synface::data
