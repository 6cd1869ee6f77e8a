// The plugins that this project ships keep their own contract. A torch-coupled one brings LibTorch
// into the child process; this program is not linked with it.
#include <synface/base/text.h>

#include "support.h"

namespace synface::plugin::check::test {
namespace {

class ShippedPluginTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ShippedPluginTest, KeepsTheContract) {
  const auto file =
      std::filesystem::path(SYNFACE_TEST_BINARY_DIR) / "plugins" / (GetParam() + ".so");
  Options options = options_for(file);
  // What only takes longer: 1,000 resamples, 64 channels.
  if (GetParam() == "verification") options.set = {"bootstrap=20"};
  if (GetParam() == "iresnet") options.set = {"width=8"};
  const Report report = run(options);
  EXPECT_EQ(bad_of(report), "");
  EXPECT_EQ(outcome(report, "first-call").status, Status::kPassed)
      << outcome(report, "first-call").seen;
}

std::vector<std::string> shipped() {
  std::vector<std::string> names = split(SYNFACE_SHIPPED_PLUGINS, ',');
  std::erase(names, "");
  return names;
}
INSTANTIATE_TEST_SUITE_P(All, ShippedPluginTest, ::testing::ValuesIn(shipped()),
                         [](const auto& given) { return given.param; });

}  // namespace
}  // namespace synface::plugin::check::test
