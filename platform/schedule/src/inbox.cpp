#include "inbox.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "synface/base/cpu.h"
#include "synface/base/file.h"
#include "synface/base/hash.h"
#include "synface/base/journal.h"
#include "synface/base/json.h"

namespace synface::schedule {
namespace fs = std::filesystem;

Json request_json(const Request& request) {
  const store::NewExperiment& experiment = request.experiment;
  Json trials = Json::array();
  for (const store::NewTrial& trial : request.trials) {
    trials.push_back({{"config", trial.config},
                      {"training_hash", trial.training_hash},
                      {"evaluation_hash", trial.evaluation_hash},
                      {"axes", trial.axes},
                      {"spec", trial.spec}});
  }
  return {{"experiment",
           {{"name", experiment.name},
            {"question", experiment.question},
            {"primary", experiment.primary},
            {"source", experiment.source},
            {"whole", experiment.whole}}},
          {"trials", std::move(trials)}};
}

Request request_of_json(const Json& json) {
  Request request;
  const Json& experiment = json.at("experiment");
  request.experiment.name = experiment.at("name").get<std::string>();
  request.experiment.question = experiment.at("question").get<std::string>();
  request.experiment.primary = experiment.at("primary");
  request.experiment.source = experiment.at("source").get<std::string>();
  request.experiment.whole = experiment.at("whole").get<bool>();
  for (const Json& trial : json.at("trials")) {
    request.trials.push_back({trial.at("config"), trial.at("training_hash").get<std::string>(),
                              trial.at("evaluation_hash").get<std::string>(), trial.at("axes"),
                              trial.at("spec")});
  }
  return request;
}

namespace {

Json annotations_json(const std::vector<store::Annotation>& annotations) {
  Json list = Json::array();
  for (const store::Annotation& one : annotations) {
    list.push_back({{"kind", static_cast<int>(one.kind)},
                    {"trial", one.trial},
                    {"experiment", one.experiment},
                    {"text", one.text},
                    {"number", one.number}});
  }
  return list;
}

std::vector<store::Annotation> annotations_of(const Json& json) {
  std::vector<store::Annotation> annotations;
  for (const Json& one : json) {
    const int kind = one.at("kind").get<int>();
    if (kind < 0 || kind > 3) fail(ExitCode::kUsage, "of an unknown kind of annotation");
    annotations.push_back(
        {static_cast<store::Annotation::Kind>(kind), one.at("trial").get<std::string>(),
         one.at("experiment").get<std::string>(), one.at("text").get<std::string>(),
         one.at("number").get<std::int64_t>()});
  }
  return annotations;
}

Message parse(const fs::path& file) {
  const Json json = read_json_file(file);
  Message message;
  message.file = file;
  if (json.at("format").get<int>() != 1) fail(ExitCode::kUsage, "of another version");
  const Json& from = json.at("from");
  message.from = fmt::format("process {} on {}", from.at("pid").get<std::int64_t>(),
                             from.at("host").get<std::string>());
  const std::string kind = json.at("kind").get<std::string>();
  if (kind == "run") {
    message.request = request_of_json(json);
  } else if (kind == "retry") {
    message.kind = Message::Kind::kRetry;
    if (json.at("name").is_string()) message.experiment = json.at("name").get<std::string>();
    message.diverged_too = json.at("diverged").get<bool>();
  } else if (kind == "annotate") {
    message.kind = Message::Kind::kAnnotate;
    message.annotations = annotations_of(json.at("annotations"));
  } else {
    fail(ExitCode::kUsage, "of the unknown kind '{}'", kind);
  }
  return message;
}

}  // namespace

fs::path post(const fs::path& inbox, const Message& message) {
  Json json = {{"format", 1}, {"from", {{"pid", ::getpid()}, {"host", host_name()}}}};
  if (message.kind == Message::Kind::kRun) {
    json.update(request_json(message.request));
    json["kind"] = "run";
  } else if (message.kind == Message::Kind::kAnnotate) {
    json["kind"] = "annotate";
    json["annotations"] = annotations_json(message.annotations);
  } else {
    json["kind"] = "retry";
    json["name"] = message.experiment ? Json(*message.experiment) : Json();
    json["diverged"] = message.diverged_too;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const fs::path file =
      inbox / fmt::format("{:015}.{}.json", ms, to_hex(random_uuid()).substr(0, 8));
  write_file_atomic(file, json.dump());
  return file;
}

std::vector<Message> waiting(const fs::path& inbox, std::vector<std::string>& refused) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(inbox, error)) {
    const std::string name = entry.path().filename().string();
    if (name.front() != '.' && entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Message> messages;
  for (const fs::path& file : files) {
    try {
      messages.push_back(parse(file));
    } catch (const std::exception& reason) {
      if (!fs::exists(file)) continue;  // withdrawn by its writer
      refused.push_back(fmt::format("{} is no request of ours ({}); put aside as {}.refused",
                                    file.string(), reason.what(), file.filename().string()));
      fs::rename(file, fs::path(file) += ".refused", error);
    }
  }
  return messages;
}

}  // namespace synface::schedule
