#include "commands.h"

#include <fmt/core.h>

#include <array>

namespace synface::report {
namespace {

struct Given {
  const char *key, *placeholder;
};
// Keys that name what a user brings along.
constexpr std::array<Given, 3> kGiven = {
    {{"real.images", "FOLDER"}, {"real.pairs", "FILE"}, {"real.train", "FOLDER"}}};

bool is_local(const std::filesystem::path& path) {
  return path.is_absolute() || path.lexically_normal().string().starts_with("..");
}

// As it may stand in a text that others read: relative, or its name alone.
std::string public_path(const std::filesystem::path& path) {
  if (!is_local(path)) return path.string();
  const auto folder = path.parent_path().filename();
  return folder == "experiments" ? (folder / path.filename()).string() : path.filename().string();
}

// For a shell; plain words stay as they are.
std::string quoted(const std::string& text) {
  const bool plain =
      text.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,=/+-:") ==
      std::string::npos;
  return plain ? text : "'" + text + "'";
}

// "real.images=/home/me/lfw" as "real.images=FOLDER".
std::string without_path(const std::string& setting) {
  const auto equals = setting.find('=');
  if (equals == std::string::npos) return setting;
  const std::string key = setting.substr(0, equals), value = setting.substr(equals + 1);
  for (const Given& given : kGiven) {
    if (key == given.key) return key + "=" + given.placeholder;
  }
  return is_local(value) ? key + "=PATH" : setting;
}

// The keys of kGiven that any trial of the experiment had.
std::vector<std::string> given_keys(store::Database& db, const std::string& experiment) {
  std::vector<std::string> keys;
  for (const Given& given : kGiven) {
    auto select = db.prepare(fmt::format(
        "SELECT 1 FROM trials WHERE experiment = ? AND coalesce(config ->> '$.{}', '') != '' "
        "LIMIT 1",
        given.key));
    select.with(experiment);
    if (select.step()) keys.emplace_back(std::string(given.key) + "=" + given.placeholder);
  }
  return keys;
}

void add(std::string& command, const char* option, const std::vector<std::string>& values) {
  for (const std::string& value : values) command += fmt::format(" {} {}", option, quoted(value));
}

}  // namespace

std::vector<std::string> report_commands(store::Database& db, const ReportOptions& options) {
  const std::string& name = options.comparison.experiment;
  std::vector<std::string> settings;
  for (const std::string& setting : options.set) settings.push_back(without_path(setting));
  for (const std::string& setting : given_keys(db, name)) {
    if (std::find(settings.begin(), settings.end(), setting) == settings.end()) {
      settings.push_back(setting);
    }
  }
  std::string run =
      "synface run " + quoted(options.file.empty() ? name + ".toml" : public_path(options.file));
  add(run, "--set", settings);
  std::string compare = "synface compare " + quoted(name);
  add(compare, "--metric", options.comparison.metrics);
  if (!options.comparison.baseline.empty()) {
    add(compare, "--baseline", {to_string(options.comparison.baseline)});
  }
  add(compare, "--tag", options.comparison.tags.with);
  add(compare, "--without", options.comparison.tags.without);
  add(compare, "--curve", options.curve_metrics);
  add(compare, "--report", {is_local(options.folder) ? "FOLDER" : options.folder.string()});
  return {run, compare};
}

}  // namespace synface::report
