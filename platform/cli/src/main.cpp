// synface: the control plane. It never links LibTorch; what computes is synface-worker.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "command.h"
#include "data.h"
#include "plugin_check.h"
#include "synface/base/error.h"
#include "synface/base/text.h"
#include "synface/plugin/check/check.h"
#include "synface/plugin/describe.h"
#include "terminal.h"

namespace synface::cli {
namespace {

int complain(const std::string& message, int code) {
  std::cout.flush();
  const auto terminal = Terminal::of_stderr();
  std::cerr << "synface: " << terminal.red("error: ") << message << "\n";
  return code;
}

void add_commands(CLI::App& app, const Globals& globals, Action& action) {
  add_run(app, globals, action);
  add_plan(app, globals, action);
  add_ls(app, globals, action);
  add_show(app, globals, action);
  add_query(app, globals, action);
  add_compare(app, globals, action);
  add_export(app, globals, action);
  add_tag(app, globals, action);
  add_note(app, globals, action);
  add_retry(app, globals, action);
  add_merge(app, globals, action);
  add_prune(app, globals, action);
  add_slurm(app, globals, action);
  add_forwarded(app);
  auto* data = app.get_subcommand("data");
  add_data_quality(*data, globals, action);
  add_data_floor(*data, globals, action);
  add_cache(app, globals, action);
  add_plugin(app, globals, action);
  add_doctor(app, globals, action);
  add_version(app, globals, action);
}

// What to say about words that no command took.
std::string unexpected(const CLI::App& app) {
  const auto used = app.get_subcommands();
  const auto words = app.remaining(true);
  if (used.empty() && !words.empty() && !words.front().starts_with('-')) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
    return fmt::format("there is no command '{}'{}; `synface --help` lists them", words.front(),
                       hint(words.front(), names));
  }
  return fmt::format("not expected here: {}; `synface{}{} --help` says more", join(words, " "),
                     used.empty() ? "" : " ", used.empty() ? "" : used.front()->get_name());
}

int parse_and_run(int argc, char** argv) {
  Globals globals;
  globals.database = "results/synface.sqlite";
  if (const char* given = std::getenv("SYNFACE_DB"); given != nullptr && *given != '\0') {
    globals.database = given;
  }
  CLI::App app("Face recognition from synthetic faces: experiments, plugins, results.", "synface");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_option("--db", globals.database,
                 "the database (SYNFACE_DB; default results/synface.sqlite)")
      ->type_name("FILE");
  app.add_flag("--json", globals.json, "one JSON document on standard output");
  app.footer(
      "Example:\n  synface run experiments/quickstart.toml\n\n"
      "Each command has its own --help. Exit codes: 0 done, 2 usage or configuration, 3 plugin,\n"
      "4 data, 5 finished with failed trials, 6 database, 7 set-up, 8 no space, 130 SIGINT.");
  Action action;
  add_commands(app, globals, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::CallForAllHelp&) {
    std::cout << app.help("", CLI::AppFormatMode::All);
    return 0;
  } catch (const CLI::ExtrasError&) {
    return complain(unexpected(app), static_cast<int>(ExitCode::kUsage));
  } catch (const CLI::ParseError& error) {
    const auto used = app.get_subcommands();
    return complain(
        fmt::format("{}; `synface{}{} --help` says more", error.what(), used.empty() ? "" : " ",
                    used.empty() ? "" : used.front()->get_name()),
        static_cast<int>(ExitCode::kUsage));
  }
  if (!action) {
    std::cout << app.help();
    return static_cast<int>(ExitCode::kUsage);
  }
  const int code = action();
  std::cout.flush();
  return code;
}

}  // namespace
}  // namespace synface::cli

int main(int argc, char** argv) {
  synface::plugin::maybe_describe(argc, argv);
  synface::plugin::check::maybe_check(argc, argv, synface::cli::offer_data);
  using synface::cli::complain;
  try {
    synface::cli::forward(argc, argv);
    return synface::cli::parse_and_run(argc, argv);
  } catch (const synface::Error& error) {
    return complain(error.what(), static_cast<int>(error.code()));
  } catch (const std::filesystem::filesystem_error& error) {
    return complain(error.what(), static_cast<int>(synface::ExitCode::kData));
  } catch (const std::exception& error) {
    return complain(fmt::format("a fault of ours: {}", error.what()),
                    static_cast<int>(synface::ExitCode::kInternal));
  }
}
