// Words for people.
#include "synface/base/text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace synface {
namespace {

TEST(Text, EditDistances) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("abcd", "abdc"), 1) << "a swap of neighbours";
  EXPECT_EQ(edit_distance("same", "same"), 0);
}

TEST(Text, TheNearestWordIsMeant) {
  const std::vector<std::string> words = {"batch_size", "learning_rate", "momentum"};
  EXPECT_EQ(did_you_mean("batchsize", words), "batch_size");
  EXPECT_EQ(did_you_mean("Momentum", words), "momentum");
  EXPECT_EQ(did_you_mean("learningrate", words), "learning_rate");
  EXPECT_FALSE(did_you_mean("zebra", words));
  EXPECT_FALSE(did_you_mean("", words));
  EXPECT_EQ(hint("momentun", words), "; did you mean 'momentum'?");
  EXPECT_EQ(hint("zebra", words), "");
}

TEST(Text, HumanNumbers) {
  EXPECT_EQ(human_duration(0.4213), "0.42 s");
  EXPECT_EQ(human_duration(59.99), "1 min 0 s");
  EXPECT_EQ(human_duration(200), "3 min 20 s");
  EXPECT_EQ(human_duration(7500), "2 h 5 min");
  EXPECT_EQ(human_duration(90000), "1 d 1 h");
  EXPECT_EQ(human_duration(std::nan("")), "?");
  EXPECT_EQ(human_bytes(512), "512 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(1048570), "1.0 MiB");
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(1234567), "1,234,567");
  EXPECT_EQ(human_count(-1234), "-1,234");
  EXPECT_EQ(human_rate(4520.4), "4,520");
}

TEST(Text, WidthsOnATerminal) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("\xc3\xa9"), 1) << "e with an accent";
  EXPECT_EQ(display_width("e\xcc\x81"), 1) << "e and a combining accent";
  EXPECT_EQ(display_width("\xe6\xbc\xa2"), 2) << "a Chinese character";
  EXPECT_EQ(display_width("\x1b[31mred\x1b[0m"), 3);
  EXPECT_EQ(display_width("\xff\xfe"), 2) << "invalid bytes count one each";
  EXPECT_EQ(pad_right("\xc3\xa9", 3), "\xc3\xa9  ");
  EXPECT_EQ(pad_left("7", 3), "  7");
  EXPECT_EQ(cut("abcdef", 4), "abc\xe2\x80\xa6");
  EXPECT_EQ(cut("abcd", 4), "abcd");
}

TEST(Text, Utf8IsTold) {
  EXPECT_TRUE(is_utf8("abc \xc3\xa9 \xf0\x9f\x98\x80"));
  EXPECT_FALSE(is_utf8("\xc3"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80")) << "a surrogate";
  EXPECT_FALSE(is_utf8("\xc0\x80")) << "an overlong zero";
  EXPECT_FALSE(is_utf8("\xf5\x80\x80\x80"));
}

TEST(Text, Pieces) {
  EXPECT_EQ(split("a::b", ':'), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ':'), (std::vector<std::string>{""}));
  EXPECT_EQ(join(std::vector<std::string>{"a", "b"}, ", "), "a, b");
  EXPECT_EQ(trim(" \t a b\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(to_lower("AbC"), "abc");
}

}  // namespace
}  // namespace synface
