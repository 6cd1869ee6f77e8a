// What counts for a trial's identity.
#include <synface/plugin/identity.h>

#include <synface/base/hash.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

namespace fs = std::filesystem;

class IdentityTest : public ::testing::Test {
 protected:
  // A fresh object for each look, as in another process: one object looks at a path once.
  std::string of(const fs::path& path) const {
    return ContentIdentity(scene_.file("digests")).of(path);
  }
  void write(const std::string& name, const std::string& text) const {
    write_file_atomic(scene_.file(name), text);
  }

  Scene scene_;
  ContentIdentity content_{scene_.file("digests")};
};

TEST_F(IdentityTest, NoEffectAndNeutralValuesAreLeftOut) {
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  const Json typed = params_of(plugin, {{"depth", 1}, {"cache", 99}, {"scale", 7}});
  EXPECT_EQ(identity_params(plugin->info, typed, content_), Json({{"scale", 7.0},
                                                                  {"label", "none"},
                                                                  {"fail", "none"},
                                                                  {"weights", ""},
                                                                  {"steps", {0.5, 0.75}}}));
  // At another value than the neutral one, depth and smooth count.
  const Json other = params_of(plugin, {{"depth", 2}, {"smooth", true}});
  EXPECT_EQ(identity_params(plugin->info, other, content_)["depth"], Json(2));
  EXPECT_EQ(identity_params(plugin->info, other, content_)["smooth"], Json(true));
}

TEST_F(IdentityTest, AParameterAddedWithItsNeutralValueChangesNothing) {
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  PluginInfo before = plugin->info;
  std::erase_if(before.params, [](const Param& p) { return p.key == "smooth"; });
  const Json typed = params_of(plugin);
  EXPECT_EQ(identity_params(before, typed, content_),
            identity_params(plugin->info, typed, content_));
}

TEST_F(IdentityTest, APathCountsAsItsContent) {
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  write("a/w.bin", "same");
  write("b/other_name.bin", "same");
  write("b/changed.bin", "SAME");
  const auto identity = [&](const std::string& name) {
    const Json typed = params_of(plugin, {{"weights", scene_.file(name).string()}});
    return identity_params(plugin->info, typed, content_);
  };
  EXPECT_EQ(identity("a/w.bin")["weights"], Json({{"content", sha256("same")}}));
  EXPECT_EQ(identity("a/w.bin"), identity("b/other_name.bin"));
  EXPECT_NE(identity("a/w.bin"), identity("b/changed.bin"));
}

TEST_F(IdentityTest, WhatIsReadByDefaultCountsUnlessAnotherIsGiven) {
  PluginInfo info;
  info.id = "heads";
  info.library = scene_.file("plugins/heads.so");
  Param head;
  head.key = "head";
  head.type = ParamType::kPath;
  info.params = {head};
  const auto identity = [&](const std::string& given) {
    return identity_params(info, {{"head", given}}, ContentIdentity(scene_.file("digests")));
  };
  EXPECT_EQ(identity(""), Json({{"head", ""}}));
  write("plugins/heads/head.safetensors", "1");
  write("plugins/heads/Makefile", "not read");
  write("own.safetensors", "2");
  EXPECT_EQ(identity(""),
            Json({{"head", ""}, {"default files", {{"head.safetensors", sha256("1")}}}}));
  EXPECT_EQ(identity(scene_.file("own.safetensors").string()),
            Json({{"head", {{"content", sha256("2")}}}}));
  write("plugins/heads/head.safetensors", "3");
  EXPECT_EQ(identity("").at("default files").at("head.safetensors"), sha256("3"));
}

TEST_F(IdentityTest, AFolderCountsByNamesAndContents) {
  write("one/x/1.png", "1");
  write("one/y/2.png", "2");
  write("two/x/1.png", "1");
  write("two/y/2.png", "2");
  const std::string first = of(scene_.file("one"));
  EXPECT_EQ(first.size(), 64U);
  EXPECT_EQ(of(scene_.file("two")), first);
  fs::rename(scene_.file("two/y/2.png"), scene_.file("two/y/3.png"));
  EXPECT_NE(of(scene_.file("two")), first);
  fs::rename(scene_.file("two/y/3.png"), scene_.file("two/y/2.png"));
  write("two/y/2.png", "3");
  EXPECT_NE(of(scene_.file("two")), first);
  write("two/y/2.png", "2");
  EXPECT_EQ(of(scene_.file("two")), first);
  write("two/z.png", "");
  EXPECT_NE(of(scene_.file("two")), first);
}

TEST_F(IdentityTest, TheFolderDigestIsAsDocumented) {
  write("one/b.txt", "22");
  write("one/a/c.txt", "1");
  EXPECT_EQ(of(scene_.file("one")), sha256(std::string("a/c.txt\0"
                                                       "1\0",
                                                       10) +
                                           sha256("1") + "\n" +
                                           std::string("b.txt\0"
                                                       "2\0",
                                                       8) +
                                           sha256("22") + "\n"));
}

TEST_F(IdentityTest, TheFilesOfAFolderAreListedWithTheirHashes) {
  write("one/b.txt", "22");
  write("one/a/c.txt", "1");
  const ContentIdentity content(scene_.file("digests"));
  EXPECT_EQ(
      content.files(scene_.file("one")),
      (std::map<std::string, std::string>{{"a/c.txt", sha256("1")}, {"b.txt", sha256("22")}}));
  EXPECT_THAT(message_of(ExitCode::kData, [&] { content.files(scene_.file("one/b.txt")); }),
              ::testing::HasSubstr("no folder"));
}

TEST_F(IdentityTest, LinksCountAsWhatTheyPointTo) {
  write("one/x/1.png", "1");
  write("elsewhere/1.png", "1");
  fs::create_directory(scene_.file("two"));
  fs::create_directory_symlink(scene_.file("elsewhere"), scene_.file("two/x"));
  EXPECT_EQ(of(scene_.file("one")), of(scene_.file("two")));
  fs::create_directory_symlink(scene_.file("two"), scene_.file("two/circle"));
  EXPECT_THAT(message_of(ExitCode::kData, [&] { of(scene_.file("two")); }),
              ::testing::HasSubstr("circle"));
}

TEST_F(IdentityTest, ASecondLookReadsNoContent) {
  write("one/1.png", "1");
  const std::string first = of(scene_.file("one"));
  // Put a lie into the cache: when it comes back, the content was not read.
  for (const auto& item : fs::directory_iterator(scene_.file("digests"))) {
    Json json = Json::parse(read_file(item.path()));
    json["files"]["1.png"]["sha256"] = sha256("lie");
    write_file_atomic(item.path(), json.dump());
  }
  EXPECT_NE(of(scene_.file("one")), first);
  // A damaged cache is not believed.
  for (const auto& item : fs::directory_iterator(scene_.file("digests"))) {
    write_file_atomic(item.path(), "{\"files\": [");
  }
  EXPECT_EQ(of(scene_.file("one")), first);
}

TEST_F(IdentityTest, AMissingPathIsNamed) {
  EXPECT_THAT(message_of(ExitCode::kData, [&] { of(scene_.file("gone")); }),
              ::testing::HasSubstr("gone"));
}

}  // namespace
}  // namespace synface::plugin::test
