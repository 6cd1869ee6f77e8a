#include <synface/base/error.h>
#include <synface/data/listing.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "paths_of_images.h"

namespace fs = std::filesystem;

namespace synface::data {

bool has_image_suffix(const fs::path& path) {
  std::string suffix = path.extension().string();
  for (char& c : suffix) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return std::find(kImageSuffixes.begin(), kImageSuffixes.end(), suffix) != kImageSuffixes.end();
}

namespace {

std::vector<std::string> images_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && has_image_suffix(entry.path())) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

fs::path folder_of_images(const std::string& root) {
  std::error_code error;
  const fs::path absolute = fs::absolute(root, error);
  if (error || !fs::is_directory(absolute, error)) {
    fail(ExitCode::kData, "{}: no such folder of images (wanted: FOLDER/PERSON/IMAGE.jpg)", root);
  }
  return absolute.lexically_normal();
}

}  // namespace

bool has_class_folders(const std::string& root) {
  try {
    for (const auto& entry : fs::directory_iterator(folder_of_images(root))) {
      if (!entry.is_directory()) continue;
      for (const auto& file : fs::directory_iterator(entry.path())) {
        if (file.is_regular_file() && has_image_suffix(file.path())) return true;
      }
    }
  } catch (const fs::filesystem_error& e) {
    fail(ExitCode::kData, "{}: cannot list the folder: {}", root, e.code().message());
  }
  return false;
}

std::vector<std::string> list_images(const std::string& root) {
  constexpr int kMaxDepth = 64;  // deeper means that symbolic links go round in a circle
  std::error_code error;
  if (!fs::is_directory(root, error)) fail(ExitCode::kData, "{}: no such folder of images", root);
  std::vector<std::string> images;
  try {
    fs::recursive_directory_iterator at(root, fs::directory_options::follow_directory_symlink);
    for (; at != fs::recursive_directory_iterator(); ++at) {
      if (at.depth() > kMaxDepth) {
        fail(ExitCode::kData, "{} is nested over {} folders deep; do symbolic links form a circle?",
             root, kMaxDepth);
      }
      if (at->is_regular_file() && has_image_suffix(at->path())) {
        images.push_back(at->path().lexically_relative(root).generic_string());
      }
    }
  } catch (const fs::filesystem_error& e) {
    fail(ExitCode::kData, "{}: cannot list the folder: {}", root, e.code().message());
  }
  if (images.empty()) fail(ExitCode::kData, "{}: has no JPEG or PNG image below it", root);
  std::sort(images.begin(), images.end());
  return images;
}

ClassFolder list_folder(const std::string& root) {
  const fs::path absolute = folder_of_images(root);
  ClassFolder folder{absolute.string(), {}};
  try {
    for (const auto& entry : fs::directory_iterator(absolute)) {
      if (!entry.is_directory()) continue;
      std::vector<std::string> files = images_in(entry.path());
      if (!files.empty()) {
        folder.classes.push_back({entry.path().filename().string(), std::move(files)});
      }
    }
  } catch (const fs::filesystem_error& e) {
    fail(ExitCode::kData, "{}: cannot list the folder: {}", root, e.code().message());
  }
  std::sort(folder.classes.begin(), folder.classes.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (folder.classes.empty()) {
    fail(ExitCode::kData, "{}: no folder of a person with JPEG or PNG images in it", root);
  }
  return folder;
}

}  // namespace synface::data
