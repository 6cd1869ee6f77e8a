#include <synface/data/extensions.h>

#include <string>
#include <vector>

#include "support.h"

namespace synface::data {
namespace {

synface_error make_error() {
  synface_error error{};
  error.struct_size = sizeof error;
  return error;
}

synface_str str(const std::string& text) {
  return {text.data(), text.size()};
}

TEST(Extensions, TheCodecRoundTripsThroughTheAbi) {
  const synface_ext_codec& codec = codec_extension();
  std::vector<std::uint8_t> pixels(4 * 6 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(3 * i);
  const std::int64_t shape[] = {4, 6, 3}, strides[] = {18, 3, 1};
  synface_tensor image{
      pixels.data(), SYNFACE_DEVICE_CPU, 0, 3, {SYNFACE_UINT, 8, 1}, shape, strides, 0, 0};
  std::string file;
  const synface_sink sink{
      sizeof(synface_sink), 0, &file,
      [](void* user, const void* bytes, uint64_t size, synface_error*) noexcept -> synface_status {
        static_cast<std::string*>(user)->append(static_cast<const char*>(bytes), size);
        return SYNFACE_OK;
      }};
  synface_error error = make_error();
  ASSERT_EQ(codec.encode(SYNFACE_CODEC_PNG, 0, &image, &sink, &error), SYNFACE_OK);
  std::int64_t height = 0, width = 0;
  ASSERT_EQ(codec.measure(file.data(), file.size(), &height, &width, &error), SYNFACE_OK);
  EXPECT_EQ(height, 4);
  EXPECT_EQ(width, 6);
  std::vector<std::uint8_t> back(pixels.size());
  image.data = back.data();
  ASSERT_EQ(codec.decode(file.data(), file.size(), &image, &error), SYNFACE_OK);
  EXPECT_EQ(back, pixels);

  EXPECT_EQ(codec.decode(file.data(), 20, &image, &error), SYNFACE_ERR_IO);
  EXPECT_NE(std::string(error.message), "");
  const std::int64_t wrong[] = {6, 4, 3};
  image.shape = wrong;
  EXPECT_EQ(codec.decode(file.data(), file.size(), &image, &error), SYNFACE_ERR_INVALID);
  EXPECT_EQ(codec.encode(9, 0, &image, &sink, &error), SYNFACE_ERR_INVALID);
}

TEST(Extensions, AListingStopsAtTheStatusOfItsCallback) {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.jpg", "a/2.jpg", "b/1.jpg"}) test::write(folder.path() / name, "x");
  struct Seen {
    std::vector<std::string> names;
    std::size_t most;
  } seen{{}, 2};
  const auto each = [](void* user, const synface_listed_image* image,
                       synface_error*) noexcept -> synface_status {
    auto& s = *static_cast<Seen*>(user);
    if (s.names.size() == s.most) return SYNFACE_ERR_CANCELLED;
    s.names.push_back(std::string(image->name.data, image->name.size) +
                      std::to_string(image->identity) + std::to_string(image->sample));
    return SYNFACE_OK;
  };
  synface_error error = make_error();
  const std::string root = folder.path().string();
  EXPECT_EQ(listing_extension().folder(str(root), each, &seen, &error), SYNFACE_ERR_CANCELLED);
  EXPECT_EQ(seen.names, (std::vector<std::string>{"a00", "a01"}));
  seen = {{}, 9};
  EXPECT_EQ(listing_extension().folder(str(root), each, &seen, &error), SYNFACE_OK);
  EXPECT_EQ(seen.names.back(), "b10");
  seen = {{}, 9};
  EXPECT_EQ(listing_extension().images(str(root), each, &seen, &error), SYNFACE_OK);
  EXPECT_EQ(seen.names, (std::vector<std::string>{"a/1.jpg00", "a/2.jpg10", "b/1.jpg20"}));
  const std::string absent = root + "/absent";
  EXPECT_EQ(listing_extension().images(str(absent), each, &seen, &error), SYNFACE_ERR_IO);
  EXPECT_EQ(listing_extension().folder(str(absent), each, &seen, &error), SYNFACE_ERR_IO);
  EXPECT_NE(std::string(error.message).find("absent"), std::string::npos);
}

TEST(Extensions, TensorFilesAreLentUntilClosed) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "a.safetensors").string();
  const std::string header =
      R"({"__metadata__":{"who":"me"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
  const std::uint64_t size = header.size();
  const float values[] = {3.0F, 4.0F};
  test::write(path, std::string(reinterpret_cast<const char*>(&size), 8) + header +
                        std::string(reinterpret_cast<const char*>(values), 8));
  const synface_ext_tensorfile& ext = tensorfile_extension();
  synface_error error = make_error();
  void* file = nullptr;
  ASSERT_EQ(ext.open(str(path), &file, &error), SYNFACE_OK);
  synface_tensor view{};
  ASSERT_EQ(ext.get(file, str("a"), &view, &error), SYNFACE_OK);
  EXPECT_EQ(view.ndim, 2);
  EXPECT_EQ(view.strides[0], 2);
  EXPECT_EQ(static_cast<float*>(view.data)[1], 4.0F);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(view.data) % 256, 0U);
  EXPECT_EQ(ext.get(file, str("b"), &view, &error), SYNFACE_ERR_INVALID);
  synface_str text{};
  ASSERT_EQ(ext.metadata(file, str("who"), &text, &error), SYNFACE_OK);
  EXPECT_EQ(std::string(text.data, text.size), "me");
  ext.close(file);
  const std::string absent = path + "x";
  EXPECT_EQ(ext.open(str(absent), &file, &error), SYNFACE_ERR_IO);
}

}  // namespace
}  // namespace synface::data
