// Which file is taken for the weights. dlib is told to parse no other bytes than those.
#include <filesystem>
#include <fstream>
#include <system_error>

#include "sha256.h"
#include "weights.h"

namespace dlib_embedder {

void look_for_weights(const std::string& file) {
  std::error_code error;
  const auto kind = std::filesystem::status(file, error).type();
  if (kind == std::filesystem::file_type::not_found) {
    throw WeightsError("there is no file " + file);
  }
  if (kind != std::filesystem::file_type::regular) throw WeightsError(file + " is not a file");
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (error) throw WeightsError(file + ": " + error.message());
  if (size != kWeightsBytes) {
    throw WeightsError(file + " has " + std::to_string(size) + " bytes where " + kWeightsFile +
                       " has " + std::to_string(kWeightsBytes) +
                       ": it is cut off, or another file");
  }
}

std::string read_known_file(const std::string& file, const Pulse& pulse) {
  look_for_weights(file);
  std::string bytes(kWeightsBytes, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    throw WeightsError(file + " cannot be read");
  }
  const std::string hash = sha256(bytes, pulse);
  if (hash != kWeightsSha256) {
    throw WeightsError(file + " is not " + kWeightsFile + " (or is damaged): its SHA-256 is " +
                       hash + ", not " + kWeightsSha256);
  }
  return bytes;
}

}  // namespace dlib_embedder
