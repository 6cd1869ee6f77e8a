// synface data ls, verify and rm.
#include <fmt/format.h>
#include <synface/base/cpu.h>
#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <synface/base/text.h>
#include <synface/data/named_set.h>

#include <memory>

#include "data_commands.h"
#include "image_work.h"
#include "stop.h"

namespace synface::worker {
namespace {

struct Options {
  std::vector<std::string> names;
  int threads = cpu_info().cores;
  bool json = false;
};

std::string counted(std::uint64_t n) {
  return human_count(static_cast<std::int64_t>(n));
}

data::Present present_of(const data::NamedSet& set) {
  data::Present sum;
  for (const data::SetPart& part : set.parts) {
    const data::Present one = data::present_images(cache_folder(), part);
    sum.images += one.images;
    sum.bytes += one.bytes;
  }
  return sum;
}

// A set may be whole in its manifest and lack images that somebody removed.
std::string state_of(const data::NamedSet& set, const data::Present& present) {
  if (present.images < set.count()) {
    return fmt::format("{}%: {} of {} images", present.images * 100 / set.count(),
                       counted(present.images), counted(set.count()));
  }
  return set.whole() ? "whole" : "all rendered, not checked yet";
}

int list(const Options& options) {
  std::vector<std::string> damaged;
  Json json = Json::array();
  std::string text = fmt::format("{:<24}{:>10}{:>10}{:>7}{:>12}  {}\n", "set", "people", "images",
                                 "side", "size", "state");
  for (const data::NamedSet& set : data::list_sets(cache_folder(), &damaged)) {
    const data::Present present = present_of(set);
    const bool whole = set.whole() && present.images == set.count();
    std::uint64_t people = 0;
    for (const data::SetPart& part : set.parts) people += part.identities;
    json.push_back({{"name", set.name},
                    {"people", people},
                    {"images", set.count()},
                    {"present", present.images},
                    {"side", set.side},
                    {"bytes", set.count() * set.image_bytes()},
                    {"whole", whole},
                    {"sha256", set.digest()},
                    {"build", set.build}});
    text += fmt::format("{:<24}{:>10}{:>10}{:>7}{:>12}  {}\n", set.name, counted(people),
                        counted(set.count()), set.side,
                        human_bytes(static_cast<double>(set.count() * set.image_bytes())),
                        state_of(set, present));
  }
  for (const std::string& fault : damaged) fmt::print(stderr, "synface-worker: {}\n", fault);
  fmt::print("{}", options.json ? json.dump() + "\n" : text);
  return damaged.empty() ? 0 : static_cast<int>(ExitCode::kData);
}

// What is wrong with one block; "" for nothing.
std::string fault_of(const data::SetPart& part, const data::BlockState& state, std::size_t n) {
  if (!state.fault.empty()) return state.fault;
  if (n < part.blocks.size() && part.blocks[n] != state.sum) {
    return "other pictures than the manifest's sum says";
  }
  return {};
}

Json verify_one(const data::NamedSet& set, const data::Work& work, std::string& text) {
  Json faults = Json::array();
  for (const data::SetPart& part : set.parts) {
    const auto states = data::inspect_part(cache_folder(), set, part, work);
    for (std::size_t n = 0; n < states.size(); ++n) {
      const std::string fault = fault_of(part, states[n], n);
      if (fault.empty()) continue;
      const std::string where = data::describe_block(part, states[n].sum);
      faults.push_back(
          {{"part", part.name}, {"block", states[n].path}, {"holds", where}, {"fault", fault}});
      text += fmt::format("  {} ({}): {}\n", states[n].path, where, fault);
    }
  }
  return faults;
}

int verify(const Options& options) {
  watch_stop_signals();
  std::vector<data::NamedSet> sets;
  for (const std::string& name : options.names)
    sets.push_back(data::open_set(cache_folder(), name));
  std::vector<std::string> damaged;
  if (options.names.empty()) sets = data::list_sets(cache_folder(), &damaged);
  for (const std::string& fault : damaged) fmt::print(stderr, "synface-worker: {}\n", fault);
  std::uint64_t images = 0;
  for (const data::NamedSet& set : sets) images += set.count();
  ImageWork work("verify", images, options.threads);
  Json json = Json::array();
  bool sound = damaged.empty();
  std::string text;
  try {
    for (const data::NamedSet& set : sets) {
      std::string faults;
      Json list = verify_one(set, work.work(), faults);
      const bool good = list.empty() && set.whole();
      sound = sound && good;
      text += good ? fmt::format("{}: whole, {} images, sha256 {}\n", set.name,
                                 counted(set.count()), set.digest())
                   : fmt::format(
                         "{}: {}; `synface data build {}` renders exactly what is missing "
                         "or damaged\n{}",
                         set.name,
                         list.empty() ? "never finished"
                                      : fmt::format("{} blocks are not sound", list.size()),
                         set.name, faults);
      json.push_back({{"name", set.name},
                      {"whole", good},
                      {"sha256", set.digest()},
                      {"faults", std::move(list)},
                      {"rebuild", good ? "" : "synface data build " + set.name}});
    }
  } catch (const data::Stopped&) {
    return stop_exit_code();
  }
  work.bar().finish();
  fmt::print("{}", options.json ? json.dump() + "\n" : text);
  return sound ? 0 : static_cast<int>(ExitCode::kData);
}

int remove(const Options& options) {
  for (const std::string& name : options.names) data::open_set(cache_folder(), name);
  for (const std::string& name : options.names) data::remove_set(cache_folder(), name);
  if (options.json) {
    fmt::print("{}\n", Json({{"removed", options.names}}).dump());
  } else {
    fmt::print("{} forgotten; `synface cache gc` frees the images that nothing else uses\n",
               join(options.names, ", "));
  }
  return 0;
}

}  // namespace

void add_data_ls(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command = group.add_subcommand("ls", "lists the named sets, and how far they are");
  command->footer("Example:\n  synface data ls --json");
  command->add_flag("--json", options->json, "one JSON document to standard output");
  command->callback([options, &action] { action = [options] { return list(*options); }; });
}

void add_data_verify(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command =
      group.add_subcommand("verify", "reads every image of a set and says what is damaged");
  command->footer(
      "Ends with 4 where something is missing, damaged or another picture than was built.\n\n"
      "Example:\n  synface data verify Syn_10K_50");
  command->add_option("name", options->names, "the sets (default: all)");
  command->add_option("--threads", options->threads, "threads that read")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON document to standard output");
  command->callback([options, &action] { action = [options] { return verify(*options); }; });
}

void add_data_rm(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command =
      group.add_subcommand("rm", "forgets a named set; `cache gc` may then free its images");
  command->footer("Example:\n  synface data rm Syn_10K_50 && synface cache gc");
  command->add_option("name", options->names, "the sets")->required();
  command->add_flag("--json", options->json, "one JSON document to standard output");
  command->callback([options, &action] { action = [options] { return remove(*options); }; });
}

}  // namespace synface::worker
