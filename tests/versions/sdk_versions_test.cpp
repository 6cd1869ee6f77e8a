// Plugins of two versions of the C++ layer, of one draft, in one process.
#include <dlfcn.h>
#include <synface/plugin/loss.h>
#include <synface/sdk/error.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The plugin of the library of this name; libraries stay for the process's life.
PluginPtr twin(const char* library) {
  static HostServices* const host = new HostServices("test");
  static Loader* const loader = new Loader(*host);
  return loader->plugin(std::filesystem::path(SYNFACE_TWINS) / library, Kind::kLoss, "twin");
}

Loss make(const char* library, const Json& given = Json::object()) {
  const PluginPtr plugin = twin(library);
  return Loss(plugin, params_of(plugin, given), make_dims());
}

std::vector<float> z_of(const Loss& loss) {
  const Floats cos({1, 2}, 0.5F), norm({1}, 1), weights({1, 2}, 1), z({1, 2}), dz({1, 2});
  loss.margin(context(), cos, norm, weights, z, dz, nullptr);
  return z.values;
}

TEST(SdkVersions, TwoPluginsOfTwoVersionsAreLoaded) {
  // Given one source, built against this version and another one,
  const PluginPtr now = twin("twin_now.so"), other = twin("twin_other.so");
  // then both say which, and belong to the same draft.
  EXPECT_EQ(now->info.sdk, "c++ " SYNFACE_SDK_VERSION);
  EXPECT_EQ(other->info.sdk, "c++ other");
  EXPECT_EQ(now->info.abi, other->info.abi);
  EXPECT_NE(now->info.doc, other->info.doc);
}

TEST(SdkVersions, EachKeepsItsOwnState) {
  // Given instances of both, made in turn,
  const Loss a = make("twin_now.so", {{"offset", 0.125}});
  const Loss x = make("twin_other.so", {{"offset", 0.5}});
  const double a_number = a.loss_info().margin, x_number = x.loss_info().margin;
  const Loss b = make("twin_now.so"), y = make("twin_other.so"), z = make("twin_other.so");
  // then each library has counted its own alone,
  EXPECT_EQ(b.loss_info().margin, a_number + 1);
  EXPECT_EQ(y.loss_info().margin, x_number + 1);
  EXPECT_EQ(z.loss_info().margin, x_number + 2);
  // and each instance computes with its own parameters.
  EXPECT_THAT(z_of(a), ElementsAre(0.375F, 0.375F));
  EXPECT_THAT(z_of(x), ElementsAre(0.0F, 0.0F));
  EXPECT_THAT(z_of(y), ElementsAre(0.25F, 0.25F));
}

std::string refusal(const char* library, const char* fault) {
  try {
    make(library, {{"fault", fault}});
  } catch (const CallError& e) {
    return e.reason();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(SdkVersions, EachSpeaksWithItsOwnWords) {
  EXPECT_EQ(refusal("twin_now.so", "error"), "offset, says SDK " SYNFACE_SDK_VERSION);
  EXPECT_EQ(refusal("twin_other.so", "error"), "offset, says SDK other");
  // The text of the layer itself, from a function that both have.
  EXPECT_EQ(refusal("twin_now.so", "unknown"), "an exception of an unknown type");
  EXPECT_EQ(refusal("twin_other.so", "unknown"), "an exception of some other type");
}

TEST(SdkVersions, NothingOfOneIsSeenByTheOther) {
  // Given that neither symbol leaves its library,
  twin("twin_now.so");
  twin("twin_other.so");
  EXPECT_EQ(dlsym(RTLD_DEFAULT, "made"), nullptr);
  EXPECT_EQ(dlsym(RTLD_DEFAULT, "synface_plugin_entry"), nullptr);
}

}  // namespace
}  // namespace synface::plugin::test
