// Turns exceptions into the status and the text that cross the ABI.
#pragma once

#include <synface/base/error.h>
#include <synface/status.h>
#include <synface/tensor.h>

#include <cstring>
#include <new>
#include <string>
#include <string_view>

namespace synface::data {

// What an extension throws when an argument is wrong, as opposed to a file.
struct InvalidArgument {
  std::string message;
};

// A call back into the plugin failed: its status and text pass through.
struct PassOn {
  synface_status status;
};

inline synface_status report(synface_error* error, synface_status code, std::string_view text) {
  error->code = code;
  std::size_t size = text.size() < sizeof error->message ? text.size() : sizeof error->message - 1;
  while (size < text.size() && size > 0 &&
         (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  std::memcpy(error->message, text.data(), size);
  error->message[size] = '\0';
  error->where[0] = '\0';
  return code;
}

template <typename Body>
synface_status guard(synface_error* error, const Body& body) noexcept {
  try {
    body();
    return SYNFACE_OK;
  } catch (const PassOn& e) {
    return e.status;
  } catch (const InvalidArgument& e) {
    return report(error, SYNFACE_ERR_INVALID, e.message);
  } catch (const Error& e) {
    const bool io = e.code() == ExitCode::kData || e.code() == ExitCode::kNoSpace;
    return report(error, io ? SYNFACE_ERR_IO : SYNFACE_ERR_INTERNAL, e.what());
  } catch (const std::bad_alloc&) {
    return report(error, SYNFACE_ERR_MEMORY, "out of memory");
  } catch (const std::exception& e) {
    return report(error, SYNFACE_ERR_INTERNAL, e.what());
  } catch (...) {
    return report(error, SYNFACE_ERR_INTERNAL, "an exception of an unknown type");
  }
}

}  // namespace synface::data
