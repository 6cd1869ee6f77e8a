// Pictures from anywhere: PNG and JPEG files in memory.
#include <synface/data/codec.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using synface::fuzz::require;
  constexpr std::int64_t kSmall = 1 << 16;  // a header can promise a picture of 200 MB
  try {
    const synface::data::ImageSize header = synface::data::measure({data, size}, "fuzzed");
    require(header.height > 0 && header.width > 0, "a picture has pixels");
    if (header.height * header.width > kSmall) return 0;
    const synface::data::Image image = synface::data::decode({data, size}, "fuzzed");
    require(image.height == header.height && image.width == header.width,
            "a picture has the size that its header says");
    require(image.pixels.size() == static_cast<std::size_t>(header.height * header.width * 3),
            "a picture has three bytes a pixel");
  } catch (const synface::Error& e) {
    require(e.code() == synface::ExitCode::kData, "a bad picture is an error of data");
    require(std::string_view(e.what()).find("fuzzed") != std::string_view::npos,
            "an error names the file");
  }
  return 0;
}
