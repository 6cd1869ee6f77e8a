// What the tests of the Python bridge share: .py files, and a host that keeps the log.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/base/file.h>
#include <synface/ext/log.h>

#include <filesystem>
#include <string>

#include "abi_plugin.h"

namespace bridge_test {

using Loss = abi_test::Plugin<synface_loss_table>;
using Mixup = abi_test::Plugin<synface_mixup_table>;
using Settings = std::map<std::string, abi_test::Setting>;

constexpr const char* kLibrary = "python.so";

inline std::string example(const std::string& name) {
  return std::string(SYNFACE_TEST_SOURCE_DIR "/plugins/bridges/python/examples/") + name;
}

// Lines that plugins have logged since the last clear().
inline std::string& log_text() {
  static std::string text;
  return text;
}
inline void keep_line(uint32_t, synface_str line) noexcept {
  log_text() += std::string(abi_test::view(line)) + "\n";
}
inline abi_test::Host logging_host() {
  static const synface_ext_log log = {sizeof log, 0, &keep_line};
  abi_test::Host host;
  host.offer(SYNFACE_EXT_LOG, &log);
  return host;
}

// Empty where there is a Python for the bridge; else what the bridge says.
inline std::string absent() {
  static const std::string reason = [] {
    try {
      const std::string file = example("arcface.py");
      const Loss loss(kLibrary, "python_margin", {{"file", file.c_str()}}, {}, logging_host());
      return std::string();
    } catch (const abi_test::CallFailed& failure) {
      const std::string message = failure.what();
      if (failure.where != "SYNFACE_PYTHON") throw;  // a fault of the bridge is none of the machine
      return message;
    }
  }();
  return reason;
}

// A .py file of the test's own, and plugins made of it.
class PythonTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!absent().empty()) GTEST_SKIP() << absent();
    log_text().clear();
  }

  std::string file(const std::string& text, const std::string& name = "mine.py") {
    const std::filesystem::path path = folder_.path() / name;
    synface::write_file_atomic(path, text, false);
    return path.string();
  }
  std::filesystem::path folder() const { return folder_.path(); }

  static synface_dims dims() {
    synface_dims dims{};
    dims.classes = 10;
    dims.embedding = 4;
    dims.max_batch = 64;
    return dims;
  }

 private:
  synface::TemporaryFolder folder_{"bridges_test"};
};

// The status with which a body fails; its message and place.
struct Failure {
  int32_t code = SYNFACE_OK;
  std::string message, where;
};
template <typename Body>
Failure failure_of(Body&& body) {
  try {
    body();
  } catch (const abi_test::CallFailed& failure) {
    return {failure.code, failure.what(), failure.where};
  }
  return {};
}

}  // namespace bridge_test
