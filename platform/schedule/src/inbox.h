// What a second process asks of the coordinator: one JSON file a request in <database>.d/inbox.
// Written under another name and renamed, so that a file is whole or absent; taken away after the
// database has it. Format 1: {"format": 1, "kind": "run" | "retry" |
//   "annotate", "from": {pid, host},
//   run:   "experiment": {name, question, primary, source, whole}, "trials": [{config,
//          training_hash, evaluation_hash, axes, spec}]
//   retry: "name": experiment or null, "diverged": bool
//   annotate: "annotations": [{kind: 0 to 3, trial, experiment, text, number}]}
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "synface/base/json.h"
#include "synface/schedule/run.h"

namespace synface::schedule {

struct Message {
  enum class Kind { kRun, kRetry, kAnnotate } kind = Kind::kRun;
  Request request;                        // kRun
  std::optional<std::string> experiment;  // kRetry; nothing: all
  bool diverged_too = false;
  std::vector<store::Annotation> annotations;  // kAnnotate
  std::string from;                            // "process 4711 on lab3"
  std::filesystem::path file;
};

// Writes the message; returns its file, which is gone as soon as the coordinator has taken it.
std::filesystem::path post(const std::filesystem::path& inbox, const Message& message);
// The messages that wait, oldest first. A file that is none is put aside as <file>.refused and
// named in `refused`.
std::vector<Message> waiting(const std::filesystem::path& inbox, std::vector<std::string>& refused);

// "experiment" and "trials" as above; the second throws nlohmann's exceptions for anything else.
Json request_json(const Request& request);
Request request_of_json(const Json& json);

}  // namespace synface::schedule
