#include "synface/plugin/describe.h"

#include <fcntl.h>
#include <synface/base/error.h>
#include <synface/base/text.h>
#include <synface/plugin/library.h>
#include <synface/plugin/sanitizer.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "child.h"
#include "traits.h"

namespace synface::plugin {
namespace {

constexpr const char* kOption = "--describe-plugin";
// One JSON document follows the mark on the child's standard output: {"plugins": [...]} or
// {"error": text}. Without the mark the child did not get so far.
constexpr std::string_view kMark = "synface-describe/1\n";

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = write(fd, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) _exit(1);
    text.remove_prefix(static_cast<std::size_t>(done));
  }
}

Json load_and_describe(const std::filesystem::path& file, const HostVersions& versions) {
  try {
    const HostServices host("describe");
    Loader loader(host, versions);
    const auto library = loader.load(file);
    Json plugins = Json::array();
    for (const Plugin& plugin : library->plugins()) {
      PluginInfo info = plugin.info;
      info.traits = traits_of(library, plugin);
      plugins.push_back(to_json(info));
    }
    return {{"plugins", std::move(plugins)}};
  } catch (const std::exception& e) {
    return {{"error", e.what()}};
  }
}

// What the plugin prints must not get into the document: its standard output becomes standard
// error. Ends without destructors, which are the plugin's as well.
[[noreturn]] void describe_here(const std::filesystem::path& file, const HostVersions& versions) {
  const int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) _exit(1);
  const Json document = load_and_describe(file, versions);
  write_all(out, kMark);
  write_all(out, document.dump(-1, ' ', false, Json::error_handler_t::replace));
  _exit(0);
}

std::string last_words(const ChildResult& result) {
  const std::string_view words = trim(result.messages);
  if (words.empty()) return {};
  const std::size_t line = words.rfind('\n');
  return fmt::format("; its last words: {}",
                     words.substr(line == std::string_view::npos ? 0 : line + 1));
}

[[noreturn]] void explain(const std::filesystem::path& file, const ChildResult& result,
                          std::chrono::milliseconds limit) {
  if (result.timed_out) {
    throw DescribeTimeout(fmt::format(
        "{} was not loaded and initialised within {}; it hangs in a constructor or in init()",
        file.string(), human_duration(static_cast<double>(limit.count()) / 1000.0)));
  }
  if (result.signal != 0) {
    fail(ExitCode::kPlugin, "{} crashed while it was loaded and initialised: {}{}", file.string(),
         signal_text(result.signal), last_words(result));
  }
  fail(ExitCode::kPlugin,
       "{} ended the process (exit code {}) while it was loaded and initialised{}", file.string(),
       result.exit_code, last_words(result));
}

std::vector<PluginInfo> read_document(const std::filesystem::path& file, std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_object() && document.contains("error")) {
    throw Error(ExitCode::kPlugin, document["error"].get<std::string>());
  }
  if (!document.is_object() || !document.contains("plugins")) {
    fail(ExitCode::kPlugin, "{} was described in a way that this program does not understand",
         file.string());
  }
  std::vector<PluginInfo> plugins;
  for (const Json& plugin : document["plugins"]) plugins.push_back(info_from_json(plugin));
  return plugins;
}

}  // namespace

void maybe_describe(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], kOption) != 0) return;
  describe_here(argv[2], HostVersions::built());
}

std::vector<PluginInfo> describe(const std::filesystem::path& file,
                                 const DescribeOptions& options) {
  const std::filesystem::path path = std::filesystem::absolute(file);
  inspect(path, options.versions);
  const std::string program = options.describer.string(), argument = path.string();
  const auto environment = sanitizer_environment({path});
  if (program.empty() && environment.contains("LD_PRELOAD")) {
    fail(ExitCode::kPlugin, "{} needs {} from the program's start; set LD_PRELOAD to it", argument,
         environment.at("LD_PRELOAD"));
  }
  const ChildResult result = run_child(
      [&] {
        for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
        if (program.empty()) describe_here(path, options.versions);
        execl(program.c_str(), program.c_str(), kOption, argument.c_str(), nullptr);
      },
      options.limit);
  if (!std::string_view(result.output).starts_with(kMark)) explain(path, result, options.limit);
  if (result.timed_out || result.signal != 0) explain(path, result, options.limit);
  return read_document(path, std::string_view(result.output).substr(kMark.size()));
}

}  // namespace synface::plugin
