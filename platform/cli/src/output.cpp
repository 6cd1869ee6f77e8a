#include "output.h"

#include "synface/base/error.h"
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

store::Database open_results(const Globals& globals) {
  if (!std::filesystem::exists(globals.database)) {
    fail(ExitCode::kDatabase,
         "there is no {}; `synface run` makes it, --db or SYNFACE_DB name another",
         globals.database.string());
  }
  return store::open_reader(globals.database);
}

}  // namespace synface::cli
