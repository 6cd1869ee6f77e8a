// synface doctor: what is installed, what this machine has, and what is wrong.
#include <fmt/format.h>
#include <sqlite3.h>
#include <synface/base.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "devices.h"
#include "session.h"
#include "synface/base/cpu.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/base/text.h"
#include "synface/store/store.h"
#include "terminal.h"

namespace synface::cli {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string name, text;
  nlohmann::json value;
  bool fault = false;
  std::string remedy;
};

// The LibTorch that the worker was built with: its run path holds the folder.
Finding look_for_torch() {
  Finding finding{"LibTorch", "", {}, false, ""};
  const fs::path library = fs::path(SYNFACE_TORCH_LIBRARY);
  std::error_code error;
  finding.value = {{"version", SYNFACE_TORCH_VERSION}, {"library", library.string()}};
  finding.text = fmt::format("{}, {}", SYNFACE_TORCH_VERSION, library.string());
  if (!fs::exists(library, error)) {
    finding.fault = true;
    finding.remedy = fmt::format("{} is gone: ./synface setup fetches it again", library.string());
  }
  return finding;
}

Finding look_for_worker() {
  Finding finding{"worker", worker_path().string(), worker_path().string(), false, ""};
  std::error_code error;
  if (!fs::exists(worker_path(), error)) {
    finding.fault = true;
    finding.remedy = "synface-worker is not beside synface: ./synface build makes it";
  }
  return finding;
}

Finding look_at_processor() {
  const auto cpu = cpu_info();
  return {"processor",
          fmt::format("{}, {} cores, {}, {} of memory", cpu.model, cpu.cores, cpu.isa,
                      human_bytes(static_cast<double>(cpu.memory))),
          {{"model", cpu.model}, {"cores", cpu.cores}, {"isa", cpu.isa}, {"memory", cpu.memory}},
          false,
          ""};
}

Finding look_for_cuda() {
  const auto cuda = find_cuda();
  return {"CUDA",
          cuda.text(),
          {{"built", cuda.built},
           {"present", cuda.present},
           {"usable", cuda.usable()},
           {"looked_for", cuda.looked_for},
           {"found", cuda.found}},
          false,
          ""};
}

Finding look_at_sqlite() {
  Finding finding{"SQLite",
                  fmt::format("{}, source {}", sqlite3_libversion(), sqlite3_sourceid()),
                  {{"version", sqlite3_libversion()}, {"sourceid", sqlite3_sourceid()}},
                  false,
                  ""};
  if (sqlite3_libversion_number() < 3040000) {
    finding.fault = true;
    finding.remedy = "SQLite 3.40 or newer is needed";
  }
  return finding;
}

Finding look_at_plugins() {
  const auto plugins = scan_plugins();
  Finding finding{"plugins", "", nlohmann::json::array(), false, ""};
  std::vector<std::string> names;
  for (const auto& info : plugins.plugins()) {
    names.push_back(info.name());
    finding.value.push_back({{"name", info.name()},
                             {"version", info.version},
                             {"revision", info.revision},
                             {"library", info.library.string()},
                             {"sha256", info.sha256}});
  }
  finding.text = names.empty() ? "none" : join(names, ", ");
  for (const auto& problem : plugins.problems()) {
    finding.fault = true;
    finding.remedy += (finding.remedy.empty() ? "" : "\n") + problem.message;
  }
  if (names.empty()) {
    finding.fault = true;
    finding.remedy += "no plugin was found: ./synface build makes the built-in ones";
  }
  return finding;
}

// A folder that must be writable.
Finding look_at_folder(const std::string& name, const fs::path& folder) {
  Finding finding{name, folder.string(), {{"path", folder.string()}}, false, ""};
  try {
    make_folders(folder, ExitCode::kSetup);
    const auto probe = folder / ".doctor";
    write_file_atomic(probe, "", false, ExitCode::kSetup);
    fs::remove(probe);
    const auto bytes = free_space(folder);
    finding.text += fmt::format(", {} free", human_bytes(static_cast<double>(bytes)));
    finding.value["free"] = bytes;
    if (bytes < 1'000'000'000) {
      finding.fault = true;
      finding.remedy = fmt::format("less than 1 GB is free at {}", folder.string());
    }
  } catch (const Error& error) {
    finding.fault = true;
    finding.remedy = error.what();
  }
  return finding;
}

Finding look_at_database(const Globals& globals) {
  Finding finding{"database",
                  fs::absolute(globals.database).string(),
                  {{"path", fs::absolute(globals.database).string()}},
                  false,
                  ""};
  std::error_code error;
  if (!fs::exists(globals.database, error)) {
    finding.text += ", not there yet";
    return finding;
  }
  try {
    auto db = store::open_reader(globals.database);
    const auto check = db.text("PRAGMA quick_check(1)");
    finding.value["quick_check"] = check;
    finding.text += fmt::format(", schema {}, {}", db.integer("PRAGMA user_version"), check);
    if (check != "ok") {
      finding.fault = true;
      finding.remedy = "the database is damaged: " + check;
    }
  } catch (const Error& problem) {
    finding.fault = true;
    finding.remedy = problem.what();
  }
  return finding;
}

int doctor(const Globals& globals) {
  std::vector<Finding> findings = {
      {"synface",
       fmt::format("{}, plugin ABI {}.{}, {}", SYNFACE_VERSION, SYNFACE_ABI_MAJOR,
                   SYNFACE_ABI_MINOR, SYNFACE_COMPILER),
       {{"version", SYNFACE_VERSION}, {"compiler", SYNFACE_COMPILER}},
       false,
       ""},
      look_for_worker(),
      look_for_torch(),
      look_at_sqlite(),
      look_at_processor(),
      look_for_cuda(),
      look_at_plugins(),
      look_at_folder("cache", cache_folder()),
      look_at_database(globals)};
  int faults = 0;
  for (const auto& finding : findings) faults += finding.fault ? 1 : 0;
  if (globals.json) {
    nlohmann::json out;
    for (const auto& finding : findings) {
      out[finding.name] = {{"value", finding.value}, {"ok", !finding.fault}};
      if (finding.fault) out[finding.name]["remedy"] = finding.remedy;
    }
    std::cout << out.dump(2) << "\n";
  } else {
    const auto terminal = Terminal::of_stdout();
    for (const auto& finding : findings) {
      std::cout << (finding.fault ? terminal.red("✗ ") : terminal.green("✓ "))
                << terminal.field(finding.name, finding.text, 11);
      if (finding.fault) std::cout << terminal.field("", terminal.yellow(finding.remedy), 13);
    }
    std::cout << (faults == 0 ? "Nothing is wrong.\n"
                              : fmt::format("{} {} wrong.\n", faults,
                                            faults == 1 ? "thing is" : "things are"));
  }
  return faults == 0 ? 0 : static_cast<int>(ExitCode::kSetup);
}

}  // namespace

void add_doctor(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("doctor", "say what is installed and what is wrong");
  command->footer("Example:\n  synface doctor");
  command->callback([&globals, &action] { action = [&globals] { return doctor(globals); }; });
}

}  // namespace synface::cli
