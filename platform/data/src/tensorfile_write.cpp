#include <synface/base/error.h>
#include <synface/data/tensorfile.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dtypes.h"
#include "pieces.h"

namespace synface::data {
namespace {

std::size_t bytes_of(const TensorToWrite& tensor) {
  std::size_t bytes = size_of(tensor.dtype);
  for (const std::int64_t n : tensor.shape) bytes *= static_cast<std::size_t>(n);
  return bytes;
}

}  // namespace

void write_tensorfile(const std::string& path, std::span<const TensorToWrite> tensors,
                      const std::map<std::string, std::string>& metadata) {
  // The format wants every tensor aligned to its element: larger elements come first.
  std::vector<const TensorToWrite*> order;
  for (const TensorToWrite& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return size_of(a->dtype) > size_of(b->dtype);
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorToWrite* tensor : order) {
    if (header.contains(tensor->name) || tensor->name == "__metadata__") {
      fail(ExitCode::kInternal, "{}: tensor {} would be written twice", path, tensor->name);
    }
    const std::uint64_t end = offset + bytes_of(*tensor);
    header[tensor->name] = {
        {"dtype", std::string(kDtypes[static_cast<std::size_t>(tensor->dtype)].name)},
        {"shape", tensor->shape},
        {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  const std::size_t total = text.size() + 8;
  text.append((kTensorAlignment - total % kTensorAlignment) % kTensorAlignment, ' ');
  const std::uint64_t size = text.size();

  std::vector<std::span<const std::uint8_t>> pieces;
  pieces.emplace_back(reinterpret_cast<const std::uint8_t*>(&size), sizeof size);
  pieces.emplace_back(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  for (const TensorToWrite* tensor : order) {
    pieces.emplace_back(static_cast<const std::uint8_t*>(tensor->data), bytes_of(*tensor));
  }
  write_pieces(path, pieces, true);
}

}  // namespace synface::data
