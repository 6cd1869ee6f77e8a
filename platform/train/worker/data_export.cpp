// synface data export: a named set as files of other tools.
#include "data_export.h"

#include <fmt/format.h>
#include <synface/base/cpu.h>
#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <synface/base/text.h>

#include <chrono>
#include <map>
#include <memory>

#include "data_commands.h"
#include "image_work.h"
#include "stop.h"

namespace synface::worker {
namespace {

using data::ExportFormat;

struct Options {
  std::string name, format = "folders", encoding = "auto";
  data::ExportOptions target;
  int quality = 95, threads = cpu_info().cores;
  bool json = false;
};

const std::map<std::string, ExportFormat> kFormats = {{"folders", ExportFormat::kFolders},
                                                      {"recordio", ExportFormat::kRecordio},
                                                      {"webdataset", ExportFormat::kWebdataset},
                                                      {"safetensors", ExportFormat::kSafetensors}};

// JPEG where the readers of the format expect it.
bool wants_jpeg(const Options& options) {
  const ExportFormat format = options.target.format;
  if (format == ExportFormat::kSafetensors) {
    if (options.encoding == "auto") return false;
    fail(ExitCode::kUsage, "--encoding {}: safetensors holds pixels, not files", options.encoding);
  }
  if (options.encoding != "auto") return options.encoding == "jpeg";
  return format != ExportFormat::kFolders;
}

int run(Options options) {
  options.target.format = kFormats.at(options.format);
  options.target.jpeg = wants_jpeg(options) ? options.quality : 0;
  watch_stop_signals();
  const data::NamedSet set = data::open_set(cache_folder(), options.name);
  const auto start = std::chrono::steady_clock::now();
  const auto report = export_with_progress(set, options.target, options.threads);
  if (!report) return stop_exit_code();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double rate = seconds > 0 ? static_cast<double>(report->bytes) / seconds : 0;
  if (options.json) {
    fmt::print("{}\n", Json({{"name", set.name},
                             {"format", options.format},
                             {"out", options.target.out.string()},
                             {"images", report->images},
                             {"files", report->files},
                             {"bytes", report->bytes},
                             {"kept_archives", report->kept},
                             {"bytes_per_s", rate}})
                           .dump());
  } else {
    fmt::print("{}: {} images in {} files of {}, {} ({}/s)\n", options.target.out.string(),
               human_count(static_cast<std::int64_t>(report->images)),
               human_count(static_cast<std::int64_t>(report->files)), options.format,
               human_bytes(static_cast<double>(report->bytes)), human_bytes(rate));
  }
  return 0;
}

}  // namespace

std::optional<data::ExportReport> export_with_progress(const data::NamedSet& set,
                                                       const data::ExportOptions& options,
                                                       int threads) {
  ImageWork work("export", set.count(), threads);
  try {
    return data::export_set(cache_folder(), set, options, work.work());
  } catch (const data::Stopped&) {
    work.bar().message("interrupted; the same command goes on");
    return std::nullopt;
  }
}

void add_data_export(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command = group.add_subcommand("export", "writes a named set as files of other tools");
  command->footer(
      "Formats:\n"
      "  folders      train/PERSON/PERSON_0001.png; held-out people under heldout/\n"
      "  recordio     train.rec, train.idx, property as InsightFace reads them; heldout.bin\n"
      "  webdataset   train-000000.tar ... of PERSON_0001.jpg and PERSON_0001.cls\n"
      "  safetensors  train-000000.safetensors ... of images, labels and samples\n"
      "Each with manifest.json, pairs.txt of the held-out people, and export.json when whole.\n\n"
      "Example:\n  synface data export Syn_10K_50 --format recordio --out faces_syn");
  command->add_option("name", options->name, "the set")->required();
  command->add_option("--format", options->format, "folders, recordio, webdataset or safetensors")
      ->check(CLI::IsMember(kFormats))
      ->capture_default_str();
  command->add_option("--out", options->target.out, "a new folder, or that of the same export")
      ->required();
  command
      ->add_option("--encoding", options->encoding,
                   "png, jpeg, or auto: PNG in folders, JPEG in archives")
      ->check(CLI::IsMember({"auto", "png", "jpeg"}))
      ->capture_default_str();
  command->add_option("--quality", options->quality, "of JPEG, colour at full resolution")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--shard", options->target.shard, "images in an archive")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "threads that encode")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON document to standard output");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace synface::worker
