// synface data: named sets of rendered images.
#include "data_commands.h"

namespace synface::worker {

void add_data(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("data", "builds named sets of images, and looks after them");
  group->require_subcommand(1);
  group->footer(
      "Example:\n  synface data build Syn_10K_50 --heldout 200\n  synface data ls\n"
      "  synface data export Syn_10K_50 --format webdataset --out shards\n"
      "  synface data quality Syn_10K_50 --real FOLDER    # measures it; has its own --help\n"
      "  synface data floor --real FOLDER --test PAIRS    # what it teaches without a network");
  add_data_build(*group, action);
  add_data_ls(*group, action);
  add_data_verify(*group, action);
  add_data_stats(*group, action);
  add_data_export(*group, action);
  add_data_rm(*group, action);
}

}  // namespace synface::worker
