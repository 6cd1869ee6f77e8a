// What the tests of this folder share.
#pragma once

#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/base/file.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>

namespace synface::test {

inline void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline void write(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  write(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

// The message of the Error(code) that `body` must throw.
inline std::string error_of(ExitCode code, const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return {};
}

// Pictures that lie beside some checkouts; empty where they do not.
inline std::filesystem::path assets() {
  const char* given = std::getenv("SYNFACE_TEST_ASSETS");
  const std::filesystem::path path =
      given != nullptr ? given : SYNFACE_TEST_SOURCE_DIR "/../shared/assets";
  return std::filesystem::is_directory(path) ? path : std::filesystem::path();
}

}  // namespace synface::test
