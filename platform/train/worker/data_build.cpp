// synface data build: renders a named set into the image cache.
#include <fmt/format.h>
#include <synface/base/cpu.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/paths.h>
#include <synface/base/progress.h>
#include <synface/base/text.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "data_commands.h"
#include "data_export.h"
#include "data_plan.h"
#include "stop.h"

namespace synface::worker {
namespace {

struct Options {
  std::string name;
  BuildTerms terms;
  std::filesystem::path out;
  bool dry_run = false, replace = false, json = false;
  const CLI::App* command = nullptr;
};

std::string counted(std::uint64_t n) {
  return human_count(static_cast<std::int64_t>(n));
}

// Renders what a set lacks and sums up its blocks.
class Build {
 public:
  Build(const Options& options, const Pictures& pictures, data::NamedSet& set, const Needs& needs)
      : options_(options),
        pictures_(pictures),
        set_(set),
        needs_(needs),
        bar_(set.name, "images", static_cast<std::int64_t>(needs.missing)) {}

  // `recorded`: sums that the blocks had when the set was whole before.
  void run(const data::NamedSet* recorded) {
    if (needs_.missing > 0 && needs_.missing < needs_.images) {
      bar_.message(fmt::format("{} of {} images are there", counted(needs_.images - needs_.missing),
                               counted(needs_.images)));
    }
    try {
      for (std::size_t i = 0; i < set_.parts.size(); ++i) {
        const bool sums = recorded != nullptr && recorded->whole();
        complete(set_.parts[i], sums ? recorded->parts[i].blocks : std::vector<data::BlockSum>());
      }
    } catch (const Error& error) {
      if (error.code() != ExitCode::kNoSpace) throw;
      throw Error(error.code(), fmt::format("{}; {}", error.what(), kept()));
    }
    if (drawn_ > 0) bar_.finish();
    data::save_set(cache_folder(), set_);
  }
  std::uint64_t drawn() const { return drawn_; }
  void say_kept() { bar_.message("interrupted: " + kept()); }

 private:
  std::string kept() const {
    std::uint64_t there = 0;
    for (const auto& part : set_.parts) there += data::present_images(cache_folder(), part).images;
    return fmt::format("{} of {} images are kept, and `synface data build {}` goes on",
                       counted(there), counted(needs_.images), set_.name);
  }

  void render(const data::SetPart& part) {
    train::Progress progress;
    progress.drawn = [&](std::uint64_t images) {
      drawn_ += images;
      bar_.set(static_cast<std::int64_t>(drawn_));
    };
    progress.say = [&](const std::string& text) { bar_.message(text); };
    progress.cancelled = [] { return *stop_flag() != 0; };
    const bool mixed = part.name != "heldout";
    pictures_.source().make(cache_folder(), seed_of(options_.terms, part), samples_of(part),
                            mixed ? pictures_.mixup() : nullptr, pictures_.mixup_identity(),
                            progress);
  }

  std::vector<data::BlockState> sound_states(const data::SetPart& part) const {
    data::Work work;
    work.threads = options_.terms.pictures.threads;
    work.cancelled = [] { return *stop_flag() != 0; };
    auto states = data::inspect_part(cache_folder(), set_, part, work);
    for (const data::BlockState& state : states) {
      if (state.fault.empty()) continue;
      fail(ExitCode::kData, "{}: {} just after it was rendered; is somebody clearing the cache?",
           state.path, state.fault);
    }
    return states;
  }

  // Blocks whose pictures are not those of the manifest are removed, to be rendered again.
  std::size_t drop_others(const std::vector<data::BlockState>& states,
                          const std::vector<data::BlockSum>& sums) {
    std::size_t dropped = 0;
    for (std::size_t n = 0; n < std::min(states.size(), sums.size()); ++n) {
      if (states[n].sum == sums[n]) continue;
      bar_.message(states[n].path + ": other pictures than the manifest's: rendered again");
      std::filesystem::remove(states[n].path);
      ++dropped;
    }
    return dropped;
  }

  void complete(data::SetPart& part, const std::vector<data::BlockSum>& sums) {
    render(part);
    auto states = sound_states(part);
    if (drop_others(states, sums) > 0) {
      render(part);
      states = sound_states(part);
      for (std::size_t n = 0; n < sums.size(); ++n) {
        if (states[n].sum == sums[n]) continue;
        fail(ExitCode::kData,
             "{}: this machine renders other pictures than the manifest of {} sums up; --replace "
             "takes them",
             states[n].path, set_.name);
      }
    }
    data::sync_part(cache_folder(), part);
    for (const data::BlockState& state : states) part.blocks.push_back(state.sum);
  }

