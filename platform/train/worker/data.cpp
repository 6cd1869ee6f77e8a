// synface data build: fills the image cache, and writes class folders where asked.
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/json.h>
#include <synface/base/paths.h>
#include <synface/base/progress.h>
#include <synface/data/codec.h>

#include <charconv>
#include <cstdio>

#include "commands.h"
#include "pictures.h"
#include "stop.h"

namespace synface::worker {
namespace {

struct Options {
  PictureOptions pictures;
  std::string name, out;
  bool json = false;
};

struct Size {
  std::int64_t identities = 0, samples = 0;
};

// "Syn_1000_10": N identities, S samples.
Size size_of(const std::string& name) {
  Size size;
  const char* const end = name.data() + name.size();
  if (name.starts_with("Syn_")) {
    const auto n = std::from_chars(name.data() + 4, end, size.identities);
    if (n.ec == std::errc() && n.ptr != end && *n.ptr == '_') {
      const auto s = std::from_chars(n.ptr + 1, end, size.samples);
      if (s.ec == std::errc() && s.ptr == end && size.identities > 0 && size.samples > 0) {
        return size;
      }
    }
  }
  fail(ExitCode::kUsage, "{}: wanted Syn_N_S, as Syn_1000_10 for 1000 people with 10 images each",
       name);
}

void write_folders(const std::string& out, const train::ImageSet& set, std::int64_t side) {
  Progress progress("write", "images", set.count());
  for (std::int64_t n = 0; n < set.count(); ++n) {
    if (*stop_flag() != 0) throw train::Cancelled{};
    const train::ImageId id = set.id(n);
    const auto png = data::encode_png({side, side, set.image(id)});
    write_file_atomic(fmt::format("{}/{:06}/{:04}.png", out, id.identity, id.sample),
                      {reinterpret_cast<const char*>(png.data()), png.size()}, false,
                      ExitCode::kData);
    progress.advance();
  }
}

int build(const Options& options) {
  const Size size = size_of(options.name);
  watch_stop_signals();
  const Pictures pictures(options.pictures, size.identities, size.samples);
  const auto samples = pictures.source().extent(size.identities, size.samples);
  std::int64_t total = 0;
  for (const std::uint32_t n : samples) total += n;
  std::unique_ptr<train::ImageSet> set;
  try {
    Progress bar("render", "images", total);
    train::Progress progress;
    progress.rendered = [&](std::uint64_t done, std::uint64_t) {
      bar.set(static_cast<std::int64_t>(done));
    };
    progress.say = [&](const std::string& text) { bar.message(text); };
    progress.cancelled = [] { return *stop_flag() != 0; };
    set = pictures.source().make(cache_folder(), options.pictures.seed, samples, pictures.mixup(),
                                 pictures.mixup_identity(), progress);
    if (!options.out.empty()) {
      std::vector<train::ImageId> ids;
      for (std::int64_t n = 0; n < set->count(); ++n) ids.push_back(set->id(n));
      set->prepare(ids);
      write_folders(options.out, *set, options.pictures.size);
    }
  } catch (const train::Cancelled&) {
    return stop_exit_code();
  }
  if (options.json) {
    fmt::print("{}\n", Json({{"name", options.name},
                             {"identities", set->identities()},
                             {"images", set->count()},
                             {"out", options.out}})
                           .dump());
  } else {
    fmt::print("{}: {} images of {} people{}\n", options.name, set->count(), set->identities(),
               options.out.empty() ? " in the cache" : " in " + options.out);
  }
  return 0;
}

}  // namespace

void add_data(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  auto* group = app.add_subcommand("data", "builds sets of images");
  group->require_subcommand(1);
  auto* command = group->add_subcommand("build", "renders a set into the image cache");
  command->add_option("name", options->name, "Syn_N_S: N people with S images each")->required();
  add_picture_options(*command, options->pictures);
  command->add_option("--mixup", options->pictures.mixup, "id of a latent mixup");
  command->add_option("--out", options->out, "also writes FOLDER/PERSON/IMAGE.png");
  command->add_flag("--json", options->json, "one JSON document to standard output");
  command->callback([options, &action] { action = [options] { return build(*options); }; });
}

}  // namespace synface::worker
