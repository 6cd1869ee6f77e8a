// Blind changes to bytes, for fuzzing without clang's libFuzzer.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace synface::fuzz {

// One to eight changes to a file of the corpus: bits, bytes, numbers at the edges, copies of its
// own and of other files' parts, cuts. The result has at most `longest` bytes.
std::string mutate(const std::vector<std::string>& corpus, std::size_t longest,
                   std::mt19937_64& random);

}  // namespace synface::fuzz
