#include <fmt/format.h>

#include "synface/experiment/check.h"
#include "synface/experiment/experiment.h"

namespace synface::experiment {

Json read_augmentation(const std::filesystem::path& file) {
  Sources sources;
  Diagnostics diagnostics;
  auto document = read_file_with_includes(file, sources, diagnostics);
  diagnostics.throw_if_errors(sources);
  const auto plugins = plugin::Registry::of({});
  const Checker checker(plugins, sources, diagnostics);
  checker.check_sections(*document);
  for (const auto& group : take_grid(*document, diagnostics).groups) {
    for (const auto& axis : group.axes) {
      if (axis.path.empty() || axis.path.front() != "augment") continue;
      diagnostics.error(axis.where, fmt::format("`{}` is an axis: one augmentation is wanted here; "
                                                "put its keys into a file of their own",
                                                axis.name));
    }
  }
  diagnostics.throw_if_errors(sources);
  Json out = checker.check_table("augment", document->find("augment"));
  diagnostics.throw_if_errors(sources);
  return out;
}

}  // namespace synface::experiment
