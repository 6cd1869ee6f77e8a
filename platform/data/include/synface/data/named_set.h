// Named sets of rendered images, Syn_N_S: a manifest beside the image cache.
//
// A set has no pictures of its own. <cache>/sets/NAME.json says which images of which folders of
// the image cache (image_cache.h) it consists of and what each block of them sums up to, so that a
// trial of the same generator and seed reads the very blocks that `data build` has rendered, and
// what is exported, verified or counted is read from there.
//
// MANIFEST, one JSON document without a time or a path of this machine, so that equal sets have
// equal manifests wherever and however they were built:
//   format   1
//   name, side, images, bytes (of pixels)
//   build    what `data build` was told: generator, set, seed, mixup, ...
//   parts    train, then heldout where there are held-out people:
//     name, identities, samples
//     identity   the cache's identity of these images (generator, revision, parameters, seed, ...)
//     folder     <cache>/images/FOLDER holds them
//     blocks     [[I, S, images, SHA-256], ...]: the part's images of block I_S in the order of
//                their slots, identity by identity; empty until the set is whole
//   pairs    {"folds", "pairs", "sha256"} of the held-out people's pairs file (lfw_pairs.h)
//   sha256   over all of the blocks' sums; "" until the set is whole
// It is replaced whole (temporary file, sync, rename); the sums are filled in when every block has
// been synced.
#pragma once

#include <synface/base/json.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace synface::data {

struct SetSize {
  std::int64_t identities = 0;
  std::int64_t samples = 0;
};

// "Syn_10K_50" or "Syn_10K_50_LABEL": 10,000 people with 50 images each. K is 1000, M a million; a
// label (letters, digits, '.', '-', '_') keeps sets of one size apart. Error(kUsage) otherwise.
SetSize parse_set_name(const std::string& name);

// Images of a part in one block of the cache.
struct BlockSum {
  std::uint32_t identity = 0, sample = 0;  // the block's place: identities 64 I .., samples 8 S ..
  std::uint32_t images = 0;
  std::string sha256;

  bool operator==(const BlockSum&) const = default;
};

struct SetPart {
  std::string name;      // "train", "heldout"
  std::string identity;  // canonical JSON, as the image cache has it
  std::uint32_t identities = 0;
  std::uint32_t samples = 0;
  std::vector<BlockSum> blocks;  // ascending; none until the set is whole

  std::uint64_t count() const { return std::uint64_t{identities} * samples; }
  // Name of its folder in the image cache.
  std::string folder() const;
  // "000006"; "h000006" of a held-out person, so that no name means two people.
  std::string person(std::uint32_t identity) const;
};

struct SetPairs {
  std::uint32_t folds = 0;  // 0: none
  std::uint32_t pairs = 0;  // of one person and of two, each, in a fold
  std::uint64_t seed = 0;

  bool operator==(const SetPairs&) const = default;
};

struct NamedSet {
  std::string name;
  std::int64_t side = 0;  // pixels
  Json build;
  std::vector<SetPart> parts;
  SetPairs pairs;

  bool whole() const;
  std::uint64_t count() const;
  std::uint64_t image_bytes() const { return static_cast<std::uint64_t>(3 * side * side); }
  // SHA-256 over the names, sizes and sums of all blocks: equal sets have equal digests. "" until
  // it is whole.
  std::string digest() const;
  // The pairs file's text; "" without pairs.
  std::string pairs_text() const;
};

Json to_json(const NamedSet& set);
// Error(kData) with `where` for what is no manifest, or of a later format.
NamedSet set_of_json(const Json& json, const std::string& where);

// <cache>/sets/NAME.json.
std::filesystem::path manifest_path(const std::filesystem::path& cache, const std::string& name);
// Nothing where there is no such set.
std::optional<NamedSet> find_set(const std::filesystem::path& cache, const std::string& name);
// Error(kUsage) with the nearest name where there is no such set.
NamedSet open_set(const std::filesystem::path& cache, const std::string& name);
// In the order of the names. One that cannot be read is left out and named in `damaged`.
std::vector<NamedSet> list_sets(const std::filesystem::path& cache,
                                std::vector<std::string>* damaged = nullptr);
void save_set(const std::filesystem::path& cache, const NamedSet& set);
// Forgets a set; its images stay until the cache is cleared.
void remove_set(const std::filesystem::path& cache, const std::string& name);

// How long work is done, and by how many.
struct Work {
  int threads = 1;
  std::function<void(std::uint64_t images)> progress;  // so many more are done; from any thread
  std::function<bool()> cancelled;                     // true ends the work by Stopped
};

// Thrown when Work::cancelled said so.
struct Stopped {};

// Images of the part that are there by the headers of its blocks, and the bytes of those files.
struct Present {
  std::uint64_t images = 0;
  std::uint64_t bytes = 0;
};
Present present_images(const std::filesystem::path& cache, const SetPart& part);

// A block as it is now.
struct BlockState {
  BlockSum sum;       // without a SHA-256 where there is a fault
  std::string path;   // absolute
  std::string fault;  // "missing", "damaged: ...", "lacks 3 of 512 images"; "": it can be read
};
// Reads every byte of a part.
std::vector<BlockState> inspect_part(const std::filesystem::path& cache, const NamedSet& set,
                                     const SetPart& part, const Work& work);

// "people 64 to 127, images 8 to 15".
std::string describe_block(const SetPart& part, const BlockSum& block);

// Puts the files of a part's blocks on the disk.
void sync_part(const std::filesystem::path& cache, const SetPart& part);

}  // namespace synface::data
