#include "background_folder.h"

#include <synface/ext/codec.h>
#include <synface/ext/listing.h>
#include <synface/sdk/error.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <vector>

namespace sdk = synface::sdk;
using synface::morphable::Photos;

namespace {

constexpr std::size_t kMostPhotos = 20000;
constexpr int64_t kSmallestSide = 16;
constexpr int64_t kLongestAspect = 2;

struct Pixels {
  int64_t shape[3];
  int64_t strides[3];
  std::vector<uint8_t> rgb;

  Pixels(int64_t height, int64_t width)
      : shape{height, width, 3},
        strides{3 * width, 3, 1},
        rgb(static_cast<std::size_t>(3 * height * width)) {}
  synface_tensor view() {
    return {rgb.data(), SYNFACE_DEVICE_CPU, 0, 3, {SYNFACE_UINT, 8, 1}, shape, strides, 0, 0};
  }
};

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw sdk::Error(
      SYNFACE_ERR_IO,
      "the background image " + path + " " + what + "; mend it or take it out of the folder", path);
}

std::vector<std::string> list(const synface_ext_listing& listing, const std::string& folder) {
  std::vector<std::string> paths;
  const auto add = [](void* user, const synface_listed_image* image,
                      synface_error* error) noexcept -> synface_status {
    return sdk::guard(error, [&] {
      static_cast<std::vector<std::string>*>(user)->emplace_back(sdk::view(image->path));
    });
  };
  synface_error error = sdk::empty_error();
  if (listing.images(sdk::str(std::string_view(folder)), add, &paths, &error) != SYNFACE_OK) {
    throw sdk::Error(SYNFACE_ERR_IO, std::string("backgrounds: ") + error.message, folder);
  }
  if (paths.size() > kMostPhotos) {
    throw sdk::Error(SYNFACE_ERR_IO,
                     "backgrounds: " + folder + " has " + std::to_string(paths.size()) +
                         " images; all are kept in memory, at most " + std::to_string(kMostPhotos) +
                         " fit (a few hundred do)",
                     folder);
  }
  return paths;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "cannot be opened");
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) refuse(path, "cannot be read");
  return bytes;
}

Pixels decode(const synface_ext_codec& codec, const std::string& path) {
  const std::string bytes = read_file(path);
  synface_error error = sdk::empty_error();
  int64_t height = 0;
  int64_t width = 0;
  if (codec.measure(bytes.data(), bytes.size(), &height, &width, &error) != SYNFACE_OK) {
    refuse(path, std::string("is no image: ") + error.message);
  }
  if (std::min(height, width) < kSmallestSide) {
    refuse(path, "is " + std::to_string(width) + " x " + std::to_string(height) +
                     " pixels, at least 16 are needed");
  }
  Pixels pixels(height, width);
  const synface_tensor view = pixels.view();
  if (codec.decode(bytes.data(), bytes.size(), &view, &error) != SYNFACE_OK) {
    refuse(path, std::string("is damaged: ") + error.message);
  }
  return pixels;
}

// The middle of a panorama, whose ends would take most of the memory.
Pixels cropped(Pixels from) {
  const int64_t most = kLongestAspect * std::min(from.shape[0], from.shape[1]);
  const int64_t height = std::min(from.shape[0], most);
  const int64_t width = std::min(from.shape[1], most);
  if (height == from.shape[0] && width == from.shape[1]) return from;
  Pixels to(height, width);
  const uint8_t* corner = from.rgb.data() + (from.shape[0] - height) / 2 * from.strides[0] +
                          (from.shape[1] - width) / 2 * from.strides[1];
  for (int64_t row = 0; row < height; ++row) {
    std::copy_n(corner + row * from.strides[0], to.strides[0], to.rgb.data() + row * to.strides[0]);
  }
  return to;
}

// Both sides by the same factor; an image that is small enough stays.
Pixels shrunk(const synface_ext_codec& codec, Pixels from, int64_t side) {
  const int64_t shorter = std::min(from.shape[0], from.shape[1]);
  if (shorter <= side) return from;
  const auto scaled = [&](int64_t length) { return (length * side + shorter / 2) / shorter; };
  Pixels to(scaled(from.shape[0]), scaled(from.shape[1]));
  const synface_tensor source = from.view();
  const synface_tensor target = to.view();
  synface_error error = sdk::empty_error();
  sdk::check(codec.resize(&source, &target, &error), error);
  return to;
}

}  // namespace

std::shared_ptr<const Photos> read_background_folder(const sdk::Create& create,
                                                     const std::string& folder, int side) {
  if (folder.empty()) return nullptr;
  const auto& listing = create.need<synface_ext_listing>(SYNFACE_EXT_LISTING);
  const auto& codec = create.need<synface_ext_codec>(SYNFACE_EXT_CODEC);
  if (listing.struct_size < sizeof(synface_ext_listing)) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "this host cannot list a folder of images",
                     SYNFACE_EXT_LISTING);
  }
  const std::vector<std::string> paths = list(listing, folder);
  const int kept = synface::morphable::photo_side(paths.size(), side);
  auto photos = std::make_shared<Photos>();
  for (const std::string& path : paths) {
    Pixels pixels = shrunk(codec, cropped(decode(codec, path)), kept);
    photos->add(static_cast<int>(pixels.shape[0]), static_cast<int>(pixels.shape[1]),
                std::move(pixels.rgb));
  }
  return photos;
}
