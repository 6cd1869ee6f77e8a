// synface-worker: everything that computes. One attempt at a trial, sheets of pictures, sets of
// images.
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/plugin/check/check.h>
#include <synface/plugin/crash.h>
#include <synface/plugin/describe.h>
#include <synface/train/host_extensions.h>
#include <synface/train/memory.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "commands.h"

namespace {

int run(int argc, char** argv) {
  CLI::App app("The computing half of synface; started by `synface`.", "synface-worker");
  app.require_subcommand(1);
  synface::worker::Action action;
  synface::worker::add_trial(app, action);
  synface::worker::add_render(app, action);
  synface::worker::add_data(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(synface::ExitCode::kUsage);
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  synface::plugin::maybe_explain(argc, argv);
  synface::plugin::maybe_describe(argc, argv);
  synface::plugin::check::maybe_check(argc, argv, synface::train::offer_extensions);
  synface::train::keep_freed_memory();
  try {
    return run(argc, argv);
  } catch (const synface::Error& error) {
    fmt::print(stderr, "synface-worker: {}\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "synface-worker: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "synface-worker: {}\n", error.what());
  }
  return static_cast<int>(synface::ExitCode::kInternal);
}
