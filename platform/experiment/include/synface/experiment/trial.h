// A trial: what a TOML experiment expands to, and what store/ and schedule/ receive.
//
// CONFIG is canonical JSON: typed by the host's key table (keys.h) and by the plugins' schemas,
// every default filled in, numbers normalised, members sorted. A reader may rely on every key:
//
//   seed       {data, train, real, test}                                   int64
//   generator  {plugin, identities N, samples S, size | [height, width], <the plugin's parameters>}
//   mixup      [{plugin, <parameters>}]          in order; empty: none
//   backbone   {plugin, embedding D, <parameters>}
//   loss       {plugin, <parameters>}
//   train      {images_seen, batch_size, threads, learning_rate, schedule, warmup, milestones,
//               momentum, nesterov, weight_decay, margin_ramp, precision, deterministic, isa,
//               shuffle_labels, calibrate, checkpoint_every_s, keep_checkpoints}
//               `epochs` in the TOML is resolved into images_seen. images_seen = 0: the network
//               stays untrained (calibrate = true: its running statistics are replaced by those of
//               the training images, which backbones offer as `calibrate`).
//   augment    {flip, scale, rotation, shift, color, blur, erasing, warp, resample, jpeg, gamma,
//               contrast, white_balance, grey}
//   real       {images, pairs, train, identities, samples}     absolute paths, "" where not given
//   heldout    {identities, samples, generator {plugin, <parameters>}}   no generator: nobody
//               draws held-out people
//   benchmark  [{plugin, name, set, <parameters>}]   set: "heldout", "real", "train" or "none";
//               an optional one whose set is not given has been left out already
//
// A key table in experiments/README.md says type, range, unit and meaning of each.
//
// FLOORS. A trial of a [[floor]] entry is an ordinary trial whose `axes` have "floor": its name.
#pragma once

#include <string>

#include "synface/base/shared_object.h"

namespace synface::experiment {

struct Trial {
  SharedObject config;          // as above; equal sections are shared by the trials of a grid
  std::string training_hash;    // 64 hex digits: SHA-256 of the training identity; the trial's key
  std::string evaluation_hash;  // 64 hex digits: SHA-256 of the evaluation identity
  SharedObject axes;            // {axis name: bool, number or string}; seeds: "seed.train" ...
  std::string experiment;       // the experiment's name
  bool mixes_real = false;      // a mixup reads real.train
  // What a worker needs beside the config and what the scheduler adds (trial_key, attempt, do,
  // weights, paths):
  //   format     1
  //   plugins    {"loss/cosface": absolute path of the library}
  //   revisions  {"loss/cosface": numerics revision, "train": .., "data": ..}
  //   digests    {"real.images": content identity, ...} of every path in the config
  //   device     "cpu", "cuda" or "cuda:1"
  //   run        {retries, time_limit (s, 0: none), memory_limit (MiB, 0: none)}
  //   overlap    only where people of the training photographs are tested on (overlap.h)
  SharedObject spec;
};

}  // namespace synface::experiment
