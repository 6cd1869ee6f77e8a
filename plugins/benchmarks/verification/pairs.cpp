#include "pairs.h"

#include <synface/sdk/philox.h>

#include <algorithm>
#include <map>
#include <set>

namespace verification {
namespace {

namespace sdk = synface::sdk;

constexpr uint32_t kGenuineStream = 259;
constexpr uint32_t kImpostorStream = 260;

// Adds images to a list once each.
class Images {
 public:
  Images(PairList& list, const synface_eval_set& set) : list_(list), set_(set) {}

  uint32_t index(uint32_t identity, uint32_t sample) {
    const auto [place, added] =
        index_.try_emplace({identity, sample}, static_cast<uint32_t>(list_.keys.size()));
    if (added) {
      list_.keys.push_back({set_.data_seed, identity, sample, set_.set, 0});
      list_.person.push_back(identity);
    }
    return place->second;
  }

 private:
  PairList& list_;
  const synface_eval_set& set_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> index_;
};

// Pair number k of the n (n - 1) / 2 pairs of 0 .. n - 1, in the order (0,1) (0,2) (1,2) (0,3) ...
std::pair<uint32_t, uint32_t> pair_at(uint64_t k) {
  uint64_t high = 1;
  while (high * (high + 1) / 2 <= k) ++high;
  return {static_cast<uint32_t>(k - high * (high - 1) / 2), static_cast<uint32_t>(high)};
}

void add_genuine(const synface_eval_set& set, uint32_t wanted, Images& images, PairList& list) {
  // Round r takes one more pair of every person who has one left.
  uint32_t made = 0;
  for (uint64_t round = 0; made < wanted; ++round) {
    bool any = false;
    for (uint32_t i = 0; i < set.identities && made < wanted; ++i) {
      const uint64_t n = set.samples[i];
      const uint64_t possible = std::min<uint64_t>(n * (n - (n > 0 ? 1 : 0)) / 2, UINT32_MAX);
      if (round >= possible) continue;
      const uint32_t k = sdk::permute(static_cast<uint32_t>(round), static_cast<uint32_t>(possible),
                                      set.data_seed + i, kGenuineStream);
      const auto [a, b] = pair_at(k);
      list.pairs.push_back({images.index(i, a), images.index(i, b), true, -1});
      ++made;
      any = true;
    }
    if (!any) break;
  }
}

void add_impostors(const synface_eval_set& set, uint32_t wanted, Images& images, PairList& list) {
  std::vector<uint32_t> people;
  uint64_t images_all = 0;
  for (uint32_t i = 0; i < set.identities; ++i) {
    if (set.samples[i] > 0) people.push_back(i);
    images_all += set.samples[i];
  }
  if (people.size() < 2) return;
  const auto n = static_cast<uint32_t>(people.size());
  std::set<std::pair<uint32_t, uint32_t>> used;
  sdk::PhiloxStream random(set.data_seed, kImpostorStream, 0, 0);
  // Small sets may have fewer pairs than wanted: give up after many repetitions.
  for (uint64_t tries = 0; used.size() < wanted && tries < 50ULL * wanted; ++tries) {
    const uint32_t first = static_cast<uint32_t>(tries % n);
    uint32_t second = random.below(n - 1);
    if (second >= first) ++second;
    const uint32_t a = images.index(people[first], random.below(set.samples[people[first]]));
    const uint32_t b = images.index(people[second], random.below(set.samples[people[second]]));
    if (!used.insert({std::min(a, b), std::max(a, b)}).second) continue;
    list.pairs.push_back({a, b, false, -1});
  }
}

}  // namespace

std::string person_of(const std::string& path, const std::string& root) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  std::string base = root;
  while (base.size() > 1 && base.back() == '/') base.pop_back();
  if (folder != base) return folder;
  const std::size_t line = name.rfind('_');
  return line == std::string::npos ? name : name.substr(0, line);
}

PairList make_pairs(const synface_eval_set& set, uint32_t genuine, uint32_t impostor) {
  PairList list;
  Images images(list, set);
  add_genuine(set, genuine, images, list);
  const std::size_t made = list.pairs.size();
  add_impostors(set, impostor, images, list);
  if (made == 0 || list.pairs.size() == made) {
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     "the set allows no genuine or no impostor pair: it needs two people, one of "
                     "them with two images",
                     "set");
  }
  list.people = static_cast<uint32_t>(set.identities);
  return list;
}

PairList read_pairs(const synface_ext_listing& listing, const std::string& images,
                    const std::string& pairs) {
  struct Reader {
    PairList list;
    std::string root;
    std::map<std::string, uint32_t> image_index, person_index;

    uint32_t image(const std::string& path) {
      const auto [place, added] =
          image_index.try_emplace(path, static_cast<uint32_t>(list.files.size()));
      if (added) {
        const auto person =
            person_index
                .try_emplace(person_of(path, root), static_cast<uint32_t>(person_index.size()))
                .first->second;
        list.files.push_back(path);
        list.person.push_back(person);
      }
      return place->second;
    }
    static synface_status add(void* user, const synface_listed_pair* pair,
                              synface_error* error) noexcept {
      return sdk::guard(error, [&] {
        auto& self = *static_cast<Reader*>(user);
        const uint32_t first = self.image(std::string(sdk::view(pair->first)));
        const uint32_t second = self.image(std::string(sdk::view(pair->second)));
        self.list.pairs.push_back({first, second, pair->same != 0, pair->fold});
      });
    }
  };
  Reader reader;
  reader.root = images;
  synface_error inner = sdk::empty_error();
  sdk::check(listing.pairs(sdk::str(std::string_view(images)), sdk::str(std::string_view(pairs)),
                           &Reader::add, &reader, &inner),
             inner);
  reader.list.people = static_cast<uint32_t>(reader.person_index.size());
  return std::move(reader.list);
}

}  // namespace verification
