// Texts and errors of the C++ layer: what a plugin throws, and the one place where it is caught.
#pragma once

#include <synface/synface.h>

#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#define SYNFACE_SDK_VERSION "0.1"

namespace synface::sdk {
inline namespace v0_1 {

using Context = synface_context;
using Tensor = synface_tensor;
using Key = synface_key;

constexpr synface_str str(const char* text) noexcept {
  return {text, text == nullptr ? 0 : std::char_traits<char>::length(text)};
}
constexpr synface_str str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
inline std::string_view view(synface_str text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// What a plugin throws: a code of <synface/status.h>, what was wrong and what to do, and where.
class Error : public std::exception {
 public:
  Error(int32_t code, std::string message, std::string where = {})
      : code_(code), message_(std::move(message)), where_(std::move(where)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  int32_t code() const noexcept { return code_; }
  const std::string& where() const noexcept { return where_; }

 private:
  int32_t code_;
  std::string message_, where_;
};

// Copies a text into a fixed field, NUL-terminated, never in the middle of a UTF-8 character.
template <std::size_t N>
void copy_text(char (&to)[N], std::string_view from) noexcept {
  std::size_t size = from.size() < N ? from.size() : N - 1;
  if (size < from.size()) {
    while (size > 0 && (static_cast<unsigned char>(from[size]) & 0xC0U) == 0x80U) --size;
  }
  if (size > 0) std::memcpy(to, from.data(), size);
  to[size] = '\0';
}

inline synface_status report(synface_error* error, int32_t code, std::string_view message,
                             std::string_view where) noexcept {
  if (error != nullptr) {
    error->code = code;
    copy_text(error->message, message);
    copy_text(error->where, where);
  }
  return code;
}

// Runs a body; whatever it throws becomes a status and a text. Nothing unwinds through the ABI.
template <typename Body>
synface_status guard(synface_error* error, Body&& body) noexcept {
  try {
    body();
    return SYNFACE_OK;
  } catch (const Error& e) {
    return report(error, e.code(), e.what(), e.where());
  } catch (const std::bad_alloc&) {
    return report(error, SYNFACE_ERR_MEMORY, "out of memory", {});
  } catch (const std::exception& e) {
    return report(error, SYNFACE_ERR_INTERNAL, e.what(), {});
  } catch (...) {
    return report(error, SYNFACE_ERR_INTERNAL, "an exception of an unknown type", {});
  }
}

// Turns a failed call of a host service into an exception.
inline void check(synface_status status, const synface_error& error) {
  if (status != SYNFACE_OK) throw Error(status, error.message, error.where);
}
inline synface_error empty_error() noexcept {
  synface_error error{};
  error.struct_size = sizeof error;
  return error;
}

}  // namespace v0_1
}  // namespace synface::sdk
