// Schemas: from descriptors to PluginInfo, to JSON and back.
#include <synface/plugin/info.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

const PluginInfo& good() {
  return loaded("good_loss", Kind::kLoss, "good")->info;
}

TEST(InfoTest, TakesOverEveryMemberOfAParameter) {
  const Param* scale = good().find("scale");
  ASSERT_NE(scale, nullptr);
  EXPECT_EQ(scale->type, ParamType::kF64);
  EXPECT_EQ(scale->alias, "s");
  EXPECT_EQ(scale->doc, "s, the scale of the logits.");
  EXPECT_TRUE(scale->min_exclusive);
  EXPECT_EQ(scale->def, Json(30.0));
  EXPECT_TRUE(scale->neutral.is_null());
  const Param* depth = good().find("depth");
  ASSERT_NE(depth, nullptr);
  EXPECT_EQ(depth->neutral, Json(1));
  EXPECT_EQ(depth->unit, "layers");
  EXPECT_EQ(depth->since, "1.1");
  EXPECT_EQ(good().find("fail")->choices.size(), 6U);
  EXPECT_EQ(good().find("steps")->def, Json({0.5, 0.75}));
  EXPECT_EQ(good().find("smooth")->def, Json(false));
  EXPECT_TRUE(good().find("cache")->no_effect);
  EXPECT_EQ(good().find("s"), nullptr);
}

TEST(InfoTest, JsonRoundTripKeepsEverything) {
  const PluginInfo& info = good();
  const std::string text = to_json(info).dump();
  EXPECT_EQ(info_from_json(Json::parse(text)), info);
  EXPECT_EQ(to_json(info_from_json(Json::parse(text))).dump(), text);
}

TEST(InfoTest, ForeignJsonIsRefused) {
  Json json = to_json(good());
  json.erase("revision");
  EXPECT_THROW(info_from_json(json), Error);
  json = to_json(good());
  json["params"][0]["type"] = "colour";
  EXPECT_THROW(info_from_json(json), Error);
  EXPECT_THROW(info_from_json(Json::array()), Error);
}

// A schema from a file is believed no more than one from a plugin.
TEST(InfoTest, JsonThatBreaksItsOwnSchemaIsRefused) {
  const auto refused = [](const char* key, const char* member, const Json& value) {
    Json json = to_json(good());
    for (Json& param : json["params"]) {
      if (param["key"] == key) param[member] = value;
    }
    try {
      info_from_json(json);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(refused("depth", "default", "three"), "");     // of another type
  EXPECT_NE(refused("depth", "default", 101), "");         // out of its own range
  EXPECT_NE(refused("depth", "default", UINT64_MAX), "");  // no 64-bit signed number
  EXPECT_NE(refused("fail", "default", "perhaps"), "");    // none of the choices
  EXPECT_NE(refused("steps", "default", Json({0.5, "x"})), "");
  EXPECT_NE(refused("depth", "min", 1000), "");     // above its maximum
  EXPECT_NE(refused("depth", "key", "scale"), "");  // there already
  EXPECT_NE(refused("depth", "key", "De pth"), "");
  EXPECT_THAT(refused("depth", "default", 101), ::testing::HasSubstr("'depth'"));
}

TEST(InfoTest, RangesAreToldInWords) {
  EXPECT_EQ(range_text(*good().find("scale")), "above 0");
  EXPECT_EQ(range_text(*good().find("depth")), "at least 1, at most 100");
  EXPECT_EQ(range_text(*good().find("label")), "");
  EXPECT_EQ(range_text(*good().find("fail")), "one of none, create, numeric, cancelled, io, crash");
}

// Descriptors that this process makes itself.
struct Handmade {
  synface_param param{};
  const synface_param* list[2] = {&param, &param};
  synface_plugin plugin{};

  Handmade() { reset(); }
  Handmade(const Handmade&) = delete;
  Handmade& operator=(const Handmade&) = delete;

  void reset() {
    param = {};
    plugin = {};
    param.struct_size = sizeof param;
    param.type = SYNFACE_PARAM_I64;
    param.key = {"width", 5};
    param.max = 10;
    plugin.struct_size = sizeof plugin;
    plugin.kind = SYNFACE_KIND_MIXUP;
    plugin.id = {"mine", 4};
    plugin.revision = 1;
    plugin.n_params = 1;
    plugin.params = list;
  }
  std::string error() const {
    return message_of(ExitCode::kPlugin, [&] { info_from_abi(plugin); });
  }
};

TEST(InfoTest, AShorterStructOfAnOlderPluginIsReadUpToItsEnd) {
  Handmade h;
  h.param.alias = {"beyond", 6};
  h.param.struct_size = offsetof(synface_param, alias);
  EXPECT_EQ(info_from_abi(h.plugin).params[0].alias, "");
}

TEST(InfoTest, BrokenDescriptorsAreNamed) {
  using ::testing::HasSubstr;
  Handmade h;
  EXPECT_EQ(info_from_abi(h.plugin).name(), "mixup/mine");
  h.param.key = {"Width", 5};
  EXPECT_THAT(h.error(), HasSubstr("'Width'"));
  h.reset();
  h.plugin.n_params = 2;
  EXPECT_THAT(h.error(), HasSubstr("two parameters are called 'width'"));
  h.reset();
  h.param.min = 11;
  EXPECT_THAT(h.error(), HasSubstr("impossible range"));
  h.reset();
  h.param.type = 99;
  EXPECT_THAT(h.error(), HasSubstr("unknown type 99"));
  h.reset();
  h.param.struct_size = 8;
  EXPECT_THAT(h.error(), HasSubstr("struct_size 8"));
  h.reset();
  h.plugin.params = nullptr;
  EXPECT_THAT(h.error(), HasSubstr("1 parameters"));
  h.reset();
  h.plugin.kind = 6;
  EXPECT_THAT(h.error(), HasSubstr("unknown kind 6"));
  h.reset();
  h.plugin.revision = 0;
  EXPECT_THAT(h.error(), HasSubstr("revision is 0"));
  h.reset();
  h.plugin.doc = {nullptr, 7};
  EXPECT_THAT(h.error(), HasSubstr("its doc is NULL"));
  h.reset();
  h.param.type = SYNFACE_PARAM_ENUM;
  EXPECT_THAT(h.error(), HasSubstr("0 choices"));
}

}  // namespace
}  // namespace synface::plugin::test
