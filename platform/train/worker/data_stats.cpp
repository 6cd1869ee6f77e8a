// synface data stats: figures of a named set.
#include <fmt/format.h>
#include <synface/base/cpu.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/paths.h>
#include <synface/base/text.h>
#include <synface/data/codec.h>
#include <synface/data/set_stats.h>

#include <memory>

#include "data_commands.h"
#include "image_work.h"
#include "stop.h"

namespace synface::worker {
namespace {

struct Options {
  std::string name;
  std::filesystem::path picture;
  int threads = cpu_info().cores;
  bool json = false;
};

Json to_json(const data::SetPart& part, const data::PartStats& stats) {
  return {{"part", part.name},      {"people", part.identities},       {"samples", part.samples},
          {"images", stats.images}, {"distinct", stats.distinct},      {"mean", stats.mean},
          {"sd", stats.sd},         {"sd_of_image_means", stats.shade}};
}

std::string triple(const std::array<double, 3>& values) {
  return fmt::format("{:.1f} {:.1f} {:.1f}", values[0], values[1], values[2]);
}

std::string to_text(const data::SetPart& part, const data::PartStats& stats) {
  return fmt::format(
      "{}: {} people with {} images each, {} of {} images distinct\n"
      "  mean of red, green, blue     {}\n"
      "  standard deviation           {}\n"
      "  of the images' own means     {}\n",
      part.name, human_count(part.identities), part.samples,
      human_count(static_cast<std::int64_t>(stats.distinct)),
      human_count(static_cast<std::int64_t>(stats.images)), triple(stats.mean), triple(stats.sd),
      triple(stats.shade));
}

void write_picture(const Options& options, const data::Image& mean) {
  const auto png = data::encode_png(view(mean));
  write_file_atomic(options.picture, {reinterpret_cast<const char*>(png.data()), png.size()}, true,
                    ExitCode::kData);
}

int run(const Options& options) {
  watch_stop_signals();
  const data::NamedSet set = data::open_set(cache_folder(), options.name);
  ImageWork work("read", set.count(), options.threads);
  Json json = {{"name", set.name},
               {"side", set.side},
               {"bytes", set.count() * set.image_bytes()},
               {"parts", Json::array()}};
  std::string text =
      fmt::format("{}: {} images at {} x {}, {} of pixels\n", set.name,
                  human_count(static_cast<std::int64_t>(set.count())), set.side, set.side,
                  human_bytes(static_cast<double>(set.count() * set.image_bytes())));
  try {
    for (const data::SetPart& part : set.parts) {
      const data::PartStats stats = data::measure_part(cache_folder(), set, part, work.work());
      json["parts"].push_back(to_json(part, stats));
      text += to_text(part, stats);
      if (part.name == "train" && !options.picture.empty()) {
        write_picture(options, stats.mean_image);
        json["picture"] = options.picture.string();
        text += fmt::format("  mean picture in {}\n", options.picture.string());
      }
    }
  } catch (const data::Stopped&) {
    return stop_exit_code();
  }
  work.bar().finish();
  fmt::print("{}", options.json ? json.dump() + "\n" : text);
  return 0;
}

}  // namespace

void add_data_stats(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command = group.add_subcommand(
      "stats", "people, images, bytes, mean and deviation of the channels, the mean picture");
  command->footer("Example:\n  synface data stats Syn_10K_50 --picture mean.png");
  command->add_option("name", options->name, "the set")->required();
  command->add_option("--picture", options->picture, "writes the mean picture as PNG");
  command->add_option("--threads", options->threads, "threads that read")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON document to standard output");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace synface::worker
