// A grid as Slurm job arrays: the scheduler of a cluster runs the trials, no database is touched
// there, and the journals are merged afterwards.
//
// FILES. write_slurm() makes <folder>/manifest.json (format 1: {"format", "experiment", "worker",
// "device", "trials": [{training_hash, evaluation_hash, config, axes, spec}]}), which is never
// changed afterwards, and one batch script an array: Slurm refuses arrays longer than its
// MaxArraySize, so a long grid is several arrays with an offset each. Task i of an array runs trial
// offset + i and writes <folder>/journals/*.journal, checkpoints/, weights/ and artifacts/.
// The folder must be on a filesystem that all nodes see; a database must not.
//
// TIME LIMITS. --signal=B:USR1@120 warns the task 120 s before its end: it has the worker write a
// checkpoint and asks `scontrol requeue`; the next start goes on from there. A node that fails does
// the same by --requeue. SIGTERM (scancel, a preemption) writes a checkpoint and requeues nothing.
// A task whose trial is done already ends at once, so that an array may be submitted twice.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "synface/schedule/run.h"
#include "synface/store/store.h"

namespace synface::schedule {

struct SlurmOptions {
  std::filesystem::path folder;   // new, or one that this very grid was written to before
  std::filesystem::path program;  // called as `program slurm task MANIFEST INDEX`
  std::filesystem::path worker;
  std::string device = "cpu";
  int at_once = 0;            // tasks of one array that run at the same time (%k); 0: no bound
  int max_array_size = 1001;  // Slurm's default MaxArraySize: indices up to one less
  int warn_s = 120;
  // Lines behind "#SBATCH ", after ours (sbatch takes the last of two that contradict), such as
  // "--time=04:00:00", "--partition=gpu", "--gres=gpu:1".
  std::vector<std::string> sbatch;
};

struct SlurmPlan {
  std::filesystem::path manifest;
  std::vector<std::filesystem::path> scripts;  // for sbatch, in any order
};

// Throws kUsage where the folder holds another grid, kNoSpace and kInternal as files do.
SlurmPlan write_slurm(const Request& request, const SlurmOptions& options);

// What a task does; returns its exit code (that of the worker; 0 where the trial was done or was
// requeued). `requeue`: the command that puts the task back, argv without the job's id.
int run_slurm_task(const std::filesystem::path& manifest, std::size_t index,
                   const std::vector<std::string>& requeue = {"scontrol", "requeue"});

struct SlurmReport {
  store::MergeReport merged;
  Summary trials;  // of the manifest, as they stand now
};

// Merges the folder's journals into the database (whose lock the caller holds) and copies weights
// and artifacts that are not there yet below <database>.d. Idempotent; a folder whose tasks still
// run may be collected as well. The grid is registered first, so that every journal has its trial.
SlurmReport collect_slurm(store::Store& store, const std::filesystem::path& folder);

}  // namespace synface::schedule
