#include "output.h"

#include <fmt/format.h>

#include <iostream>

#include "synface/base/error.h"
#include "synface/base/text.h"
#include "terminal.h"

namespace synface::cli {

std::shared_ptr<std::string> add_format(CLI::App& command) {
  auto format = std::make_shared<std::string>("table");
  command.add_option("--format", *format, "table, markdown, latex, csv or json (default: table)")
      ->type_name("FORMAT");
  return format;
}

report::Output output_of(const Globals& globals, const std::string& format) {
  report::Output output;
  output.format = globals.json ? report::Format::kJson : report::parse_format(format);
  output.width = Terminal::of_stdout().width;
  return output;
}

void add_tag_options(CLI::App& command, report::TagFilter& filter) {
  const auto add = [&](const char* name, std::vector<std::string>& tags, const char* help) {
    command.add_option(name, tags, help)
        ->type_name("TAG")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  add("--tag", filter.with, "only what has this tag (repeatable)");
  add("--without", filter.without, "leave out what has this tag (repeatable)");
}

store::Database open_results(const Globals& globals) {
  if (!std::filesystem::exists(globals.database)) {
    fail(ExitCode::kDatabase,
         "there is no {}; `synface run` makes it, --db or SYNFACE_DB name another",
         globals.database.string());
  }
  return store::open_reader(globals.database);
}

nlohmann::json merge_json(const store::MergeReport& report) {
  return {{"trials", report.trials},
          {"evaluations", report.evaluations},
          {"attempts", report.attempts},
          {"points", report.points},
          {"known_attempts", report.known_attempts},
          {"unknown", report.unknown},
          {"damaged", report.damaged}};
}

void print_merge(const store::MergeReport& report) {
  std::cout << fmt::format("{} new attempts with {} points, {} were here already\n",
                           human_count(report.attempts), human_count(report.points),
                           human_count(report.known_attempts));
  for (const auto& name : report.unknown) {
    std::cout << fmt::format(
        "  {}: its trial is not registered here (`synface run FILE --register-only` does that)\n",
        name);
  }
  for (const auto& name : report.damaged) std::cout << "  " << name << "\n";
}

}  // namespace synface::cli
