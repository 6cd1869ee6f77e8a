// Folders of pictures in LFW's layout, made by the tests.
#pragma once

#include <filesystem>
#include <string>

namespace synface::test {

struct Photographs {
  std::filesystem::path images;  // images/NAME/NAME_0001.png ...
  std::filesystem::path pairs;   // in LFW's format: 10 folds of 2 genuine and 2 impostor pairs
};

// `people` (at least 4) folders of `samples` (at least 2) pictures of coloured shapes, 40 px: what
// one person's pictures share is a colour and a shape. They are called Person_`first` and onwards.
Photographs make_photographs(const std::filesystem::path& folder, int people = 6, int samples = 3,
                             int first = 0);

// "Person_3/Person_3_0002.png"
std::string photograph_name(int person, int sample);

}  // namespace synface::test
