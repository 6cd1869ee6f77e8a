#include "toml_value.h"

#include "synface/base/error.h"

namespace synface::experiment {

Node toml_value(std::string_view text) {
  Diagnostics diagnostics;
  const auto table = read_toml("v = " + std::string(text), -1, diagnostics);
  if (!table) fail(ExitCode::kInternal, "the key table has `{}`, which is no TOML value", text);
  return *table->find("v");
}

}  // namespace synface::experiment
