#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/hash.h>
#include <synface/data/tensorfile.h>
#include <synface/train/checkpoint.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace fs = std::filesystem;

namespace synface::train {
namespace {

using data::Dtype;
using data::TensorFile;
using data::TensorToWrite;

constexpr std::int64_t kWindowSize = sizeof(Window) / sizeof(double);
const char* const kFile = "checkpoint.safetensors";

// The metadata "device" of a checkpoint that a GPU wrote; others have none.
const char* const kGpu = "cuda";

bool on_gpu(const Parameters& parameters) {
  return parameters.device() != nullptr && parameters.device()->place().cuda();
}

// What must agree for the flat buffers to mean the same.
std::string layout_of(const Parameters& parameters) {
  std::string text;
  for (const ParameterSpec& spec : parameters.specs()) {
    text += fmt::format("{}:{}:{}:{}", spec.name, spec.trainable, spec.decay, spec.lr_scale);
    for (const std::int64_t n : spec.shape) text += fmt::format(",{}", n);
    text += '\n';
  }
  return sha256(text);
}

std::map<std::string, std::string> metadata_of(const std::string& trial_key,
                                               const Parameters& parameters,
                                               const Position& position) {
  std::map<std::string, std::string> metadata = {{"format", "synface.checkpoint/1"},
                                                 {"trial_key", trial_key},
                                                 {"step", std::to_string(position.step)},
                                                 {"attempt", std::to_string(position.attempt)},
                                                 {"layout", layout_of(parameters)}};
  if (position.backbone) {
    metadata["backbone_state"] = std::to_string(position.backbone->version);
  }
  if (position.loss) metadata["loss_state"] = std::to_string(position.loss->version);
  return metadata;
}

void add_states(const Position& position, std::vector<TensorToWrite>& tensors) {
  const auto add = [&](const char* name, const std::optional<plugin::SavedState>& state) {
    if (!state) return;
    tensors.push_back(
        {name, Dtype::kU8, {static_cast<std::int64_t>(state->bytes.size())}, state->bytes.data()});
  };
  add("state.backbone", position.backbone);
  add("state.loss", position.loss);
}

std::int64_t number(const TensorFile& file, const char* key) {
  const std::string& text = file.metadata(key);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail(ExitCode::kData, "{}: its metadata has no number {}", file.path(), key);
  }
  return value;
}

std::optional<plugin::SavedState> state_of(const TensorFile& file, const char* name,
                                           const char* version) {
  if (!file.has(name)) return std::nullopt;
  const data::StoredTensor tensor = file.get(name);
  return plugin::SavedState{static_cast<std::uint32_t>(number(file, version)),
                            {static_cast<const char*>(tensor.data), tensor.bytes}};
}

Position position_of(const TensorFile& file) {
  Position position;
  position.step = number(file, "step");
  position.attempt = static_cast<std::uint32_t>(number(file, "attempt"));
  position.backbone = state_of(file, "state.backbone", "backbone_state");
  position.loss = state_of(file, "state.loss", "loss_state");
  const data::StoredTensor window = file.get("window", Dtype::kF64, {kWindowSize});
  std::memcpy(&position.window, window.data, sizeof position.window);
  return position;
}

void copy_into(const TensorFile& file, const char* name, std::span<float> to) {
  const data::StoredTensor tensor =
      file.get(name, Dtype::kF32, {static_cast<std::int64_t>(to.size())});
  std::memcpy(to.data(), tensor.data, tensor.bytes);
}

TensorToWrite flat(const char* name, std::span<const float> values) {
  return {name, Dtype::kF32, {static_cast<std::int64_t>(values.size())}, values.data()};
}

}  // namespace

fs::path save_checkpoint(const fs::path& folder, const std::string& trial_key,
                         Parameters& parameters, const Position& position) {
  make_folders(folder);
  parameters.pull();
  std::vector<TensorToWrite> tensors = {flat("values", parameters.flat_values()),
                                        flat("momentum", parameters.flat_momentum()),
                                        {"window", Dtype::kF64, {kWindowSize}, &position.window}};
  add_states(position, tensors);
  const fs::path file = folder / kFile;
  auto metadata = metadata_of(trial_key, parameters, position);
  if (on_gpu(parameters)) metadata["device"] = kGpu;
  data::write_tensorfile(file.string(), tensors, metadata);
  return file;
}

std::optional<Position> load_checkpoint(const fs::path& folder, const std::string& trial_key,
                                        Parameters& parameters) {
  const fs::path path = folder / kFile;
  if (!fs::exists(path)) return std::nullopt;
  const TensorFile file(path.string());
  if (file.metadata("format") != "synface.checkpoint/1" ||
      file.metadata("trial_key") != trial_key || file.metadata("layout") != layout_of(parameters)) {
    fail(ExitCode::kData, "{}: the checkpoint is of another trial or network", path.string());
  }
  const bool gpu_wrote = file.metadata("device") == kGpu;
  if (gpu_wrote != on_gpu(parameters)) {
    fail(ExitCode::kData, "{}: the checkpoint was written on {}, and this attempt runs on {}",
         path.string(), gpu_wrote ? "a GPU" : "the CPU", gpu_wrote ? "the CPU" : "a GPU");
  }
  Position position = position_of(file);
  copy_into(file, "values", parameters.flat_values());
  copy_into(file, "momentum", parameters.flat_momentum());
  parameters.push();
  return position;
}

std::string save_weights(const fs::path& file, const std::string& trial_key, Parameters& parameters,
                         const Position& position) {
  make_folders(file.parent_path());
  parameters.pull();
  std::vector<TensorToWrite> tensors;
  for (std::size_t i = 0; i < parameters.specs().size(); ++i) {
    const ParameterSpec& spec = parameters.specs()[i];
    tensors.push_back({spec.name, Dtype::kF32, spec.shape, parameters.host_value(i)});
  }
  tensors.push_back({"window", Dtype::kF64, {kWindowSize}, &position.window});
  add_states(position, tensors);
  data::write_tensorfile(file.string(), tensors, metadata_of(trial_key, parameters, position));
  return sha256_file(file);
}

Position load_weights(const fs::path& file, Parameters& parameters) {
  const TensorFile weights(file.string());
  for (std::size_t i = 0; i < parameters.specs().size(); ++i) {
    const ParameterSpec& spec = parameters.specs()[i];
    if (!spec.name.starts_with("backbone.")) continue;
    const data::StoredTensor tensor = weights.get(spec.name, Dtype::kF32, spec.shape);
    std::memcpy(parameters.host_value(i), tensor.data, tensor.bytes);
  }
  parameters.push();
  return position_of(weights);
}

}  // namespace synface::train
