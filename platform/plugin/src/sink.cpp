#include "sink.h"

#include <cstring>
#include <exception>

namespace synface::plugin {
namespace {

synface_status append(void* user, const void* bytes, std::uint64_t size,
                      synface_error* error) noexcept {
  try {
    if (size > 0) {
      static_cast<std::string*>(user)->append(static_cast<const char*>(bytes),
                                              static_cast<std::size_t>(size));
    }
    return SYNFACE_OK;
  } catch (const std::exception&) {
    if (error != nullptr) {
      error->code = SYNFACE_ERR_MEMORY;
      std::strcpy(error->message, "the host has no memory for this output");
    }
    return SYNFACE_ERR_MEMORY;
  }
}

}  // namespace

synface_sink string_sink(std::string& text) {
  return {sizeof(synface_sink), 0, &text, &append};
}

}  // namespace synface::plugin
