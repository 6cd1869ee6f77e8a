#include <fmt/format.h>
#include <synface/base/philox.h>
#include <synface/data/lfw_pairs.h>

#include <algorithm>
#include <tuple>

namespace synface::data {
namespace {

// Words that keep the draws of one seed apart; two a fold follow.
constexpr std::uint64_t kFolds = 0x70616972ULL << 32, kSame = kFolds + 1, kDifferent = kSame + 16;

std::uint64_t two_of(std::uint64_t n) {
  return n < 2 ? 0 : n * (n - 1) / 2;
}

// Number k of the pairs of 0 .. n - 1 in the order (0,1) (0,2) (1,2) (0,3) ...
std::pair<std::uint32_t, std::uint32_t> pair_at(std::uint64_t k) {
  std::uint64_t high = 1;
  while (two_of(high + 1) <= k) ++high;
  return {static_cast<std::uint32_t>(k - two_of(high)), static_cast<std::uint32_t>(high)};
}

struct Fold {
  std::uint32_t number = 0;
  std::vector<std::uint32_t> people;
};

auto order(const LfwPair& p) {
  return std::tuple(p.first, p.first_sample, p.second, p.second_sample);
}

void sort_from(std::vector<LfwPair>& pairs, std::size_t first) {
  std::sort(pairs.begin() + static_cast<std::ptrdiff_t>(first), pairs.end(),
            [](const LfwPair& a, const LfwPair& b) { return order(a) < order(b); });
}

void add_same(const Fold& fold, std::uint32_t samples, std::uint32_t wanted, std::uint64_t seed,
              std::vector<LfwPair>& pairs) {
  const std::size_t start = pairs.size();
  const std::uint64_t each = two_of(samples);
  const KeyedPermutation draw(seed, kSame + fold.number, each * fold.people.size());
  for (std::uint32_t n = 0; n < wanted; ++n) {
    const std::uint64_t drawn = draw(n);
    const std::uint32_t person = fold.people[static_cast<std::size_t>(drawn / each)];
    const auto [a, b] = pair_at(drawn % each);
    pairs.push_back({fold.number, true, person, a, person, b});
  }
  sort_from(pairs, start);
}

void add_different(const Fold& fold, std::uint32_t samples, std::uint32_t wanted,
                   std::uint64_t seed, std::vector<LfwPair>& pairs) {
  const std::size_t start = pairs.size();
  const std::uint64_t grid = std::uint64_t{samples} * samples;
  const KeyedPermutation draw(seed, kDifferent + fold.number, two_of(fold.people.size()) * grid);
  for (std::uint32_t n = 0; n < wanted; ++n) {
    const std::uint64_t drawn = draw(n);
    const auto [p, q] = pair_at(drawn / grid);
    const auto a = static_cast<std::uint32_t>(drawn % grid / samples);
    const auto b = static_cast<std::uint32_t>(drawn % samples);
    pairs.push_back({fold.number, false, fold.people[p], a, fold.people[q], b});
  }
  sort_from(pairs, start);
}

}  // namespace

std::uint32_t most_lfw_pairs(std::uint32_t people, std::uint32_t samples) {
  const std::uint64_t smallest = people / kLfwFolds;
  const std::uint64_t same = smallest * two_of(samples);
  const std::uint64_t different = two_of(smallest) * samples * samples;
  return static_cast<std::uint32_t>(std::min({same, different, std::uint64_t{1000000}}));
}

std::vector<LfwPair> draw_lfw_pairs(std::uint32_t people, std::uint32_t samples,
                                    std::uint32_t pairs, std::uint64_t seed) {
  std::vector<LfwPair> drawn;
  if (pairs == 0) return drawn;
  std::vector<Fold> folds(kLfwFolds);
  const KeyedPermutation dealt(seed, kFolds, people);
  for (std::uint32_t i = 0; i < people; ++i) {
    folds[i % kLfwFolds].people.push_back(static_cast<std::uint32_t>(dealt(i)));
  }
  for (std::uint32_t f = 0; f < kLfwFolds; ++f) {
    folds[f].number = f;
    std::sort(folds[f].people.begin(), folds[f].people.end());
    add_same(folds[f], samples, pairs, seed, drawn);
    add_different(folds[f], samples, pairs, seed, drawn);
  }
  return drawn;
}

std::string lfw_pairs_text(const std::vector<LfwPair>& pairs, std::uint32_t pairs_in_fold,
                           const std::function<std::string(std::uint32_t person)>& name) {
  std::string text = fmt::format("{}\t{}\n", kLfwFolds, pairs_in_fold);
  for (const LfwPair& p : pairs) {
    text += fmt::format("{}\t{}\t", name(p.first), p.first_sample + 1);
    if (!p.same) text += name(p.second) + "\t";
    text += fmt::format("{}\n", p.second_sample + 1);
  }
  return text;
}

}  // namespace synface::data
