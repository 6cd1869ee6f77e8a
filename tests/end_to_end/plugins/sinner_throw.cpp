// The exception of the plugin sinner.
#include <stdexcept>

extern "C" void sinner_throw();

void sinner_throw() {
  throw std::runtime_error("thrown on purpose");
}
