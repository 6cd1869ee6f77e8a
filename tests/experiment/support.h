// A folder for files, plugins that are only described, and expansions of TOML texts.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/experiment/experiment.h"

namespace synface::experiment::testing {

inline plugin::Param number(const std::string& key, double standard, double min, double max) {
  plugin::Param param;
  param.key = key;
  param.type = plugin::ParamType::kF64;
  param.min = min;
  param.max = max;
  param.def = standard;
  return param;
}

inline plugin::PluginInfo described(plugin::Kind kind, const std::string& id,
                                    std::vector<plugin::Param> params,
                                    std::vector<std::string> traits = {}) {
  plugin::PluginInfo info;
  info.kind = kind;
  info.id = id;
  info.revision = 1;
  info.params = std::move(params);
  info.traits = std::move(traits);
  info.library = "/plugins/" + id + ".so";
  info.sha256 = std::string(64, 'a');
  return info;
}

inline plugin::Param path(const std::string& key) {
  plugin::Param param;
  param.key = key;
  param.type = plugin::ParamType::kPath;
  param.def = "";
  return param;
}

inline plugin::Param neutral(plugin::Param param) {
  param.neutral = param.def;
  return param;
}

// A renderer, a folder, mixups of both stages, networks, losses, a benchmark.
inline std::vector<plugin::PluginInfo> plugins() {
  using plugin::Kind;
  return {
      described(Kind::kGenerator, "faces", {number("pose", 20, 0, 90)}, {"latent"}),
      described(Kind::kGenerator, "album", {path("path")}, {"index"}),
      described(Kind::kMixup, "identity", {number("strength", 1, 0, 1)}, {"latent"}),
      described(Kind::kMixup, "domain", {number("steps", 20, 1, 1000)}, {"batch", "real"}),
      described(Kind::kBackbone, "net", {number("width", 1, 0, 8)}, {"trainable"}),
      described(Kind::kBackbone, "lbp", {number("radius", 2, 1, 8)}, {"frozen"}),
      described(Kind::kLoss, "cosface", {number("scale", 16, 0, 1000), number("margin", 0, 0, 1)}),
      described(Kind::kLoss, "arcface",
                {number("scale", 30, 0, 1000), number("margin", 0.5, 0, 1.5)}),
      described(Kind::kBenchmark, "verification",
                {path("images"), path("pairs"), number("bootstrap", 1000, 0, 100000)}),
      described(Kind::kBenchmark, "fitted", {path("images"), path("pairs"), path("fit")}),
  };
}

constexpr const char* kBase = R"(
generator = { plugin = "faces", identities = 100, samples = 10, size = 48 }
backbone = { plugin = "net" }
loss = { plugin = "cosface" }
train = { images_seen = 12_000 }
benchmark = [ { plugin = "verification" } ]
)";

class ExperimentTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    write_file_atomic(path, text, false);
    return path;
  }

  Options options() const {
    Options options;
    options.working_folder = folder_.path();
    options.content_cache = folder_.path() / "cache";
    options.numerics.rooms = {{"data", 1}, {"train", 1}};
    return options;
  }

  Experiment expand_text(const std::string& text, const Options& with) {
    const auto file = write("experiment.toml", text);
    return expand(file, plugin::Registry::of(plugins_), with);
  }
  Experiment expand_text(const std::string& text) { return expand_text(text, options()); }

  // The message of the error that expanding throws.
  std::string error_of(const std::string& text, const Options& with,
                       ExitCode code = ExitCode::kUsage) {
    try {
      expand_text(text, with);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown for\n" << text;
    return {};
  }
  std::string error_of(const std::string& text, ExitCode code = ExitCode::kUsage) {
    return error_of(text, options(), code);
  }

  std::string hash_of(const std::string& text) {
    return expand_text(text).trials.at(0).training_hash;
  }
  std::string evaluation_of(const std::string& text) {
    return expand_text(text).trials.at(0).evaluation_hash;
  }

  TemporaryFolder folder_{"synface-experiment"};
  std::vector<plugin::PluginInfo> plugins_ = plugins();
};

}  // namespace synface::experiment::testing
