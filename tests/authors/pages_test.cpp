// The reference pages of `synface plugin docs`: what the schema says is there, and a plugin's words
// are text, never markup.
#include <gtest/gtest.h>

#include "plugin_pages.h"

namespace synface::cli {
namespace {

using plugin::Param;
using plugin::ParamType;

Param scale() {
  Param param;
  param.key = "scale";
  param.type = ParamType::kF64;
  param.doc = "s: logits are s times z";
  param.min = 0.0;
  param.min_exclusive = true;
  param.def = 16.0;
  param.since = "1.2";
  return param;
}

plugin::PluginInfo loss() {
  plugin::PluginInfo info;
  info.kind = plugin::Kind::kLoss;
  info.id = "my_loss";
  info.version = "1.2.0";
  info.revision = 3;
  info.abi = "0.1";
  info.doc = "A <b>bold</b> | margin";
  info.library = "/secret/place/my_loss.so";
  Param path;
  path.key = "weights";
  path.type = ParamType::kPath;
  path.required = true;
  path.doc = "Where they lie.";
  info.params = {scale(), path};
  return info;
}

bool has(const std::string& page, const std::string& part) {
  return page.find(part) != std::string::npos;
}

TEST(Pages, SayWhatTheSchemaSays) {
  for (const auto format : {PageFormat::kMarkdown, PageFormat::kHtml}) {
    const std::string page = plugin_page(loss(), format);
    for (const char* part : {"s: logits are s times z.", "above 0", "Since version 1.2.",
                             "required", "revision 3", "no LibTorch"}) {
      EXPECT_TRUE(has(page, part)) << part << " is not in " << page;
    }
  }
}

TEST(Pages, EndASentenceOnce) {
  const std::string page = plugin_page(loss(), PageFormat::kHtml);
  EXPECT_TRUE(has(page, "<td>Where they lie.</td>")) << page;
  EXPECT_TRUE(has(page, "s are s times z.")) << page;
}

TEST(Pages, ShowTheEntryOfAnExperiment) {
  EXPECT_TRUE(has(plugin_page(loss(), PageFormat::kMarkdown),
                  "loss = { plugin = \"my_loss\", scale = 16.0, weights = ... }"));
}

TEST(Pages, TakeAPluginsWordsAsText) {
  EXPECT_TRUE(has(plugin_page(loss(), PageFormat::kHtml), "A &lt;b&gt;bold&lt;/b&gt; | margin"));
  EXPECT_TRUE(has(plugin_page(loss(), PageFormat::kMarkdown), "A \\<b\\>bold\\</b\\> \\| margin"));
}

TEST(Pages, NameNoPathOfThisMachine) {
  EXPECT_FALSE(has(plugin_page(loss(), PageFormat::kMarkdown), "/secret"));
}

TEST(Pages, AreListedInAnIndexByKind) {
  plugin::PluginInfo mixup;
  mixup.kind = plugin::Kind::kMixup;
  mixup.id = "blend";
  const plugin::PluginInfo first = loss();
  const std::vector<const plugin::PluginInfo*> all = {&mixup, &first};
  const std::string page = index_page(all, PageFormat::kMarkdown);
  EXPECT_LT(page.find("## mixup"), page.find("[blend](mixup_blend.md)"));
  EXPECT_LT(page.find("[blend]"), page.find("## loss"));
  EXPECT_TRUE(has(page, "[my\\_loss](loss_my_loss.md)"));
}

}  // namespace
}  // namespace synface::cli
