#include "measuring.h"

#include <algorithm>

#include "registering.h"
#include "session.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/paths.h"
#include "synface/base/text.h"
#include "synface/data/listing.h"
#include "synface/report/trials.h"
#include "synface/schedule/run.h"
#include "synface/schedule/writer.h"
#include "synface/store/store.h"

namespace synface::cli {
namespace {

using Json = nlohmann::json;

// KEY=VALUE as `data build --set` reads it; a relative path counts from the working folder there.
void add_parameters(const Json& build, const plugin::PluginInfo& info, Json& table) {
  if (!build.contains("set")) return;
  for (const std::string item : build["set"]) {
    const auto equals = item.find('=');
    const std::string key = item.substr(0, equals), text = item.substr(equals + 1);
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) value = text;
    const auto* parameter = info.find(key);
    if (parameter != nullptr && parameter->type == plugin::ParamType::kPath && !text.empty()) {
      value = std::filesystem::absolute(text).string();
    }
    table[key] = std::move(value);
  }
}

void check_revision(const data::NamedSet& set, const data::SetPart& part,
                    const plugin::PluginInfo& info) {
  const auto built = Json::parse(part.identity).value("revision", std::int64_t{0});
  if (built == static_cast<std::int64_t>(info.revision)) return;
  fail(ExitCode::kData,
       "{} was rendered by revision {} of {}, and revision {} is installed, which draws other "
       "pictures; build it again with `synface data build {} --replace`",
       set.name, built, info.name(), info.revision, set.name);
}

}  // namespace

SetSource source_of_set(const plugin::Registry& plugins, const std::string& name,
                        const std::string& part, std::uint64_t people, std::uint64_t samples) {
  const data::NamedSet set = data::open_set(cache_folder(), name);
  const auto found = std::find_if(set.parts.begin(), set.parts.end(),
                                  [&](const data::SetPart& one) { return one.name == part; });
  if (found == set.parts.end()) {
    fail(ExitCode::kUsage,
         "{} has no held-out people; `synface data build {} --heldout N` under another label does",
         name, name);
  }
  if (!set.whole()) {
    fail(ExitCode::kData, "{} was never finished; `synface data build {}` goes on with it", name,
         name);
  }
  if (part == "train" && set.build.contains("mixup")) {
    fail(ExitCode::kUsage,
         "the classes of {} are mixed from several people by {}, so that they are no people whose "
         "distances mean anything; measure a set of the same generator without a mixup",
         name, set.build["mixup"].get<std::string>());
  }
  SetSource source;
  source.part = *found;
  source.side = set.side;
  source.seed = set.build.at(part == "heldout" ? "seed-test" : "seed").get<std::uint64_t>();
  const std::string generator = set.build.at("generator");
  const plugin::PluginInfo& info = plugins.find(plugin::Kind::kGenerator, generator);
  check_revision(set, *found, info);
  source.generator = {{"plugin", generator},
                      {"identities", std::min<std::uint64_t>(people, found->identities)},
                      {"samples", std::min<std::uint64_t>(samples, found->samples)},
                      {"size", set.side}};
  add_parameters(set.build, info, source.generator);
  return source;
}

void check_source(const Globals& globals, const std::string& experiment, const SetSource& source) {
  auto db = store::open_reader(globals.database);
  auto select = db.prepare(
      "SELECT DISTINCT d.digest FROM datasets d JOIN trials t ON t.hash = d.hash "
      "AND t.attempts = d.attempt WHERE t.experiment = ? AND d.dataset LIKE 'train%'");
  select.with(experiment);
  const std::string wanted = sha256(source.part.identity);
  int found = 0;
  while (select.step()) {
    ++found;
    if (select.text(0) == wanted) continue;
    fail(ExitCode::kInternal, "{}: other images were measured than those of the set", experiment);
  }
  if (found == 0) {
    fail(ExitCode::kInternal, "{}: the database does not say which images were measured",
         experiment);
  }
}

void check_photographs(const std::string& folder, std::size_t people) {
  const data::ClassFolder photographs = data::list_folder(folder);
  const auto twice = std::count_if(photographs.classes.begin(), photographs.classes.end(),
                                   [](const auto& person) { return person.files.size() >= 2; });
  if (photographs.classes.size() < people) {
    fail(ExitCode::kData, "{} has {} people, and at least {} are needed: a folder a person", folder,
         photographs.classes.size(), people);
  }
  if (twice == 0) {
    fail(ExitCode::kData,
         "{} has one image of each of its {} people: what two images of one person have in common "
         "cannot be measured; at least one person needs a second image",
         folder, photographs.classes.size());
  }
}

int run_measurement(const Globals& globals, const Json& experiment,
                    const std::filesystem::path& file, const plugin::Registry& plugins) {
  write_file_atomic(file, report::to_toml(experiment) + "\n", false);
  TrialOptions trials;
  trials.file = file.string();
  const auto loaded = load_experiment(trials, plugins, globals.json);
  schedule::bring_forward(globals.database);
  schedule::Options options;
  options.database = globals.database;
  options.worker = worker_path();
  options.quiet = globals.json;
  auto summary = schedule::run(request_of(loaded), options);
  if (summary.attempts == 0 && summary.failed + summary.diverged > 0) {
    // It failed in an earlier call; whoever calls again wants it tried again.
    summary = schedule::retry_failed(loaded.name, true, options);
  }
  if (summary.failed + summary.diverged > 0) {
    fail(ExitCode::kTrials, "{}", join(summary.problems, "\n"));
  }
  return static_cast<int>(summary.exit_code());
}

}  // namespace synface::cli
