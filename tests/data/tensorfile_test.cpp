#include <synface/data/tensorfile.h>

#include <cstring>

#include "support.h"

namespace synface::data {
namespace {

using test::error_of;
using test::write;

class TensorFiles : public testing::Test {
 protected:
  std::string path(const char* name = "a.safetensors") const {
    return (folder_.path() / name).string();
  }
  // A file with this header and so many bytes of data.
  std::string raw(const std::string& header, std::size_t data) {
    const std::uint64_t size = header.size();
    std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
    write(path("raw"), bytes + header + std::string(data, '\1'));
    return path("raw");
  }
  TemporaryFolder folder_;
};

TEST_F(TensorFiles, WhatIsWrittenComesBackAligned) {
  const std::vector<float> weights = {1.5F, -2, 3, 4, 5, 6};
  const std::vector<std::uint8_t> bytes = {7, 8, 9};
  const std::vector<std::int64_t> step = {123456789012};
  const TensorToWrite tensors[] = {{"bytes", Dtype::kU8, {3}, bytes.data()},
                                   {"weights", Dtype::kF32, {2, 3}, weights.data()},
                                   {"step", Dtype::kI64, {}, step.data()},
                                   {"none", Dtype::kF32, {0, 4}, nullptr}};
  write_tensorfile(path(), tensors, {{"kind", "test \"1\""}});
  const TensorFile file(path());
  EXPECT_EQ(file.names(), (std::vector<std::string>{"bytes", "none", "step", "weights"}));
  EXPECT_EQ(file.metadata("kind"), "test \"1\"");
  EXPECT_EQ(file.metadata("absent"), "");
  const StoredTensor back = file.get("weights", Dtype::kF32, {2, 3});
  EXPECT_EQ(std::memcmp(back.data, weights.data(), back.bytes), 0);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(back.data) % 256, 0U);
  EXPECT_EQ(*static_cast<const std::int64_t*>(file.get("step").data), 123456789012);
  EXPECT_EQ(std::memcmp(file.get("bytes").data, bytes.data(), 3), 0);
  EXPECT_EQ(file.get("none").bytes, 0U);
  error_of(ExitCode::kData, [&] { file.get("nothing"); });
  error_of(ExitCode::kData, [&] { file.get("weights", Dtype::kF32, {3, 2}); });
}

TEST_F(TensorFiles, HeadersThatLieAreRefused) {
  const std::string good = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  EXPECT_EQ(TensorFile(raw(good, 8)).get("a").bytes, 8U);
  const char* const bad[] = {
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}})",
      R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
      R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})",
      R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}})",
      R"({"a":{"dtype":"F32","shape":[2]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
          "b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
          "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
      R"({"__metadata__":{"a":1}})",
      R"({"a":[]})",
      R"({"a":)",
      R"([])"};
  for (const char* header : bad) {
    EXPECT_NE(error_of(ExitCode::kData, [&] { TensorFile(raw(header, 8)); }).find("raw"),
              std::string::npos)
        << header;
  }
  error_of(ExitCode::kData, [&] { TensorFile(raw(good, 7)); });
  error_of(ExitCode::kData, [&] { TensorFile(raw(good, 9)); });
  write(path("short"), "abc");
  error_of(ExitCode::kData, [&] { TensorFile(path("short")); });
  error_of(ExitCode::kData, [&] { TensorFile(path("absent")); });
}

// Whatever bytes come, the answer is a checked file or an Error, and a file that opens can be read
// to its last byte.
TEST_F(TensorFiles, MutatedFilesNeverCrash) {
  const std::vector<float> values(40, 1.0F);
  const TensorToWrite tensors[] = {{"layer.weight", Dtype::kF32, {4, 5}, values.data()},
                                   {"layer.bias", Dtype::kF32, {5}, values.data()}};
  write_tensorfile(path(), tensors, {{"format", "1"}});
  const std::string original = read_file(path());
  const std::size_t header = original.find_last_of('}');
  std::uint64_t state = 7;
  const auto random = [&](std::size_t n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state >> 33) % n;
  };
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = original;
    for (std::size_t n = 1 + random(4); n > 0; --n) {
      switch (random(4)) {
        case 0:
          bytes[random(header)] = static_cast<char>(random(256));
          break;
        case 1:
          bytes[8 + random(header - 8)] = "0123456789[]{},:\""[random(17)];
          break;
        case 2:
          bytes.erase(random(bytes.size()), 1 + random(3));
          break;
        default:
          bytes.insert(random(header), 1, static_cast<char>('0' + random(10)));
          break;
      }
    }
    write(path("mutated"), bytes);
    try {
      const TensorFile file(path("mutated"));
      unsigned sum = 0;
      for (const std::string& name : file.names()) {
        const StoredTensor tensor = file.get(name);
        const auto* data = static_cast<const std::uint8_t*>(tensor.data);
        for (std::size_t i = 0; i < tensor.bytes; ++i) sum += data[i];
      }
      EXPECT_GT(sum, 0U);
    } catch (const Error& error) {
      EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(ExitCode::kData));
      ++refused;
    }
  }
  EXPECT_GT(refused, 2000);
}

}  // namespace
}  // namespace synface::data
