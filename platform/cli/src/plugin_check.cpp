// synface plugin check: does a plugin keep the contract of the ABI?
#include "plugin_check.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "session.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/data/extensions.h"
#include "synface/plugin/check/check.h"
#include "synface/plugin/check/print.h"
#include "synface/plugin/print.h"
#include "terminal.h"

namespace synface::cli {
namespace {

namespace check = plugin::check;

struct CheckOptions {
  check::Options run;
  std::string file;
  std::filesystem::path junit;
  double timeout = 30;
  bool list = false;
};

check::Style style_of(const Terminal& terminal) {
  return {terminal.colour, terminal.width, false};
}

// One line on a terminal that is drawn anew for each test, and is gone at the end.
void show_progress(std::string_view plugin, std::string_view test, std::size_t done,
                   std::size_t of) {
  fmt::print(stderr, "\r\x1b[K{}/{} {} {}", done + 1, of, plugin, test);
  std::fflush(stderr);
}

int list_tests(const Globals& globals) {
  if (globals.json) {
    std::cout << check::list_json().dump(2) << "\n";
  } else {
    std::cout << check::list_text(style_of(Terminal::of_stdout()));
  }
  return 0;
}

// The file of this name with all its plugins, else the plugin that is called so and its library.
void find_plugin(const std::string& given, check::Options& run) {
  std::error_code ignored;
  run.file = given;
  const bool written_as_a_file =
      given.ends_with(".so") || given.starts_with('/') || given.starts_with('.');
  if (written_as_a_file || std::filesystem::is_regular_file(given, ignored)) return;
  try {
    const plugin::Registry registry = scan_plugins();
    const plugin::PluginInfo& found = plugin::find_by_name(registry, given);
    run.file = found.library;
    run.plugin = fmt::format("{}/{}", plugin::to_text(found.kind), found.id);
  } catch (const Error& e) {
    throw Error(e.code(), fmt::format("there is no file '{}', and {}", given, e.what()));
  }
}

int check_plugin(const Globals& globals, CheckOptions& options) {
  if (options.list) return list_tests(globals);
  if (options.file.empty()) {
    fail(ExitCode::kUsage,
         "which plugin? Examples: synface plugin check build/my_loss.so, synface plugin check "
         "loss/my_loss");
  }
  find_plugin(options.file, options.run);
  options.run.limit = std::chrono::milliseconds(static_cast<long>(options.timeout * 1000));
  options.run.runner = executable_path();
  options.run.torch_runner = worker_path();
  options.run.offer = offer_data;
  const bool terminal = Terminal::of_stderr().width > 0;
  if (terminal) options.run.progress = show_progress;
  const check::Report report = check::run(options.run);
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  if (!options.junit.empty()) {
    write_file_atomic(options.junit, check::to_junit(report), false, ExitCode::kData);
  }
  if (globals.json) {
    std::cout << check::to_json(report).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    std::cout << check::to_text(report, style_of(Terminal::of_stdout()));
  }
  return static_cast<int>(report.good() ? ExitCode::kDone : ExitCode::kPlugin);
}

}  // namespace

void offer_data(plugin::HostServices& host) {
  host.offer(SYNFACE_EXT_CODEC, &data::codec_extension());
  host.offer(SYNFACE_EXT_LISTING, &data::listing_extension());
  host.offer(SYNFACE_EXT_TENSORFILE, &data::tensorfile_extension());
}

void add_plugin_check(CLI::App& plugin, const Globals& globals, Action& action) {
  auto* command = plugin.add_subcommand(
      "check", "does a plugin keep the contract? Each test in a process of its own");
  const auto options = std::make_shared<CheckOptions>();
  command
      ->add_option("plugin", options->file,
                   "a shared library, or one plugin as `plugin info` finds it: KIND/ID, or ID")
      ->type_name("FILE|NAME");
  command->add_option("--only", options->run.only, "only this test and what it needs (repeatable)")
      ->type_name("ID")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--list", options->list, "what the tests are, and the rules behind them");
  command
      ->add_option("--set", options->run.set,
                   "a parameter of the plugin: --set weights=/data/net.bin (repeatable)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--seed", options->run.seed, "of all inputs (default 0)")->type_name("N");
  command->add_option("--timeout", options->timeout, "for one test (default 30)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 86400.0));
  command->add_option("--junit", options->junit, "write a JUnit XML file too")->type_name("FILE");
  command->add_flag("--in-process", options->run.in_process,
                    "run the tests in this process, for a debugger: a crash ends it");
  command->footer(
      "Examples:\n"
      "  synface plugin check build/my_loss.so\n"
      "  synface plugin check loss/cosface\n"
      "  gdb --args synface plugin check build/my_loss.so --in-process --only gradient\n\n"
      "Exit codes: 0 all is well (warnings allowed), 3 a test failed, crashed or timed out.");
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return check_plugin(globals, *options); };
  });
}

}  // namespace synface::cli
