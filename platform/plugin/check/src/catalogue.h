// The catalogue: every test with its id, its rule and its function, in the order in which they run.
#pragma once

#include <span>
#include <string_view>

#include "headers.h"
#include "tests.h"

namespace synface::plugin::check {

// Bits of Test::kinds.
constexpr unsigned kind_bit(Kind kind) {
  return 1U << static_cast<unsigned>(kind);
}
inline constexpr unsigned kFileOnly = 0;  // once for the library
inline constexpr unsigned kAllKinds = kind_bit(Kind::kGenerator) | kind_bit(Kind::kMixup) |
                                      kind_bit(Kind::kBackbone) | kind_bit(Kind::kLoss) |
                                      kind_bit(Kind::kBenchmark);

struct Test {
  std::string_view id;
  unsigned kinds;
  std::string_view needs;  // an earlier test; "": none
  void (*run)(Scene& scene);
  std::string_view what, why;
  Rule rule;
};

std::span<const Test> tests();
// nullptr: there is none.
const Test* find_test(std::string_view id);

// Runs one test in this process and turns whatever it throws into a verdict.
Verdict verdict_of(const Test& test, Scene& scene);

}  // namespace synface::plugin::check
