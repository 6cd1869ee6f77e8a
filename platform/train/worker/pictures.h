// A generator for commands that make pictures outside of a trial.
#pragma once

#include <synface/plugin/host.h>
#include <synface/plugin/library.h>
#include <synface/train/generation.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace synface::worker {

struct PictureOptions {
  std::string generator = "morphable";  // an id
  std::string mixup;                    // an id; "": none
  std::vector<std::string> set;         // KEY=VALUE, parameters of the generator
  std::vector<std::string> mixup_set;   // and of the mixup
  std::int64_t size = 112;
  std::uint64_t seed = 0;
  int threads = 1;
};

void add_picture_options(CLI::App& command, PictureOptions& options);

// Plugins found on the search path, with the services of this program.
class Pictures {
 public:
  Pictures(const PictureOptions& options, std::int64_t identities, std::int64_t samples);

  const train::Source& source() const { return *source_; }
  const plugin::Mixup* mixup() const { return mixup_ ? &*mixup_ : nullptr; }
  const Json& mixup_identity() const { return mixup_identity_; }

 private:
  plugin::HostServices host_;
  plugin::Loader loader_;
  std::unique_ptr<train::Source> source_;
  std::optional<plugin::Mixup> mixup_;
  Json mixup_identity_;
};

}  // namespace synface::worker
