// Whether people whom a trial trains on are among those on whom it is tested.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "synface/base/json.h"
#include "synface/plugin/identity.h"

namespace synface::experiment {

// What is tested on: the images that a pairs file names, or all of a folder.
struct TestImages {
  std::filesystem::path images;  // a folder, PERSON/IMAGE or flat
  std::filesystem::path pairs;   // empty: all images of the folder
};

struct Overlap {
  std::uint64_t train_people = 0, test_people = 0;  // people known by name
  std::uint64_t people = 0;         // test people whose name is that of a training person
  std::uint64_t pictures = 0;       // test pictures that are training pictures, byte for byte
  std::vector<std::string> names;   // the first of `people`, as the test set spells them
  std::vector<std::string> copies;  // the first of `pictures`: "TRAIN/FILE = TEST/FILE"
  bool numbers = false;             // all shared names are numbers

  bool found() const { return people > 0 || pictures > 0; }
};

// A person is called by the folder that an image lies in; case, blanks and '-' for '_' do not
// count. Training images are those of `train`/PERSON/IMAGE. A flat test folder has no names, only
// pictures.
//
// What was found out about the same contents before is read from `cache` (a folder), so that a
// second look lists no image. Error(kData): a folder or the pairs file cannot be read.
class OverlapFinder {
 public:
  // `content` must outlive it.
  OverlapFinder(const plugin::ContentIdentity& content, std::filesystem::path cache)
      : content_(content), cache_(std::move(cache)) {}

  const Overlap& find(const std::filesystem::path& train, const TestImages& test);

 private:
  const plugin::ContentIdentity& content_;
  std::filesystem::path cache_;
  std::map<std::string, Overlap> known_;  // by the contents of all three
};

// "3 of 60 people of real.images are also people of real.train: A, B, C; 12 pictures of ...".
// `train` and `test` say how the two sets are called.
std::string to_text(const Overlap& overlap, const std::string& train, const std::string& test);

}  // namespace synface::experiment
