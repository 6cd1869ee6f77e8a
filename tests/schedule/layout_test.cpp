// Where an attempt's files lie.
#include "layout.h"

#include <gtest/gtest.h>

namespace synface::schedule {
namespace {

// A second evaluation of the same weights must not write over what the first one kept.
TEST(Layout, EachEvaluationHasAFolderOfItsOwnForItsArtifacts) {
  store::Work work;
  work.training_hash = std::string(64, 'a');
  work.evaluation_hash = std::string(64, 'b');
  work.spec = {{"config", Json::object()}};
  const auto first = worker_spec("/db.d", work, "cpu", {}).at("paths");
  work.evaluation_hash = std::string(64, 'c');
  const auto second = worker_spec("/db.d", work, "cpu", {}).at("paths");
  EXPECT_EQ(first.at("artifacts"), "/db.d/artifacts/aaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbb");
  EXPECT_EQ(second.at("artifacts"), "/db.d/artifacts/aaaaaaaaaaaaaaaa/cccccccccccccccc");
  EXPECT_EQ(first.at("weights"), second.at("weights"));
}

}  // namespace
}  // namespace synface::schedule
