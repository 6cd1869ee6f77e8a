// synface cache: the rendered images in the user's cache folder.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>

#include "command.h"
#include "synface/base/paths.h"
#include "synface/base/text.h"
#include "synface/data/cache_files.h"
#include "synface/report/table.h"
#include "terminal.h"

namespace synface::cli {
namespace {

using Entries = std::vector<data::CacheEntry>;

double age(const data::CacheEntry& entry) {
  return std::chrono::duration<double>(std::chrono::system_clock::now() - entry.last_use).count();
}

// "morphable, seed 0" of an identity document; its folder's name where it says nothing of the kind.
std::string what(const data::CacheEntry& entry) {
  const auto json = nlohmann::json::parse(entry.identity, nullptr, false);
  const auto name = std::filesystem::path(entry.folder).filename().string().substr(0, 8);
  if (!json.is_object()) return name;
  auto text = name;
  for (const auto* key : {"generator", "plugin", "data_seed", "seed", "mixup", "height"}) {
    if (!json.contains(key)) continue;
    const auto& value = json[key];
    if (value.is_object() && value.contains("plugin")) {
      text += fmt::format(" {}", value["plugin"].get<std::string>());
    } else if (value.is_primitive() && !value.is_null()) {
      text +=
          fmt::format(" {} {}", key, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text;
}

nlohmann::json to_json(const Entries& entries) {
  auto list = nlohmann::json::array();
  for (const auto& entry : entries) {
    list.push_back({{"folder", entry.folder},
                    {"identity", nlohmann::json::parse(entry.identity, nullptr, false)},
                    {"bytes", entry.bytes},
                    {"images", entry.images},
                    {"seconds_since_use", age(entry)},
                    {"in_use", entry.in_use},
                    {"sets", entry.sets}});
  }
  return list;
}

void print(const Entries& entries) {
  report::Table table;
  table.columns = {{"set", false}, {"images", true}, {"size", true}, {"last use", true}};
  double bytes = 0;
  for (const auto& entry : entries) {
    bytes += static_cast<double>(entry.bytes);
    const auto names = entry.sets.empty() ? std::string() : ": " + join(entry.sets, ", ");
    table.rows.push_back({what(entry) + names, human_count(static_cast<std::int64_t>(entry.images)),
                          human_bytes(static_cast<double>(entry.bytes)),
                          entry.in_use ? "now" : human_duration(age(entry)) + " ago"});
  }
  table.notes.push_back(fmt::format("{} sets, {} in {}", entries.size(), human_bytes(bytes),
                                    cache_folder().string()));
  std::cout << report::to_terminal(table, Terminal::of_stdout().width);
}

void add_ls_command(CLI::App& cache, const Globals& globals, Action& action) {
  auto* command = cache.add_subcommand("ls", "list the image sets, most recently used first");
  command->footer("Example:\n  synface cache ls");
  command->callback([&globals, &action] {
    action = [&globals] {
      const auto entries = data::list_cache(cache_folder().string());
      if (globals.json) {
        std::cout << to_json(entries).dump(2) << "\n";
      } else {
        print(entries);
      }
      return 0;
    };
  });
}

void add_gc_command(CLI::App& cache, const Globals& globals, Action& action) {
  auto* command = cache.add_subcommand(
      "gc", "remove image sets that are not in use and have no name (`data rm`)");
  command->footer("Example:\n  synface cache gc --keep 2000 --older-than 24");
  struct Options {
    double keep_mib = 0, hours = 0;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("--keep", options->keep_mib, "MiB to keep, most recently used first")
      ->type_name("MIB")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--older-than", options->hours, "spare what was used within so many hours")
      ->type_name("H")
      ->check(CLI::NonNegativeNumber);
  command->callback([&globals, &action, options] {
    action = [&globals, options] {
      data::CacheLimit limit;
      limit.keep_bytes = static_cast<std::uint64_t>(options->keep_mib * 1048576.0);
      limit.older_than = std::chrono::seconds(static_cast<std::int64_t>(options->hours * 3600));
      const auto removed = data::collect_cache(cache_folder().string(), limit);
      double bytes = 0;
      for (const auto& entry : removed) bytes += static_cast<double>(entry.bytes);
      if (globals.json) {
        std::cout << nlohmann::json{{"removed", to_json(removed)}, {"bytes", bytes}}.dump(2)
                  << "\n";
      } else {
        std::cout << fmt::format("removed {} sets, {}\n", removed.size(), human_bytes(bytes));
      }
      return 0;
    };
  });
}

}  // namespace

void add_cache(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("cache", "look at and clear the cache of rendered images");
  command->require_subcommand(1);
  command->footer("Example:\n  synface cache gc --keep 2000");
  add_ls_command(*command, globals, action);
  add_gc_command(*command, globals, action);
}

}  // namespace synface::cli
