// RecordIO and ustar byte by byte.
#include <synface/data/recordio.h>

#include <cstring>

#include "support.h"

namespace synface::data {
namespace {

using Bytes8 = std::vector<std::uint8_t>;

Bytes8 written(const std::function<void(const ByteSink&)>& write) {
  Bytes8 all;
  write([&](std::span<const std::uint8_t> piece) {
    all.insert(all.end(), piece.begin(), piece.end());
  });
  return all;
}

std::uint32_t word(const Bytes8& bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, 4);
  return value;
}

// A reader of its own: joins the parts with the magic between them, as dmlc-core's reader does.
std::vector<Bytes8> records(const Bytes8& file) {
  std::vector<Bytes8> found;
  for (std::size_t at = 0; at < file.size();) {
    EXPECT_EQ(word(file, at), 0xCED7230AU);
    const std::uint32_t part = word(file, at + 4) >> 29U;
    const std::uint32_t length = word(file, at + 4) & 0x1FFFFFFFU;
    if (part == 0 || part == 1) {
      found.emplace_back();
    } else {
      for (const int b : {0x0A, 0x23, 0xD7, 0xCE}) {
        found.back().push_back(static_cast<std::uint8_t>(b));
      }
    }
    const auto start = file.begin() + static_cast<std::ptrdiff_t>(at + 8);
    found.back().insert(found.back().end(), start, start + length);
    at += 8 + (length + 3) / 4 * 4;
  }
  return found;
}

TEST(RecordIo, ARecordWithTheMagicInItComesBack) {
  const Bytes8 magic = {0x0A, 0x23, 0xD7, 0xCE};
  const Bytes8 payloads[] = {
      {},
      {1},
      {1, 2, 3, 4},
      magic,                                                      // nothing but the magic
      {9, 9, 9, 9, 0x0A, 0x23, 0xD7, 0xCE, 7, 7},                 // at a multiple of 4
      {9, 9, 9, 0x0A, 0x23, 0xD7, 0xCE, 7, 7},                    // not at one
      {0x0A, 0x23, 0xD7, 0xCE, 0x0A, 0x23, 0xD7, 0xCE, 1, 2, 3},  // twice
      {5, 5, 5, 5, 0x0A, 0x23, 0xD7, 0xCE},                       // at the end
  };
  Bytes8 file;
  for (const Bytes8& payload : payloads) {
    const Bytes8 one = written([&](const ByteSink& sink) { write_record(sink, payload); });
    EXPECT_EQ(one.size() % 4, 0U);
    file.insert(file.end(), one.begin(), one.end());
  }
  EXPECT_EQ(records(file), std::vector<Bytes8>(std::begin(payloads), std::end(payloads)));
}

TEST(RecordIo, AnImagesHeaderIsMxnets) {
  const Bytes8 image = {0xFF, 0xD8};
  const float label = 5, two[] = {101, 111};
  // 5.0f is 0x40A00000.
  EXPECT_EQ(image_record({&label, 1}, 7, image),
            (Bytes8{0, 0, 0, 0, 0, 0, 0xA0, 0x40, 7, 0, 0, 0,    0,
                    0, 0, 0, 0, 0, 0, 0,    0,    0, 0, 0, 0xFF, 0xD8}));
  const Bytes8 person = image_record(two, 3, {});
  EXPECT_EQ(person.size(), 32U);
  EXPECT_EQ(word(person, 0), 2U);
  EXPECT_EQ(word(person, 4), 0U);
  EXPECT_EQ(word(person, 24), 0x42CA0000U);  // 101
}

TEST(Tar, IsUstar) {
  const Bytes8 content = {'4', '2'};
  const Bytes8 tar = written([&](const ByteSink& sink) {
    write_tar_file(sink, "000001_0001.cls", content);
    write_tar_end(sink);
  });
  ASSERT_EQ(tar.size(), 512U * 4);
  const auto text = [&](std::size_t offset, std::size_t length) {
    return std::string(reinterpret_cast<const char*>(tar.data()) + offset, length);
  };
  EXPECT_EQ(text(0, 16), std::string("000001_0001.cls\0", 16));
  EXPECT_EQ(text(100, 8), std::string("0000644\0", 8));
  EXPECT_EQ(text(124, 12), std::string("00000000002\0", 12));
  EXPECT_EQ(text(156, 1), "0");
  EXPECT_EQ(text(257, 8), std::string("ustar\00000", 8));
  unsigned sum = 8 * ' ';
  for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 0U : tar[i];
  EXPECT_EQ(std::stoul(text(148, 6), nullptr, 8), sum);
  EXPECT_EQ(text(512, 2), "42");
  EXPECT_NE(test::error_of(ExitCode::kUsage,
                           [&] {
                             write_tar_file([](std::span<const std::uint8_t>) {},
                                            std::string(101, 'a'), content);
                           })
                .find("ustar"),
            std::string::npos);
}

}  // namespace
}  // namespace synface::data
