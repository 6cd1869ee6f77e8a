// Describing one library in a child process, so that a plugin that crashes or hangs while it is
// loaded costs a message and not the program.
#pragma once

#include <synface/base/error.h>
#include <synface/plugin/info.h>
#include <synface/plugin/note.h>

#include <chrono>
#include <filesystem>
#include <vector>

namespace synface::plugin {

// To be called first in main(): where argv is {self, "--describe-plugin", FILE}, loads FILE, calls
// its init() with a host that offers only the log, writes the descriptions as JSON to standard
// output and ends the process. Returns otherwise.
void maybe_describe(int argc, char** argv);

// A library that was not described within the limit.
class DescribeTimeout : public Error {
 public:
  explicit DescribeTimeout(const std::string& message) : Error(ExitCode::kPlugin, message) {}
};

struct DescribeOptions {
  std::filesystem::path describer;  // as in ScanOptions
  std::chrono::milliseconds limit{20000};
  HostVersions versions = HostVersions::built();
};

// Describes the plugins of a file in a child process; the file is inspected first (note.h), so that
// a refused one never runs. `sha256` is left empty. Error(kPlugin): refused, broken, crashed (with
// the signal), or not done within the limit (DescribeTimeout); names the file.
std::vector<PluginInfo> describe(const std::filesystem::path& file, const DescribeOptions& options);

}  // namespace synface::plugin
