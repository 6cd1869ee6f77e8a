// The examples keep the contract of the ABI: `plugin check`, with one of them as `file`.
#include <synface/plugin/check/check.h>

#include "support.h"

namespace bridge_test {
namespace {

namespace check = synface::plugin::check;

struct Case {
  const char* file;
  const char* plugin;
};

class ExampleTest : public testing::TestWithParam<Case> {};

TEST_P(ExampleTest, KeepsTheContract) {
  if (!absent().empty()) GTEST_SKIP() << absent();
  check::Options options;
  options.file = std::string(SYNFACE_TEST_BINARY_DIR "/plugins/") + kLibrary;
  options.runner = SYNFACE_TEST_BINARY_DIR "/tests/plugin_checker";
  options.limit = std::chrono::minutes(2);  // a busy machine is no fault
  options.plugin = GetParam().plugin;
  options.set = {"file=" + example(GetParam().file)};
  int passed = 0;
  for (const check::Outcome& outcome : check::run(options).outcomes) {
    EXPECT_FALSE(check::is_bad(outcome.status))
        << outcome.plugin << " " << outcome.id << ": expected " << outcome.expected << "; seen "
        << outcome.seen;
    if (outcome.plugin.empty()) continue;  // the tests of the file
    EXPECT_EQ(outcome.plugin, GetParam().plugin);
    if (outcome.status == check::Status::kPassed) ++passed;
  }
  EXPECT_GT(passed, 30);
}

INSTANTIATE_TEST_SUITE_P(Bridge, ExampleTest,
                         testing::Values(Case{"arcface.py", "loss/python_margin"},
                                         Case{"triplet.py", "loss/python_embedding"},
                                         Case{"identity.py", "mixup/python_mixup"}),
                         [](const auto& given) {
                           return std::string(given.param.file, std::strlen(given.param.file) - 3);
                         });

}  // namespace
}  // namespace bridge_test
