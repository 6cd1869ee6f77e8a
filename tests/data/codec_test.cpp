#include <png.h>
#include <synface/data/codec.h>

#include <cmath>

#include "support.h"

namespace synface::data {
namespace {

using test::error_of;

// A smooth picture, so that JPEG keeps it nearly.
Image gradient(std::int64_t height, std::int64_t width) {
  Image image{height, width, {}};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      image.pixels.push_back(static_cast<std::uint8_t>(40 + 2 * y));
      image.pixels.push_back(static_cast<std::uint8_t>(200 - x));
      image.pixels.push_back(static_cast<std::uint8_t>(90 + y + x));
    }
  }
  return image;
}

TEST(Codec, PngComesBackToTheBit) {
  const Image image = gradient(33, 47);
  const auto file = encode_png(view(image));
  const Image back = decode(file, "a.png");
  EXPECT_EQ(back.height, 33);
  EXPECT_EQ(back.width, 47);
  EXPECT_EQ(back.pixels, image.pixels);
}

TEST(Codec, JpegComesBackNearly) {
  const Image image = gradient(40, 56);
  const auto file = encode_jpeg(view(image), 95);
  const ImageSize size = measure(file, "a.jpg");
  EXPECT_EQ(size.height, 40);
  EXPECT_EQ(size.width, 56);
  const Image back = decode(file, "a.jpg");
  double sum = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    sum += std::abs(int{image.pixels[i]} - int{back.pixels[i]});
  }
  EXPECT_LT(sum / static_cast<double>(image.pixels.size()), 2.0);
}

// Written with libpng directly, to have files that our encoder does not write.
std::vector<std::uint8_t> png_of(png_uint_32 format, const std::vector<std::uint8_t>& pixels,
                                 png_uint_32 height, png_uint_32 width) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = height;
  image.width = width;
  image.format = format;
  std::vector<std::uint8_t> file(1 << 16);
  png_alloc_size_t size = file.size();
  EXPECT_NE(png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr), 0);
  file.resize(size);
  return file;
}

TEST(Codec, GreyIsSpreadAndAlphaIsDropped) {
  const Image grey = decode(png_of(PNG_FORMAT_GRAY, {10, 200}, 1, 2), "grey.png");
  EXPECT_EQ(grey.pixels, (std::vector<std::uint8_t>{10, 10, 10, 200, 200, 200}));
  const Image clear = decode(png_of(PNG_FORMAT_RGBA, {1, 2, 3, 0, 4, 5, 6, 128}, 1, 2), "a.png");
  EXPECT_EQ(clear.pixels, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Codec, ForeignAndEmptyFilesAreNamed) {
  const std::string text = "this is no picture";
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  EXPECT_NE(error_of(ExitCode::kData, [&] { decode(bytes, "x/notes.jpg"); }).find("x/notes.jpg"),
            std::string::npos);
  error_of(ExitCode::kData, [&] { decode({}, "empty.jpg"); });
  EXPECT_NE(error_of(ExitCode::kData, [] { read_image("/nowhere/a.png"); }).find("/nowhere/a.png"),
            std::string::npos);
}

// A picture that is cut anywhere must not be taken for whole. (The last bytes of a JPEG file are
// its end marker, of a PNG file its end chunk.)
TEST(Codec, TruncationIsAlwaysAnError) {
  const Image image = gradient(24, 24);
  for (const auto& file : {encode_jpeg(view(image), 90), encode_png(view(image))}) {
    for (std::size_t size = 0; size + 12 < file.size(); size += 1 + size / 16) {
      error_of(ExitCode::kData, [&] { decode({file.data(), size}, "cut"); });
    }
  }
}

// Damaged bytes end in a picture or in an Error, never in anything else (run under the sanitizers
// in the long tier).
TEST(Codec, FlippedBytesNeverCrash) {
  const Image image = gradient(24, 24);
  std::uint64_t state = 42;
  int errors = 0;
  for (const auto& original : {encode_jpeg(view(image), 90), encode_png(view(image))}) {
    for (int round = 0; round < 2000; ++round) {
      auto file = original;
      for (int n = 0; n < 3; ++n) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        file[(state >> 33) % file.size()] = static_cast<std::uint8_t>(state >> 20);
      }
      try {
        const Image back = decode(file, "flipped");
        EXPECT_EQ(back.pixels.size(), static_cast<std::size_t>(3 * back.height * back.width));
      } catch (const Error& error) {
        EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(ExitCode::kData));
        ++errors;
      }
    }
  }
  EXPECT_GT(errors, 1000);
}

// The header of a PNG file of 60000 x 60000: refused before any memory is taken for it.
TEST(Codec, AHugePictureIsRefusedByItsHeader) {
  auto file = encode_png(view(gradient(2, 2)));
  const std::uint8_t size[] = {0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60};
  std::copy(std::begin(size), std::end(size), file.begin() + 16);
  // The chunk's CRC covers the size: rebuild it.
  std::uint32_t crc = 0xFFFFFFFFU;
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= file[i];
    for (int b = 0; b < 8; ++b) crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  crc = ~crc;
  for (int i = 0; i < 4; ++i)
    file[29 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  const std::string text = error_of(ExitCode::kData, [&] { decode(file, "bomb.png"); });
  EXPECT_NE(text.find("60000 x 60000"), std::string::npos) << text;
}

TEST(Codec, ReadsPhotographs) {
  if (test::assets().empty()) GTEST_SKIP() << "no assets beside this checkout";
  const Image image = read_image((test::assets() / "london" / "001_neutral.jpg").string());
  EXPECT_GT(image.height, 100);
  EXPECT_GT(image.width, 100);
}

}  // namespace
}  // namespace synface::data
