// The manifest of a grid that was written for Slurm.
#pragma once

#include <filesystem>
#include <string>

#include "synface/schedule/run.h"

namespace synface::schedule {

struct Manifest {
  Request request;
  std::filesystem::path worker;
  std::string device;
};

// Of format 1. Throws kUsage where there is no such file, kData where it is no manifest.
Manifest read_manifest(const std::filesystem::path& path);

// The text of a manifest: equal grids have equal bytes.
std::string manifest_text(const Manifest& manifest);

}  // namespace synface::schedule
