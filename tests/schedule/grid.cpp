#include "grid.h"

#include <fmt/format.h>

#include "synface/base/hash.h"
#include "synface/base/paths.h"

namespace synface::testing {

namespace {

store::NewTrial trial(const std::string& name, std::size_t number, const Json& fake,
                      const Json& run) {
  Json identity = fake;
  identity.erase("acknowledge");  // a path is none
  store::NewTrial trial;
  trial.config = {{"seed", {{"data", 0}, {"train", number}, {"real", 0}, {"test", 0}}},
                  {"fake", fake}};
  trial.training_hash = sha256(fmt::format("{} {} {}", name, number, identity.dump()));
  trial.evaluation_hash = sha256(trial.training_hash + " evaluation");
  trial.axes = {{"seed.train", number}};
  trial.spec = {{"config", trial.config}, {"run", run}};
  return trial;
}

}  // namespace

schedule::Request grid(const std::string& name, int count, const Json& fake) {
  schedule::Request request;
  request.experiment.name = name;
  request.experiment.question = "does it keep its promises?";
  for (int i = 0; i < count; ++i) add_trial(request, fake);
  return request;
}

void add_trial(schedule::Request& request, const Json& fake, const Json& run) {
  request.trials.push_back(trial(request.experiment.name, request.trials.size(), fake, run));
}

void write_grid(const std::filesystem::path& file, const schedule::Request& request) {
  Json trials = Json::array();
  for (const auto& trial : request.trials) {
    trials.push_back({trial.config.at("fake"), trial.spec.at("run")});
  }
  write_json_file(file, {{"name", request.experiment.name}, {"trials", trials}}, false);
}

schedule::Request read_grid(const std::filesystem::path& file) {
  const Json json = read_json_file(file);
  schedule::Request request = grid(json.at("name").get<std::string>(), 0, {});
  for (const Json& one : json.at("trials")) add_trial(request, one.at(0), one.at(1));
  return request;
}

std::filesystem::path fake_worker() {
  return executable_folder() / "fake_worker";
}
std::filesystem::path fake_run() {
  return executable_folder() / "fake_run";
}

std::int64_t ask(const std::filesystem::path& database, const std::string& sql) {
  return store::open_reader(database).integer(sql);
}

std::string ask_text(const std::filesystem::path& database, const std::string& sql) {
  return store::open_reader(database).text(sql);
}

}  // namespace synface::testing
