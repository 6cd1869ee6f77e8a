// synface render: what a generator's people look like.
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/json.h>
#include <synface/data/codec.h>
#include <synface/data/resize.h>
#include <synface/train/memory.h>
#include <synface/train/spec.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "augmented_rows.h"
#include "commands.h"
#include "pictures.h"
#include "sheet.h"

namespace synface::worker {
namespace {

struct Options {
  PictureOptions pictures;
  std::string out = "sheet.png";
  std::int64_t columns = 10;
  std::string augment;  // JSON of the config's `augment`; "": none
  bool json = false;
};

class Sheet {
 public:
  Sheet(const Options& options)
      : options_(options),
        pictures_(options.pictures, options.columns, options.columns),
        source_(pictures_.source()) {}

  std::vector<SheetRow> rows() {
    if (!options_.augment.empty()) return augmented();
    if (!source_.generator().latent()) return fetched();
    people("people", 0);
    if (options_.columns > 1) people("more people", 1);
    samples();
    for (const plugin::Block& block : source_.blocks()) {
      if (!block.per_identity) one_block(block);
    }
    mixup();
    return rows_;
  }
  double seconds() const { return seconds_; }
  std::int64_t rendered() const { return rendered_; }

 private:
  synface_key key(std::int64_t identity, std::int64_t sample) const {
    return {options_.pictures.seed, static_cast<std::uint32_t>(identity),
            static_cast<std::uint32_t>(sample), 0, 0};
  }
  std::vector<std::uint8_t> pixels() const {
    return std::vector<std::uint8_t>(
        static_cast<std::size_t>(options_.columns * 3 * source_.height() * source_.width()));
  }
  void add(const std::string& label, const std::vector<synface_key>& keys, const float* rows,
           std::vector<std::string> captions = {}) {
    train::Buffer<std::uint8_t> images(pixels().size());
    const auto start = std::chrono::steady_clock::now();
    source_.render_rows(keys, rows, images.data());
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    rendered_ += options_.columns;
    rows_.push_back({label, std::move(captions),
                     std::vector<std::uint8_t>(images.data(), images.data() + images.size())});
  }
  train::Buffer<float> latents(const std::vector<synface_key>& keys) const {
    train::Buffer<float> rows(keys.size() * static_cast<std::size_t>(source_.row_length()));
    source_.latents(keys, rows.data());
    return rows;
  }

  void people(const std::string& label, std::int64_t block) {
    std::vector<synface_key> keys;
    for (std::int64_t c = 0; c < options_.columns; ++c) {
      keys.push_back(key(block * options_.columns + c, 0));
    }
    add(label, keys, latents(keys).data());
  }
  void samples() {
    std::vector<synface_key> keys;
    for (std::int64_t c = 0; c < options_.columns; ++c) keys.push_back(key(0, c));
    add("one person", keys, latents(keys).data());
  }
  // Person 0, sample 0, with one block after the other taken from the samples.
  void one_block(const plugin::Block& block) {
    std::vector<synface_key> keys;
    for (std::int64_t c = 0; c < options_.columns; ++c) keys.push_back(key(0, c));
    const train::Buffer<float> theirs = latents(keys);
    train::Buffer<float> rows(theirs.size());
    const std::int64_t length = source_.row_length();
    for (std::int64_t c = 0; c < options_.columns; ++c) {
      std::copy_n(theirs.data(), length, rows.data() + c * length);
      std::copy_n(theirs.data() + c * length + block.offset, block.length,
                  rows.data() + c * length + block.offset);
    }
    std::fill(keys.begin(), keys.end(), key(0, 0));
    add(block.name, keys, rows.data());
  }
  // Person 0 to person 1 along the mixable blocks.
  void mixup() {
    const train::Buffer<float> ends = latents({key(0, 0), key(1, 0)});
    const std::int64_t length = source_.row_length();
    train::Buffer<float> rows(static_cast<std::size_t>(options_.columns * length));
    std::vector<std::string> captions;
    bool any = false;
    for (std::int64_t c = 0; c < options_.columns; ++c) {
      const float phi = options_.columns == 1
                            ? 0.0F
                            : static_cast<float>(c) / static_cast<float>(options_.columns - 1);
      captions.push_back(fmt::format("phi {:.2f}", phi));
      float* row = rows.data() + c * length;
      std::copy_n(ends.data(), length, row);
      for (const plugin::Block& block : source_.blocks()) {
        if (!block.mixable) continue;
        any = true;
        for (std::int64_t i = block.offset; i < block.offset + block.length; ++i) {
          row[i] = (1 - phi) * ends.data()[i] + phi * ends.data()[length + i];
        }
      }
    }
    if (!any) return;
    const std::vector<synface_key> keys(static_cast<std::size_t>(options_.columns), key(0, 0));
    add("mixup", keys, rows.data(), captions);
  }

