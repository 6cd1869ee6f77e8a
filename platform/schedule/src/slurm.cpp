#include "synface/schedule/slurm.h"

#include <fmt/format.h>

#include <algorithm>

#include "layout.h"
#include "manifest.h"
#include "summary.h"
#include "synface/base/file.h"

namespace synface::schedule {
namespace {

// In single quotes, as a shell wants it.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string job_name(const std::string& experiment) {
  std::string name = "synface-" + experiment;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '\n' || c == '/'; }, '_');
  return name;
}

// In double quotes, as sbatch reads its comments; % begins one of its own patterns there.
std::string log_pattern(const fs::path& folder) {
  std::string out = "--output=\"";
  for (const char c : folder.string()) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '%' ? std::string("%%") : std::string(1, c);
  }
  return out + "/%A_%a.log\"";
}

// Of the trial that asks for most.
int threads_of(const Request& request) {
  int threads = 1;
  for (const store::NewTrial& trial : request.trials) {
    threads = std::max(threads, member(part(trial.config, "train"), "threads", 1));
  }
  return threads;
}

std::string script(const Request& request, const SlurmOptions& options, const fs::path& manifest,
                   std::size_t offset, std::size_t count) {
  const std::string throttle = options.at_once > 0 ? fmt::format("%{}", options.at_once) : "";
  std::string text = "#!/bin/bash\n";
  const auto line = [&](const std::string& option) { text += "#SBATCH " + option + "\n"; };
  line("--job-name=" + job_name(request.experiment.name));
  line(fmt::format("--array=0-{}{}", count - 1, throttle));
  line(fmt::format("--signal=B:USR1@{}", options.warn_s));
  line("--requeue");
  line("--open-mode=append");
  line(log_pattern(options.folder / "logs"));
  line(fmt::format("--cpus-per-task={}", threads_of(request)));
  for (const std::string& own : options.sbatch) line(own);
  // exec: the signal goes to the batch shell, whose place the task takes.
  text += fmt::format("exec {} slurm task {} $(({} + SLURM_ARRAY_TASK_ID))\n",
                      quoted(options.program.string()), quoted(manifest.string()), offset);
  return text;
}

void copy_new_files(const fs::path& from, const fs::path& to) {
  if (!fs::exists(from)) return;
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path target = to / fs::relative(entry.path(), from);
    if (!entry.is_regular_file() || fs::exists(target)) continue;
    // By its content and atomically: a copy that was cut short must not pass for a file.
    write_file_atomic(target, read_file(entry.path()), false);
  }
}

}  // namespace

SlurmPlan write_slurm(const Request& request, const SlurmOptions& given) {
  SlurmOptions options = given;
  options.folder = fs::absolute(given.folder);
  if (request.trials.empty()) fail(ExitCode::kUsage, "there is nothing to run: no trial is left");
  if (options.max_array_size < 2) {
    fail(ExitCode::kUsage, "MaxArraySize {} leaves no room for a task", options.max_array_size);
  }
  SlurmPlan plan;
  plan.manifest = options.folder / "manifest.json";
  const std::string text = manifest_text({request, fs::absolute(options.worker), options.device});
  if (fs::exists(plan.manifest) && read_file(plan.manifest) != text) {
    fail(ExitCode::kUsage, "{} holds another grid already; give a new folder",
         options.folder.string());
  }
  write_file_atomic(plan.manifest, text);
  for (const char* name : {"logs", "journals"}) make_folders(options.folder / name);
  const auto size = static_cast<std::size_t>(options.max_array_size);
  for (std::size_t offset = 0; offset < request.trials.size(); offset += size) {
    const std::size_t count = std::min(size, request.trials.size() - offset);
    plan.scripts.push_back(options.folder / fmt::format("array-{}.sbatch", offset / size));
    write_file_atomic(plan.scripts.back(), script(request, options, plan.manifest, offset, count));
  }
  return plan;
}

SlurmReport collect_slurm(store::Store& store, const fs::path& folder) {
  Request request = read_manifest(folder / "manifest.json").request;
  request.experiment.whole = false;  // the experiment may have more trials than were sent
  store.register_experiment(request.experiment, request.trials);
  SlurmReport report;
  report.merged = store.merge_journals(folder / "journals");
  for (const char* kind : {"weights", "artifacts"}) {
    copy_new_files(folder / kind, store.folder() / kind);
  }
  report.trials = summarize(store.database(), {request});
  return report;
}

}  // namespace synface::schedule
