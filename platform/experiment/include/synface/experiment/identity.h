// What makes two trials the same.
//
// The identity of a training and of an evaluation is a JSON document in one spelling
// (canonical_dump), and its SHA-256 is the hash. Left out: what changes no number (run.*,
// checkpoints, names), what has no effect in this trial (real.* without a mixup that reads it), and
// parameters at their neutral value. A path counts as the identity of its content.
#pragma once

#include <map>
#include <string>

#include "synface/experiment/check.h"
#include "synface/plugin/identity.h"

namespace synface::experiment {

struct Numerics {
  // Revisions of our own rooms, {"data": 1, "train": 1}.
  std::map<std::string, int> rooms;
  // `--strict`: device, instruction set and the SHA-256 of every binary are part of the identity.
  bool strict = false;
  std::string device, isa;
  std::map<std::string, std::string> binaries;  // of programs; plugins bring their own
};

struct Identity {
  Json training, evaluation;  // the documents themselves: what `plan` compares
  std::string training_hash, evaluation_hash;
};

// Throws Error(kData) where a path's content cannot be read.
Identity identity_of(const Checked& checked, const Numerics& numerics,
                     const plugin::ContentIdentity& content);

// {"real.images": content identity, ...}: of every path of the config that is not empty, also of
// plugins' parameters ("generator.path").
Json digests_of(const Checked& checked, const plugin::ContentIdentity& content);

}  // namespace synface::experiment
