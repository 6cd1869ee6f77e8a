// Hashes against published test vectors.
#include "synface/base/hash.h"

#include <gtest/gtest.h>

#include "synface/base/file.h"

namespace synface {
namespace {

TEST(Sha256, VectorsOfFips180) {
  EXPECT_EQ(sha256(std::string_view{}),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(std::string_view("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(std::string_view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PiecesGiveTheHashOfTheWhole) {
  EXPECT_EQ(Sha256().update("a").update("").update("bc").hex(), sha256(std::string_view("abc")));
}

TEST(Sha256, OfAFileAndOfAnEmptyOne) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "abc", "abc");
  write_file_atomic(folder.path() / "empty", "");
  EXPECT_EQ(sha256_file(folder.path() / "abc"), sha256(std::string_view("abc")));
  EXPECT_EQ(sha256_file(folder.path() / "empty"), sha256(std::string_view()));
  EXPECT_THROW(sha256_file(folder.path() / "absent"), Error);
}

// xxHash's documentation: XXH3 of nothing with seed 0.
TEST(Xxh3, OfNothing) {
  EXPECT_EQ(xxh3_64(std::string_view{}), 0x2d06800538d394c2ULL);
  EXPECT_EQ(xxh3_128(std::string_view{}), "99aa06d3014798d86001c324468d497f");
}

TEST(Crc32, TheCheckValue) {
  const std::string_view text = "123456789";
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  EXPECT_EQ(crc32(bytes), 0xcbf43926U);
  EXPECT_EQ(crc32(bytes.subspan(4), crc32(bytes.first(4))), 0xcbf43926U);
}

}  // namespace
}  // namespace synface
