#include "overlap.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/text.h"
#include "synface/data/listing.h"

namespace synface::experiment {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;  // relative path: SHA-256

constexpr int kFormat = 1;  // of the records in the cache; raised with the rule
constexpr std::size_t kNamesShown = 5, kCopiesShown = 2;

// The folder that a file lies in; nothing for a file of the root.
std::optional<std::string> person_of(const std::string& file) {
  const auto folder = fs::path(file).parent_path().filename().string();
  return folder.empty() ? std::nullopt : std::optional(folder);
}

std::string same_for_all(std::string_view name) {
  auto plain = to_lower(name);
  for (auto& c : plain) c = c == ' ' || c == '-' ? '_' : c;
  return plain;
}

Files images_of(const plugin::ContentIdentity& content, const fs::path& folder) {
  auto files = content.files(folder);
  std::erase_if(files, [](const auto& file) { return !data::has_image_suffix(file.first); });
  return files;
}

bool class_image(const std::string& file) {
  return std::count(file.begin(), file.end(), '/') == 1;
}

Files test_images(const plugin::ContentIdentity& content, const TestImages& test) {
  auto files = images_of(content, test.images);
  if (test.pairs.empty()) return files;
  const auto root = fs::absolute(test.images).lexically_normal();
  Files used;
  for (const auto& pair : data::read_pairs(root.string(), test.pairs.string())) {
    for (const auto& path : {pair.first, pair.second}) {
      const auto file = files.find(fs::path(path).lexically_relative(root).string());
      if (file != files.end()) used.insert(*file);
    }
  }
  return used;
}

bool is_number(const std::string& name) {
  return std::none_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
  });
}

Overlap compare(const Files& train, const Files& test) {
  Overlap out;
  std::set<std::string> train_names, test_names;
  std::map<std::string, std::string> train_files;  // by SHA-256
  for (const auto& [file, hash] : train) {
    if (!class_image(file)) continue;
    train_names.insert(same_for_all(*person_of(file)));
    train_files.emplace(hash, file);
  }
  out.numbers = true;
  for (const auto& [file, hash] : test) {
    const auto name = person_of(file);
    if (name && test_names.insert(same_for_all(*name)).second &&
        train_names.contains(same_for_all(*name))) {
      ++out.people;
      out.numbers = out.numbers && is_number(*name);
      if (out.names.size() < kNamesShown) out.names.push_back(*name);
    }
    const auto copy = train_files.find(hash);
    if (copy == train_files.end()) continue;
    ++out.pictures;
    if (out.copies.size() < kCopiesShown) out.copies.push_back(copy->second + " = " + file);
  }
  out.numbers = out.numbers && out.people > 0;
  out.train_people = train_names.size();
  out.test_people = test_names.size();
  return out;
}

Json to_json(const Overlap& overlap) {
  return {{"format", kFormat},
          {"train_people", overlap.train_people},
          {"test_people", overlap.test_people},
          {"people", overlap.people},
          {"pictures", overlap.pictures},
          {"names", overlap.names},
          {"copies", overlap.copies},
          {"numbers", overlap.numbers}};
}

// Nothing where there is no record, or a damaged one: it can be made again.
std::optional<Overlap> read_record(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  try {
    const auto json = Json::parse(read_file(file));
    if (json.at("format") != kFormat) return std::nullopt;
    Overlap out;
    json.at("train_people").get_to(out.train_people);
    json.at("test_people").get_to(out.test_people);
    json.at("people").get_to(out.people);
    json.at("pictures").get_to(out.pictures);
    json.at("names").get_to(out.names);
    json.at("copies").get_to(out.copies);
    json.at("numbers").get_to(out.numbers);
    return out;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void write_record(const fs::path& file, const Overlap& overlap) {
  try {
    write_file_atomic(file, to_json(overlap).dump(), false);
  } catch (const Error&) {            // a cache that cannot be written costs time, nothing else
  } catch (const Json::exception&) {  // names are bytes, not always UTF-8
  }
}

std::string listed(const std::vector<std::string>& shown, std::uint64_t all) {
  return join(shown, ", ") +
         (all > shown.size() ? fmt::format(" and {} more", all - shown.size()) : "");
}

}  // namespace

const Overlap& OverlapFinder::find(const fs::path& train, const TestImages& test) {
  const auto key =
      sha256(fmt::format("overlap {} {} {}", content_.of(train), content_.of(test.images),
                         test.pairs.empty() ? "-" : content_.of(test.pairs)));
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  const auto record = cache_ / ("overlap-" + key.substr(0, 32) + ".json");
  auto found = read_record(record);
  if (!found) {
    found = compare(images_of(content_, train), test_images(content_, test));
    write_record(record, *found);
  }
  return known_.emplace(key, std::move(*found)).first->second;
}

std::string to_text(const Overlap& overlap, const std::string& train, const std::string& test) {
  std::vector<std::string> parts;
  if (overlap.people > 0) {
    parts.push_back(fmt::format("{} of {} people of {} are also people of {}: {}", overlap.people,
                                overlap.test_people, test, train,
                                listed(overlap.names, overlap.people)));
  }
  if (overlap.pictures > 0) {
    parts.push_back(fmt::format("{} pictures of {} are also in {}, byte for byte: {}",
                                overlap.pictures, test, train,
                                listed(overlap.copies, overlap.pictures)));
  }
  return join(parts, "; ");
}

}  // namespace synface::experiment
