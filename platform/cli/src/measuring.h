// Commands that answer a question about a set by an experiment of their own making: what they find
// is recorded as any experiment's is, and a second call finds it there.
#pragma once

#include <filesystem>
#include <string>

#include "command.h"
#include "synface/data/named_set.h"
#include "synface/plugin/registry.h"

namespace synface::cli {

// The generator of a part of a named set ("train", "heldout") as an experiment has it, for its
// first people and images, and its seed.data: the trial then reads the very images of the set.
// Error(kData) for a set that is not whole, or was rendered by another revision of its generator;
// Error(kUsage) for a part that it has not, and for a mixed one, whose classes are no people.
struct SetSource {
  nlohmann::json generator;  // the table
  std::uint64_t seed = 0;
  data::SetPart part;
  std::int64_t side = 0;
};
SetSource source_of_set(const plugin::Registry& plugins, const std::string& name,
                        const std::string& part, std::uint64_t people, std::uint64_t samples);
// That the trials of the experiment read the images of the set and no others; Error(kInternal).
void check_source(const Globals& globals, const std::string& experiment, const SetSource& source);

// Photographs in a folder a person, from which identities can be measured: at least `people`
// people, one of them with two images. Error(kData) that says what is missing.
void check_photographs(const std::string& folder, std::size_t people);

// Writes the experiment as TOML to `file` and runs what of it is not done. Error(kTrials) with the
// reasons where a trial fails; returns an exit code that is not 0 where a signal ended it.
int run_measurement(const Globals& globals, const nlohmann::json& experiment,
                    const std::filesystem::path& file, const plugin::Registry& plugins);

}  // namespace synface::cli