  const Options& options_;
  const Pictures& pictures_;
  data::NamedSet& set_;
  const Needs& needs_;
  Progress bar_;
  std::uint64_t drawn_ = 0;
};

// Images a second of the set's first people, rendered and thrown away.
double measured_rate(const Options& options, const Pictures& pictures, const data::NamedSet& set) {
  const data::SetPart& part = set.parts[0];
  const auto n = std::min<std::uint64_t>(
      part.count(), 32 * static_cast<std::uint64_t>(options.terms.pictures.threads));
  std::vector<synface_key> keys;
  for (std::uint64_t i = 0; i < n; ++i) {
    keys.push_back({options.terms.pictures.seed, static_cast<std::uint32_t>(i / part.samples),
                    static_cast<std::uint32_t>(i % part.samples), 0, 0});
  }
  std::vector<std::uint8_t> images(static_cast<std::size_t>(n * set.image_bytes()));
  double best = 0;
  // The first call also loads the generator's files.
  for (int round = 0; round < 3; ++round) {
    const auto start = std::chrono::steady_clock::now();
    pictures.source().render(keys, samples_of(part), pictures.mixup(), images.data());
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(n) / std::max(1e-9, seconds.count()));
  }
  return best;
}

int dry_run(const Options& options, const Pictures& pictures, const data::NamedSet& set,
            const Needs& needs) {
  const double rate = needs.missing > 0 ? measured_rate(options, pictures, set) : 0;
  const double seconds = rate > 0 ? static_cast<double>(needs.missing) / rate : 0;
  const auto bytes = [](std::uint64_t n) { return human_bytes(static_cast<double>(n)); };
  if (options.json) {
    fmt::print("{}\n", Json({{"name", set.name},
                             {"images", needs.images},
                             {"missing", needs.missing},
                             {"bytes", needs.bytes},
                             {"needed", needs.needed},
                             {"free", needs.free},
                             {"fits", needs.fits()},
                             {"threads", options.terms.pictures.threads},
                             {"images_per_s", rate},
                             {"seconds", seconds}})
                           .dump());
  } else {
    fmt::print("{}: {} images at {} x {}, {} on the disk\n", set.name, counted(needs.images),
               set.side, set.side, bytes(needs.bytes));
    fmt::print("  there already: {}; free space: {}, needed: {}{}\n",
               counted(needs.images - needs.missing), bytes(needs.free), bytes(needs.needed),
               needs.fits() ? "" : ": does not fit");
    if (rate > 0) {
      fmt::print("  about {} with {} threads ({} images/s, measured now)\n",
                 human_duration(seconds), options.terms.pictures.threads, human_rate(rate));
    }
  }
  return needs.fits() ? 0 : static_cast<int>(ExitCode::kNoSpace);
}

void report(const Options& options, const data::NamedSet& set, std::uint64_t drawn,
            double seconds) {
  const data::SetPart& part = set.parts[0];
  if (options.json) {
    Json json = {{"name", set.name},
                 {"identities", part.identities},
                 {"images", part.count()},
                 {"heldout", set.count() - part.count()},
                 {"pairs", set.pairs.folds * set.pairs.pairs * 2},
                 {"rendered", drawn},
                 {"images_per_s", seconds > 0 ? static_cast<double>(drawn) / seconds : 0},
                 {"sha256", set.digest()},
                 {"manifest", data::manifest_path(cache_folder(), set.name).string()},
                 {"out", options.out.string()}};
    fmt::print("{}\n", json.dump());
    return;
  }
  fmt::print("{}: {} images of {} people", set.name, counted(part.count()),
             counted(part.identities));
  if (set.parts.size() > 1) {
    fmt::print(", {} of {} held-out people, {} pairs", counted(set.parts[1].count()),
               counted(set.parts[1].identities), counted(set.pairs.folds * set.pairs.pairs * 2));
  }
  if (!options.out.empty()) fmt::print(" in {}", options.out.string());
  fmt::print("\n  sha256 {}\n", set.digest());
}

// As class folders where asked; false where a signal stopped it.
bool write_out(const Options& options, const data::NamedSet& set) {
  if (options.out.empty()) return true;
  data::ExportOptions target;
  target.out = options.out;
  return export_with_progress(set, target, options.terms.pictures.threads).has_value();
}

int run(Options options) {
  data::parse_set_name(options.name);
  const auto recorded =
      options.replace ? std::nullopt : data::find_set(cache_folder(), options.name);
  if (recorded) take_recorded(*options.command, recorded->build, options.terms);
  watch_stop_signals();
  const data::SetSize size = data::parse_set_name(options.name);
  const Pictures pictures(options.terms.pictures, size.identities, size.samples);
  data::NamedSet set = plan_set(options.name, options.terms, pictures);
  if (recorded) check_same(*recorded, set);
  const Needs needs = needs_of(set);
  if (options.dry_run) return dry_run(options, pictures, set, needs);
  check_space(set, needs);
  // What is begun has a name; a set that was whole keeps its sums until it is whole again.
  if (!recorded) data::save_set(cache_folder(), set);
  Build build(options, pictures, set, needs);
  const auto start = std::chrono::steady_clock::now();
  try {
    build.run(recorded ? &*recorded : nullptr);
  } catch (const train::Cancelled&) {
    build.say_kept();
    return stop_exit_code();
  } catch (const data::Stopped&) {
    build.say_kept();
    return stop_exit_code();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (!write_out(options, set)) return stop_exit_code();
  report(options, set, build.drawn(), seconds.count());
  return 0;
}

}  // namespace

void add_data_build(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  options->terms.pictures.threads = cpu_info().cores;
  auto* command = group.add_subcommand("build", "renders a named set, or goes on with one");
  command->footer(
      "The same name again renders only what is missing or damaged, with the options that it was\n"
      "built with. The pictures lie in the image cache, where a trial of the same generator, size\n"
      "and seed finds them.\n\n"
      "Examples:\n  synface data build Syn_10K_50 --dry-run\n"
      "  synface data build Syn_10K_50 --heldout 600 --threads 8\n"
      "  synface data build Syn_1K_20_mixed --mixup identity --out people");
  command
      ->add_option("name", options->name,
                   "Syn_N_S or Syn_N_S_LABEL: N people with S images each; 10K is 10,000")
      ->required();
  add_build_options(*command, options->terms);
  command->add_option("--out", options->out, "also exports class folders of PNG files there");
  command->add_flag("--dry-run", options->dry_run,
                    "says what it takes of disk and time; renders a few images to measure");
  command->add_flag("--replace", options->replace, "forgets the set of that name first");
  command->add_flag("--json", options->json, "one JSON document to standard output");
  options->command = command;
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace synface::worker
