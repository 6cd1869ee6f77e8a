// `synface run` without a command line: runs the grid of a JSON file through schedule::run, so that
// tests can kill, stop and interrupt a coordinator.
//   fake_run DB WORKER GRID.json [jobs]        prints the summary as JSON, ends with its exit code
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "grid.h"
#include "synface/base/json.h"

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  try {
    synface::schedule::Options options;
    options.database = argv[1];
    options.worker = argv[2];
    options.jobs = argc > 4 ? std::atoi(argv[4]) : 2;
    options.stop_grace_s = 5;
    const auto request = synface::testing::read_grid(argv[3]);
    const auto summary = synface::schedule::run(request, options);
    const synface::Json out = {{"total", summary.total},       {"already", summary.already},
                               {"done", summary.done},         {"failed", summary.failed},
                               {"diverged", summary.diverged}, {"queued", summary.queued},
                               {"attempts", summary.attempts}, {"problems", summary.problems}};
    std::printf("%s\n", out.dump().c_str());
    return static_cast<int>(summary.exit_code());
  } catch (const synface::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
