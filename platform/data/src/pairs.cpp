#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/data/listing.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "paths_of_images.h"

namespace fs = std::filesystem;

namespace synface::data {
namespace {

constexpr std::size_t kMostListed = 100;

struct Line {
  std::size_t number = 0;  // from 1
  std::vector<std::string> words;
};

// Fields are separated by tabs where a line has tabs (names may hold blanks), else by blanks.
std::vector<std::string> split(std::string_view line) {
  const char* const blanks = line.find('\t') != std::string_view::npos ? "\t\r" : " \r";
  std::vector<std::string> words;
  while (true) {
    const std::size_t start = line.find_first_not_of(blanks);
    if (start == std::string_view::npos) return words;
    const std::size_t end = std::min(line.find_first_of(blanks, start), line.size());
    words.emplace_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
}

std::vector<Line> read_lines(const std::string& file) {
  std::ifstream in(file);
  if (!in) fail(ExitCode::kData, "{}: cannot read the pairs file", file);
  std::vector<Line> lines;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (text.size() > 65536 || text.find('\0') != std::string::npos) {
      fail(ExitCode::kData, "{}:{}: not a pairs file (a line of it is no text)", file, number);
    }
    if (!text.empty() && text[0] == '#') continue;
    Line line{number, split(text)};
    if (!line.words.empty()) lines.push_back(std::move(line));
  }
  if (lines.empty()) fail(ExitCode::kData, "{}: the pairs file is empty", file);
  return lines;
}

// A name that no system takes (too long) is no file either.
bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::optional<std::int64_t> integer(const std::string& word) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < 0) return std::nullopt;
  return value;
}

[[noreturn]] void bad_line(const std::string& file, const Line& line, std::string_view wanted) {
  fail(ExitCode::kData, "{}:{}: \"{}\" is not a pair; wanted {}", file, line.number,
       fmt::join(line.words, " "), wanted);
}

// Turns names into paths and remembers those that lead nowhere.
class Images {
 public:
  explicit Images(const std::string& root) : root_(fs::absolute(root).lexically_normal()) {
    if (!fs::is_directory(root_)) fail(ExitCode::kData, "{}: no such folder of images", root);
  }

  std::string lfw(const std::string& name, std::int64_t index) {
    const std::string stem = fmt::format("{}/{}_{:04}", name, name, index);
    for (const std::string_view suffix : kImageSuffixes) {
      const fs::path path = root_ / (stem + std::string(suffix));
      if (is_file(path)) return path.string();
    }
    return missing(stem);
  }
  std::string file(const std::string& name) {
    const fs::path path = (root_ / name).lexically_normal();
    return is_file(path) ? path.string() : missing(name);
  }
  void check(const std::string& pairs_file) const {
    if (missing_.empty()) return;
    const std::size_t shown = std::min(missing_.size(), kMostListed);
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) text += "\n  " + missing_[i];
    if (shown < missing_.size()) text += fmt::format("\n  and {} more", missing_.size() - shown);
    fail(ExitCode::kData, "{}: {} of its images are not under {}:{}", pairs_file, missing_.size(),
         root_.string(), text);
  }

 private:
  std::string missing(const std::string& name) {
    if (std::find(missing_.begin(), missing_.end(), name) == missing_.end()) {
      missing_.push_back(name);
    }
    return {};
  }

  fs::path root_;
  std::vector<std::string> missing_;
};

std::vector<Pair> read_lfw(const std::string& file, const std::vector<Line>& lines,
                           Images& images) {
  const std::vector<std::string>& header = lines[0].words;
  const std::int64_t folds = header.size() == 2 ? *integer(header[0]) : 1;
  const std::int64_t half = *integer(header.back());
  const auto wanted = static_cast<std::size_t>(folds * 2 * half);
  if (lines.size() - 1 != wanted) {
    fail(ExitCode::kData, "{}: its first line announces {} pairs, it has {}", file, wanted,
         lines.size() - 1);
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string>& w = lines[i].words;
    Pair pair;
    if (header.size() == 2) pair.fold = static_cast<std::int64_t>(i - 1) / (2 * half);
    const auto a = w.size() >= 3 ? integer(w[1]) : std::nullopt;
    const auto b = w.size() >= 3 ? integer(w.back()) : std::nullopt;
    if (!a || !b || w.size() > 4) bad_line(file, lines[i], "NAME i j or NAME i NAME j");
    pair.same = w.size() == 3;
    pair.first = images.lfw(w[0], *a);
    pair.second = images.lfw(w.size() == 3 ? w[0] : w[2], *b);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

std::vector<Pair> read_table(const std::string& file, const std::vector<Line>& lines,
                             Images& images) {
  std::vector<Pair> pairs;
  for (const Line& line : lines) {
    const std::vector<std::string>& w = line.words;
    const auto fold = w.size() == 4 ? integer(w[0]) : std::nullopt;
    const auto label = w.size() == 4 ? integer(w[1]) : std::nullopt;
    if (!fold || !label || *label > 1) {
      bad_line(file, line, "\"fold label fileA fileB\" with label 0 or 1, or LFW's format");
    }
    pairs.push_back({*fold, *label == 1, images.file(w[2]), images.file(w[3])});
  }
  return pairs;
}

}  // namespace

std::vector<Pair> read_pairs(const std::string& root, const std::string& file) {
  const std::vector<Line> lines = read_lines(file);
  Images images(root);
  const std::vector<std::string>& first = lines[0].words;
  const bool lfw = first.size() <= 2 && integer(first[0]).value_or(-1) > 0 &&
                   integer(first[0]).value_or(0) < 1000000 &&
                   integer(first.back()).value_or(0) > 0 &&
                   integer(first.back()).value_or(0) < 1000000;
  std::vector<Pair> pairs = lfw ? read_lfw(file, lines, images) : read_table(file, lines, images);
  images.check(file);
  return pairs;
}

}  // namespace synface::data
