// .safetensors files: weights, checkpoints, head models.
#include <synface/data/tensorfile.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using synface::fuzz::require;
  static synface::fuzz::MemoryFile file;
  file.write(synface::fuzz::as_text(data, size));
  try {
    const synface::data::TensorFile tensors(file.path().string());
    for (const std::string& name : tensors.names()) {
      const synface::data::StoredTensor tensor = tensors.get(name);
      std::size_t elements = 1;
      for (const std::int64_t extent : tensor.shape) elements *= static_cast<std::size_t>(extent);
      require(elements * size_of(tensor.dtype) == tensor.bytes,
              "a tensor is as large as its shape");
      require(reinterpret_cast<std::uintptr_t>(tensor.data) % 256 == 0, "a tensor is aligned");
      std::uint8_t sum = 0;  // every byte can be read
      for (std::size_t i = 0; i < tensor.bytes; ++i) {
        sum = static_cast<std::uint8_t>(sum +
                                        static_cast<const volatile std::uint8_t*>(tensor.data)[i]);
      }
    }
  } catch (const synface::Error& e) {
    require(e.code() == synface::ExitCode::kData && *e.what() != '\0',
            "a bad tensor file is an error of data");
  }
  return 0;
}
