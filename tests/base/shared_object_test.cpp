// Objects that share their members: they read like Json, and a change is nobody else's.
#include "synface/base/shared_object.h"

#include <gtest/gtest.h>

namespace synface {
namespace {

const Json kConfig = {{"train", {{"threads", 2}, {"rate", 0.1}}}, {"loss", {{"scale", 16.0}}}};

TEST(SharedObject, ReadsLikeTheObjectThatItWasMadeOf) {
  const SharedObject object(kConfig);
  EXPECT_TRUE(object.contains("train"));
  EXPECT_FALSE(object.contains("trai"));
  EXPECT_EQ(object["loss"]["scale"], 16.0);
  EXPECT_EQ(object.at("train"), kConfig.at("train"));
  EXPECT_EQ(object.value("absent", 7), 7);
  EXPECT_EQ(object.json(), kConfig);
  EXPECT_EQ(object.dump(), kConfig.dump());
  EXPECT_EQ(object, kConfig);
  EXPECT_EQ(Json(object), kConfig);
  EXPECT_THROW(object.at("absent"), Error);
}

TEST(SharedObject, NullIsNotTheEmptyObject) {
  const SharedObject none, empty(Json::object());
  EXPECT_TRUE(none.is_null() && none.empty());
  EXPECT_TRUE(empty.is_object() && empty.empty());
  EXPECT_FALSE(none == empty);
  EXPECT_EQ(none.dump(), "null");
  EXPECT_EQ(empty.dump(), "{}");
  EXPECT_THROW(SharedObject(Json(3)), Error);
}

TEST(SharedObject, AChangeIsNobodyElses) {
  SharedObject object(kConfig);
  const SharedObject copy = object;
  object["loss"]["scale"] = 32.0;
  object["added"] = true;
  EXPECT_EQ(object.json().at("loss").at("scale"), 32.0);
  EXPECT_EQ(object.size(), 3U);
  EXPECT_EQ(copy, kConfig);
  EXPECT_EQ(&copy.at("train"), object.find("train"));  // what nobody changed is still one
}

TEST(SharedPool, EqualMembersAreOneAndSpellingsAreKept) {
  SharedPool pool;
  const auto first = pool.share(kConfig);
  auto other = kConfig;
  other["loss"]["scale"] = 16;  // equal as a number, another spelling
  const auto second = pool.share(other);
  EXPECT_EQ(first.find("train"), second.find("train"));
  EXPECT_NE(first.find("loss"), second.find("loss"));
  EXPECT_EQ(second.dump(), other.dump());
  EXPECT_EQ(pool.share(kConfig).find("loss"), first.find("loss"));
}

}  // namespace
}  // namespace synface
