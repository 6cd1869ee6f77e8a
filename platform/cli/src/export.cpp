// synface export: rows for other tools.
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>

#include "long_work.h"
#include "output.h"
#include "synface/base/error.h"
#include "synface/base/signals.h"
#include "synface/report/export.h"

namespace synface::cli {
namespace {

struct Options {
  report::ExportOptions rows;
  std::string format = "csv", out;
  bool finals = false, no_timing = false;
};

// A file that is there under its own name only when it is whole.
class Target {
 public:
  explicit Target(std::string path) : path_(std::move(path)), partial_(path_ + ".partial") {
    if (path_.empty()) return;
    file_.open(partial_, std::ios::binary);
    if (!file_) fail(ExitCode::kUsage, "cannot write {}", path_);
  }
  ~Target() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(partial_, ignored);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  std::ostream& stream() { return path_.empty() ? std::cout : file_; }
  void finish() {
    stream().flush();
    if (!stream()) {
      fail(ExitCode::kNoSpace, "{} was not written whole; is the disk full?",
           path_.empty() ? "standard output" : path_);
    }
    if (!path_.empty()) std::filesystem::rename(partial_, path_);
  }

 private:
  std::string path_, partial_;
  std::ofstream file_;
};

int export_rows(const Globals& globals, Options options) {
  auto db = open_results(globals);
  options.rows.format = report::parse_export_format(options.format);
  options.rows.timing = !options.no_timing;
  Target target(options.out);
  SignalFd signals{SIGINT, SIGTERM};
  LongWork work(options.out.empty());
  options.rows.progress = [&](std::int64_t done, std::int64_t total) {
    work.show("writing", options.finals ? "finals" : "trials", done, total);
    const auto number = signals.pending();
    if (!number) return;
    fail(*number == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated, "stopped: {}",
         options.out.empty() ? "the rows above are not all" : "nothing was written");
  };
  if (options.finals) {
    report::export_finals(db, options.rows, target.stream());
  } else {
    report::export_points(db, options.rows, target.stream());
  }
  target.finish();
  return 0;
}

}  // namespace

void add_export(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("export", "write points or finals as CSV or JSON lines");
  command->footer("Example:\n  synface export quickstart --finals --out finals.csv");
  const auto options = std::make_shared<Options>();
  command->add_option("experiment", options->rows.experiment, "its name; without one, all");
  command->add_flag("--finals", options->finals,
                    "the scalars that stand for each trial, instead of the points");
  command->add_flag("--no-timing", options->no_timing,
                    "without the timing class, so that equal runs give equal bytes");
  command->add_option("--metric", options->rows.metrics, "only this metric (repeatable)")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--format", options->format, "csv or jsonl (default: csv)")
      ->type_name("FORMAT");
  command->add_option("--out", options->out, "a file instead of standard output")
      ->type_name("FILE");
  add_tag_options(*command, options->rows.tags);
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return export_rows(globals, *options); };
  });
}

}  // namespace synface::cli
