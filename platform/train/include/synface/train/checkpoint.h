// Checkpoints and kept weights: .safetensors files.
//
// A checkpoint has "values", "momentum" (the flat buffers), "window" (float64), "state.backbone"
// and "state.loss" (bytes of plugins that keep a state), and in its metadata format, trial key,
// step, attempt, the layout's hash, the states' versions and, where a GPU wrote it, the device
// kind: a training goes on only on the kind that it began on. Kept weights have every parameter
// under its own name and the same metadata without the momentum, so that Python reads them.
#pragma once

#include <synface/plugin/instance.h>
#include <synface/train/parameters.h>
#include <synface/train/recorder.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace synface::train {

// Beside the parameters: where a training stands.
struct Position {
  std::int64_t step = 0;  // steps done
  std::uint32_t attempt = 1;
  Window window;
  std::optional<plugin::SavedState> backbone, loss;
};

// Writes <folder>/checkpoint.safetensors whole; returns its path.
std::filesystem::path save_checkpoint(const std::filesystem::path& folder,
                                      const std::string& trial_key, Parameters& parameters,
                                      const Position& position);

// Fills the parameters from <folder>/checkpoint.safetensors. Nothing when there is none.
// Error(kData) when it is damaged, of another trial or another network.
std::optional<Position> load_checkpoint(const std::filesystem::path& folder,
                                        const std::string& trial_key, Parameters& parameters);

// Final weights; returns the file's SHA-256.
std::string save_weights(const std::filesystem::path& file, const std::string& trial_key,
                         Parameters& parameters, const Position& position);
// Fills the parameters whose name starts with "backbone."; the head is not needed for evaluation.
Position load_weights(const std::filesystem::path& file, Parameters& parameters);

}  // namespace synface::train
