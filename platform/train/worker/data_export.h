// Writing a named set out, for `data export` and `data build --out`.
#pragma once

#include <synface/data/export_set.h>

#include <optional>

namespace synface::worker {

// With a progress line; nothing where a signal stopped it.
std::optional<data::ExportReport> export_with_progress(const data::NamedSet& set,
                                                       const data::ExportOptions& options,
                                                       int threads);

}  // namespace synface::worker
