// What `plugin list` and `plugin info` show.
#include <synface/plugin/print.h>

#include <sstream>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string listed(const Registry& registry, bool json) {
  std::ostringstream out;
  print_list(registry, json, out);
  return out.str();
}

TEST(PrintTest, TheListShowsPluginsByKindAndProblems) {
  const Scene scene({"kinds", "good_loss", "other_torch"});
  const Registry registry = scene.scan();
  const std::string text = listed(registry, false);
  EXPECT_THAT(text, AllOf(HasSubstr("generator\n  files"), HasSubstr("loss\n  good "),
                          HasSubstr("A loss of the tests."), HasSubstr("1 with a problem"),
                          HasSubstr("other_torch.so was built with LibTorch 1.13.1")));
  const Json json = Json::parse(listed(registry, true));
  EXPECT_EQ(json["plugins"].size(), 6U);
  EXPECT_EQ(info_from_json(json["plugins"][4]), registry.find(Kind::kLoss, "good"));
  EXPECT_EQ(json["problems"].size(), 1U);
  EXPECT_EQ(json["search_path"][0], scene.folder().string());
}

TEST(PrintTest, AnEmptyListSaysWhereItLooked) {
  const Scene scene;
  EXPECT_THAT(listed(scene.scan(), false),
              AllOf(HasSubstr("no plugin was found"), HasSubstr(scene.folder().string())));
}

TEST(PrintTest, InfoShowsEachParameter) {
  const Scene scene({"good_loss"});
  const Registry registry = scene.scan();
  std::ostringstream out, json;
  print_info(registry.find(Kind::kLoss, "good"), false, out);
  EXPECT_THAT(out.str(),
              AllOf(HasSubstr("loss/good 1.2.3"), HasSubstr("revision  3"),
                    HasSubstr("scale = 30   (number, above 0)"),
                    HasSubstr("depth = 4   (integer in layers, at least 1, at most 100)"),
                    HasSubstr("formerly called s"), HasSubstr("pure (no LibTorch)"),
                    HasSubstr("neutral at 1")));
  print_info(registry.find(Kind::kLoss, "good"), true, json);
  EXPECT_EQ(info_from_json(Json::parse(json.str())).name(), "loss/good");
}

TEST(PrintTest, APluginIsFoundByItsIdAlone) {
  const Registry registry = Scene({"kinds", "good_loss"}).scan();
  EXPECT_EQ(find_by_name(registry, "good").name(), "loss/good");
  EXPECT_EQ(find_by_name(registry, "mixup/tiny").name(), "mixup/tiny");
  EXPECT_THAT(message_of(ExitCode::kUsage, [&] { find_by_name(registry, "tiny"); }),
              AllOf(HasSubstr("generator/tiny"), HasSubstr("benchmark/tiny")));
  EXPECT_THAT(message_of(ExitCode::kUsage, [&] { find_by_name(registry, "lose/good"); }),
              HasSubstr("no kind of plugin"));
  EXPECT_THAT(message_of(ExitCode::kPlugin, [&] { find_by_name(registry, "goood"); }),
              HasSubstr("did you mean 'good'"));
}

}  // namespace
}  // namespace synface::plugin::test
