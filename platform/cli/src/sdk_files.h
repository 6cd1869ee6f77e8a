// What lies beside the program for authors of plugins: below the prefix of an installation, or in
// the build folder.
#pragma once

#include <filesystem>

namespace synface::cli {

// All absolute. Error(kSetup) where one is missing.
struct SdkFiles {
  std::filesystem::path templates;  // share/synface/templates
  std::filesystem::path package;    // the folder of synfaceConfig.cmake
  std::filesystem::path rust;       // share/synface/rust: the crates synface and synface-sys
  std::filesystem::path program;    // the synface that runs

  static SdkFiles find();
};

}  // namespace synface::cli