  // People as they are drawn, and as a training sees them.
  std::vector<SheetRow> augmented() {
    const train::Augmentation settings =
        train::parse_augmentation(given_augmentation(options_.augment));
    if (source_.generator().latent()) {
      people("as drawn", 0);
    } else {
      rows_.push_back(photographs("as they are"));
    }
    for (SheetRow& row : augmented_rows(settings, options_.pictures.seed, source_.height(),
                                        source_.width(), options_.columns, rows_[0].pictures)) {
      rows_.push_back(std::move(row));
    }
    return rows_;
  }
  // The first ones of a generator of files, one of each person or, where there are fewer, more.
  SheetRow photographs(const std::string& label) {
    const plugin::Generator& generator = source_.generator();
    const auto most = static_cast<std::uint64_t>(options_.columns);
    const std::uint64_t people = std::min(generator.identities(), most);
    const std::vector<std::uint64_t> have = generator.samples(0, people);
    SheetRow row{label, {}, pixels()};
    for (std::int64_t c = 0; c < options_.columns; ++c) {
      const std::uint64_t i = static_cast<std::uint64_t>(c) % people;
      fetch(static_cast<std::int64_t>(i),
            c / static_cast<std::int64_t>(people) % static_cast<std::int64_t>(have[i]),
            row.pictures.data() + c * 3 * source_.height() * source_.width());
    }
    return row;
  }
  void fetch(std::int64_t person, std::int64_t sample, std::uint8_t* pixels_of_it) {
    const std::string file = source_.generator().fetch(key(person, sample));
    const data::Image image =
        data::decode({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()},
                     fmt::format("image {} of person {}", sample, person));
    data::resize(view(image), source_.height(), source_.width(), pixels_of_it);
    ++rendered_;
  }

  // A generator of files: a row a person.
  std::vector<SheetRow> fetched() {
    const auto people = std::min<std::uint64_t>(source_.generator().identities(), 6);
    for (std::uint64_t i = 0; i < people; ++i) {
      const auto have = static_cast<std::int64_t>(
          std::min<std::uint64_t>(source_.generator().samples(i, 1)[0], 1U << 30));
      SheetRow row{source_.generator().has_identity_names() ? source_.generator().identity_name(i)
                                                            : fmt::format("person {}", i),
                   {},
                   pixels()};
      std::fill(row.pictures.begin(), row.pictures.end(), std::uint8_t{255});
      const std::int64_t bytes = 3 * source_.height() * source_.width();
      for (std::int64_t k = 0; k < std::min(have, options_.columns); ++k) {
        fetch(static_cast<std::int64_t>(i), k, row.pictures.data() + k * bytes);
      }
      rows_.push_back(std::move(row));
    }
    return rows_;
  }

  const Options& options_;
  Pictures pictures_;
  const train::Source& source_;
  std::vector<SheetRow> rows_;
  double seconds_ = 0;
  std::int64_t rendered_ = 0;
};

int run(const Options& options) {
  Sheet sheet(options);
  const std::vector<SheetRow> rows = sheet.rows();
  const data::Image paper =
      draw_sheet(rows, options.columns, options.pictures.size, options.pictures.size);
  const std::vector<std::uint8_t> png = data::encode_png(view(paper));
  write_file_atomic(options.out, {reinterpret_cast<const char*>(png.data()), png.size()});
  const double speed =
      sheet.seconds() > 0 ? static_cast<double>(sheet.rendered()) / sheet.seconds() : 0;
  if (options.json) {
    Json labels = Json::array();
    for (const SheetRow& row : rows) labels.push_back(row.label);
    fmt::print("{}\n", Json({{"out", options.out},
                             {"rows", labels},
                             {"images", sheet.rendered()},
                             {"images_per_s", speed}})
                           .dump());
  } else {
    fmt::print("{}: {} rows of {}, {} pictures{}\n", options.out, rows.size(), options.columns,
               sheet.rendered(), speed > 0 ? fmt::format(" at {:.0f} a second", speed) : "");
  }
  return 0;
}

}  // namespace

void add_render(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "render",
      "draws a sheet of a generator's people: random ones, one under its other latents block by "
      "block, a mixup row; or what a training sees of them");
  command->footer(
      "Example:\n  synface render --generator morphable --out sheet.png\n"
      "  synface render --augment experiments/base/augment-strong.toml --out seen.png");
  add_picture_options(*command, options->pictures);
  command->add_option("--out", options->out, "the PNG file")->capture_default_str();
  command
      ->add_option("--augment", options->augment,
                   "what a training sees of them: with the [augment] of this experiment, whole and "
                   "each part of it alone")
      ->type_name("FILE.toml");
  command->add_option("--columns", options->columns, "pictures in a row")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON document to standard output");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace synface::worker
