#include "exception.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <exception>

#include "symbols.h"

namespace synface::plugin {

std::string exception_text() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  std::string what;
  try {
    throw;
  } catch (const std::exception& e) {
    what = fmt::format(" ({})", e.what());
  } catch (...) {
    // Not the standard library's, or another language's: its type has to do.
  }
  return fmt::format(
      "let an exception{}{} cross the border; catch everything within the plugin and return a "
      "status (the C++ SDK and the Rust crate do that)",
      type == nullptr ? " of another language" : " of type " + demangled_type(type->name()), what);
}

}  // namespace synface::plugin
