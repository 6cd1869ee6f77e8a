// The document of an experiment before it becomes cells: files, includes, `--set`.
#pragma once

#include "synface/experiment/experiment.h"

namespace synface::experiment {

// Reads the file, its includes and the assignments. Throws when anything is wrong.
Node read_document(const std::filesystem::path& file, const Options& options, Sources& sources,
                   Diagnostics& diagnostics);

// The condition of all `--only` arguments together; a clause about "floor" is taken out of it into
// `floors` (names; "none": cells that are no floor).
Condition read_only(const Options& options, const Grid& grid, const Node& document,
                    std::optional<std::vector<std::string>>& floors, Sources& sources,
                    Diagnostics& diagnostics);

// All texts, for the record.
std::string source_text(const std::filesystem::path& file, const Options& options);

}  // namespace synface::experiment
