// synface show: one trial with everything that is known about it, or what changed between two.
#include <iostream>
#include <memory>

#include "output.h"
#include "synface/experiment/experiment.h"

namespace synface::cli {
namespace {

struct Options {
  std::string trial, against;
  bool toml = false;
};

int show(const Globals& globals, const Options& options, const std::string& format) {
  auto db = open_results(globals);
  const auto hash = report::find_trial(db, options.trial);
  if (options.toml) {
    const auto config = report::show_json(db, hash).at("config");
    std::cout << experiment::to_toml(config, "again-" + hash.substr(0, 8));
    return 0;
  }
  const auto output = output_of(globals, format);
  if (!options.against.empty()) {
    const auto other = report::find_trial(db, options.against);
    const auto changes = report::what_changed(db, hash, other);
    if (output.format == report::Format::kJson) {
      nlohmann::json list = nlohmann::json::array();
      for (const auto& change : changes) {
        list.push_back({{"kind", change.kind},
                        {"name", change.name},
                        {"before", change.before},
                        {"after", change.after}});
      }
      std::cout << list.dump(2) << "\n";
    } else {
      const auto table = report::changes_table(changes);
      std::cout << (output.format == report::Format::kMarkdown ? report::to_markdown(table)
                    : output.format == report::Format::kLatex
                        ? report::to_latex(table)
                        : report::to_terminal(table, output.width));
    }
    return 0;
  }
  report::show(db, hash, output, std::cout);
  return 0;
}

}  // namespace

void add_show(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("show", "show a trial, or what changed between two");
  command->footer("Example:\n  synface show 3fa9c1 --toml > again.toml");
  const auto options = std::make_shared<Options>();
  command->add_option("trial", options->trial, "its hash (6 digits are enough) or number")
      ->required();
  command->add_option("--against", options->against, "another trial: say what changed");
  command->add_flag("--toml", options->toml, "print a file that runs this trial again");
  const auto format = add_format(*command);
  command->callback([&globals, &action, options, format] {
    action = [&globals, options, format] { return show(globals, *options, *format); };
  });
}

}  // namespace synface::cli
