// Class folders and pairs files, as the field keeps them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace synface::data {

// .jpg, .jpeg or .png in any case.
bool has_image_suffix(const std::filesystem::path& path);

// ROOT/CLASS/FILE with an image's suffix; classes and files in byte order.
struct ClassFolder {
  struct Class {
    std::string name;
    std::vector<std::string> files;  // absolute paths
  };
  std::string root;
  std::vector<Class> classes;  // classes without an image are left out
};

// Error(kData) where the root is no folder or has no class with an image.
ClassFolder list_folder(const std::string& root);

// Paths below `root` of every file with an image's suffix, at any depth (symbolic links followed),
// in byte order. Error(kData) where the root is no folder or has no image.
std::vector<std::string> list_images(const std::string& root);

// Whether a folder has classes: false for a folder whose images lie in it themselves, as pairs
// files of the second format name them. Error(kData) where the root is no folder.
bool has_class_folders(const std::string& root);

struct Pair {
  std::int64_t fold = -1;  // -1: the file has no folds
  bool same = false;
  std::string first, second;  // absolute paths of images that exist
};

// Reads a pairs file about the images under `root`. Two formats, told apart by the first line that
// is no comment ('#'):
//  - LFW's: "FOLDS N" or "N", then "NAME i j" (same person) and "NAME i NAME j"; image i of NAME is
//    NAME/NAME_%04d with any of the three suffixes; a fold has N same and then N different pairs
//    (http://vis-www.cs.umass.edu/lfw/README.txt);
//  - "fold label fileA fileB" with label 1 for the same person, files relative to `root`.
// Error(kData) names the file and the line; missing images are all listed in one error (the first
// hundred of them).
std::vector<Pair> read_pairs(const std::string& root, const std::string& file);

}  // namespace synface::data
