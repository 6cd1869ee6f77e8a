// Sinks and sources of the check: plain ones, failing ones, and ones that read little at a time.
#pragma once

#include <synface/base.h>
#include <synface/ext/state.h>
#include <synface/status.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace synface::plugin::check {

// No status of the ABI's, so that it cannot come from anywhere else.
inline constexpr synface_status kSinkRefuses = SYNFACE_ERR_IO;
inline constexpr const char* kSinkMessage = "the check's sink is full";

// Appends to a text; with `fails` every write fails.
class TextSink {
 public:
  explicit TextSink(std::string& text, bool fails = false)
      : text_(&text), fails_(fails), sink_{sizeof(synface_sink), 0, this, &TextSink::write} {}
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;
  const synface_sink* abi() const { return &sink_; }

 private:
  static synface_status write(void* user, const void* bytes, std::uint64_t size,
                              synface_error* error) noexcept {
    auto& self = *static_cast<TextSink*>(user);
    if (self.fails_) {
      error->code = kSinkRefuses;
      std::strcpy(error->message, kSinkMessage);
      error->where[0] = '\0';
      return kSinkRefuses;
    }
    self.text_->append(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    return SYNFACE_OK;
  }

  std::string* text_;
  bool fails_;
  synface_sink sink_;
};

// Gives at most `most` bytes at a time.
class TextSource {
 public:
  TextSource(std::string_view bytes, std::size_t most)
      : rest_(bytes), most_(most), source_{sizeof(synface_source), 0, this, &TextSource::read} {}
  TextSource(const TextSource&) = delete;
  TextSource& operator=(const TextSource&) = delete;
  const synface_source* abi() const { return &source_; }

 private:
  static synface_status read(void* user, void* bytes, std::uint64_t size, std::uint64_t* got,
                             synface_error*) noexcept {
    auto& self = *static_cast<TextSource*>(user);
    const std::size_t n = std::min({static_cast<std::size_t>(size), self.rest_.size(), self.most_});
    if (n > 0) std::memcpy(bytes, self.rest_.data(), n);
    self.rest_.remove_prefix(n);
    *got = n;
    return SYNFACE_OK;
  }

  std::string_view rest_;
  std::size_t most_;
  synface_source source_;
};

}  // namespace synface::plugin::check
