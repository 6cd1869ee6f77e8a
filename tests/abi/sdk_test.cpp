// The C++ layer: exceptions become statuses, texts are cut at characters, Philox gives the known
// answers.
#include <gtest/gtest.h>
#include <synface/sdk/sdk.h>

#include <new>
#include <stdexcept>

namespace {

namespace sdk = synface::sdk;

synface_error fresh() {
  return sdk::empty_error();
}

TEST(Guard, TurnsEveryExceptionIntoAStatusAndAText) {
  synface_error error = fresh();
  EXPECT_EQ(sdk::guard(&error, [] {}), SYNFACE_OK);
  EXPECT_EQ(sdk::guard(&error, [] { throw sdk::Error(SYNFACE_ERR_IO, "cut off", "file.jpg"); }),
            SYNFACE_ERR_IO);
  EXPECT_STREQ(error.message, "cut off");
  EXPECT_STREQ(error.where, "file.jpg");
  EXPECT_EQ(sdk::guard(&error, [] { throw std::bad_alloc(); }), SYNFACE_ERR_MEMORY);
  EXPECT_EQ(sdk::guard(&error, [] { throw std::runtime_error("why"); }), SYNFACE_ERR_INTERNAL);
  EXPECT_STREQ(error.message, "why");
  EXPECT_EQ(sdk::guard(&error, [] { throw 7; }), SYNFACE_ERR_INTERNAL);
}

TEST(CopyText, NeverCutsACharacterInTwo) {
  char field[6];
  sdk::copy_text(field, "abcd\xC3\xA9");  // e acute would need bytes 5 and 6 and the NUL
  EXPECT_STREQ(field, "abcd");
  sdk::copy_text(field, "abc\xC3\xA9");
  EXPECT_STREQ(field, "abc\xC3\xA9");
}

TEST(Philox, GivesTheKnownAnswersOfRandom123) {
  const sdk::PhiloxWords zero = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  const sdk::PhiloxWords ones = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  const sdk::PhiloxWords pi = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  EXPECT_EQ(sdk::philox({0, 0, 0, 0}, 0, 0), zero);
  EXPECT_EQ(sdk::philox({~0U, ~0U, ~0U, ~0U}, ~0U, ~0U), ones);
  EXPECT_EQ(sdk::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            pi);
}

// What the Rust layer gives for the same calls (synface/src/philox.rs has these lines too).
TEST(Philox, GivesTheNumbersOfTheRustLayer) {
  sdk::PhiloxStream stream(0x0123456789abcdef, 4, 5, 6);
  for (const uint32_t word :
       {0xfef7a3e4U, 0x8254c5a4U, 0x7d074f34U, 0x236a882eU, 0x1a33b21eU, 0x3e6b6a97U}) {
    EXPECT_EQ(stream.word(), word);
  }
  EXPECT_EQ(stream.uniform(), 0x1.26bc4p-6F);
  EXPECT_EQ(stream.uniform_double(), 0x1.79f0792172fb6p-2);
  for (const uint32_t below : {0U, 6U, 0U, 6U, 6U}) EXPECT_EQ(stream.below(7), below);
  const uint32_t sent[10] = {1, 9, 6, 2, 3, 5, 0, 8, 4, 7};
  for (uint32_t i = 0; i < 10; ++i) EXPECT_EQ(sdk::permute(i, 10, 77, 3), sent[i]);
}

TEST(Philox, BelowIsUnbiasedAndInRange) {
  sdk::PhiloxStream random(1, SYNFACE_STREAM_SAMPLE, 2, 3);
  int seen[7] = {};
  for (int i = 0; i < 70000; ++i) ++seen[random.below(7)];
  double chi = 0.0;
  for (const int n : seen) chi += (n - 10000.0) * (n - 10000.0) / 10000.0;
  EXPECT_LT(chi, 27.9);  // 99.99% quantile with 6 degrees of freedom
}

TEST(Tensors, RefuseAnotherElementType) {
  double value = 1.0;
  const int64_t shape[1] = {1};
  synface_tensor tensor{};
  tensor.data = &value;
  tensor.ndim = 1;
  tensor.dtype = {SYNFACE_FLOAT, 64, 1};
  tensor.shape = shape;
  EXPECT_EQ(*sdk::data<double>(tensor), 1.0);
  EXPECT_THROW(sdk::data<float>(tensor, "x"), sdk::Error);
}

}  // namespace
