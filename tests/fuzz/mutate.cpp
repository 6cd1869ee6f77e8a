#include "mutate.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace synface::fuzz {
namespace {

class Mutation {
 public:
  Mutation(const std::vector<std::string>& corpus, std::mt19937_64& random)
      : corpus_(corpus), random_(random) {}

  std::string run(std::size_t longest) {
    bytes_ = any_file();
    for (std::size_t left = 1 + below(8); left > 0; --left) {
      if (bytes_.empty()) bytes_.push_back(static_cast<char>(random_()));
      change();
    }
    if (bytes_.size() > longest) bytes_.resize(longest);
    return std::move(bytes_);
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::size_t place() { return below(bytes_.size()); }
  const std::string& any_file() { return corpus_[below(corpus_.size())]; }
  static std::string part(const std::string& of, std::size_t at, std::size_t most) {
    return of.substr(std::min(at, of.size()), most);
  }

  void change() {
    switch (below(8)) {
      case 0:
        bytes_[place()] = static_cast<char>(random_());
        break;
      case 1: {
        char& byte = bytes_[place()];
        byte = static_cast<char>(byte ^ static_cast<char>(1U << below(8)));
        break;
      }
      case 2:
        edge();
        break;
      case 3:
        bytes_.resize(1 + place());
        break;
      case 4:
        bytes_.erase(place(), 1 + below(16));
        break;
      case 5: {
        const std::string copy = part(bytes_, place(), 1 + below(64));
        bytes_.insert(place(), copy);
        break;
      }
      case 6: {
        const std::string& other = any_file();
        const std::string copy = part(other, below(other.size() + 1), 1 + below(64));
        bytes_.insert(place(), copy);
        break;
      }
      default:
        std::swap(bytes_[place()], bytes_[place()]);
    }
  }

  void edge() {
    static constexpr std::uint64_t kEdges[] = {0,
                                               1,
                                               0x7F,
                                               0xFF,
                                               0x7FFF,
                                               0x7FFFFFFF,
                                               0x80000000,
                                               0xFFFFFFFF,
                                               0x7FFFFFFFFFFFFFFF,
                                               0xFFFFFFFFFFFFFFFF};
    const std::uint64_t value = kEdges[below(std::size(kEdges))] - below(2);
    const std::size_t size = std::size_t{1} << below(4);
    const std::size_t at = place() / size * size;
    if (at + size <= bytes_.size()) std::memcpy(&bytes_[at], &value, size);
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64& random_;
  std::string bytes_;
};

}  // namespace

std::string mutate(const std::vector<std::string>& corpus, std::size_t longest,
                   std::mt19937_64& random) {
  return Mutation(corpus, random).run(longest);
}

}  // namespace synface::fuzz
