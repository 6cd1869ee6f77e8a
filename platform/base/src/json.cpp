#include "synface/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "synface/base/file.h"

namespace synface {
namespace {

// Where a value stands, spelt only when something is wrong there.
struct Place {
  const Place* above = nullptr;
  std::string_view key;   // of an object's member, or
  std::size_t index = 0;  // of an array's

  std::string text() const { return above == nullptr ? "/" : path(); }

 private:
  std::string path() const {
    if (above == nullptr) return {};
    return above->path() + "/" + (key.empty() ? std::to_string(index) : std::string(key));
  }
};

std::string spell_double(double value, const Place& place) {
  if (!std::isfinite(value)) {
    fail(ExitCode::kUsage, "{}: {} is no number that a configuration can hold", place.text(),
         value);
  }
  if (value == 0) return "0.0";
  std::array<char, 40> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string text(buffer.data(), result.ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string spell_string(const std::string& text, const Place& place) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
  });
  if (plain) return '"' + text + '"';
  try {
    return Json(text).dump();
  } catch (const Json::exception&) {
    fail(ExitCode::kUsage, "{}: the text is not valid UTF-8", place.text());
  }
}

void dump(const Json& value, const Place& place, std::string& out) {
  switch (value.type()) {
    case Json::value_t::object: {
      out += '{';
      bool first = true;
      for (const auto& [key, member] : value.items()) {
        if (!first) out += ',';
        first = false;
        out += spell_string(key, place);
        out += ':';
        dump(member, {&place, key, 0}, out);
      }
      out += '}';
      return;
    }
    case Json::value_t::array: {
      out += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        dump(value[i], {&place, {}, i}, out);
      }
      out += ']';
      return;
    }
    case Json::value_t::number_float:
      out += spell_double(value.get<double>(), place);
      return;
    case Json::value_t::string:
      out += spell_string(value.get_ref<const std::string&>(), place);
      return;
    case Json::value_t::binary:
    case Json::value_t::discarded:
      fail(ExitCode::kInternal, "{}: a value that JSON cannot spell", place.text());
    default:
      out += value.dump();
  }
}

// nlohmann counts bytes; people count lines and columns.
std::pair<std::size_t, std::size_t> line_and_column(std::string_view text, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
      ++column;
    }
  }
  return {line, column};
}

}  // namespace

std::string canonical_dump(const Json& value) {
  std::string out;
  dump(value, {}, out);
  return out;
}

Json parse_json(std::string_view text, const std::string& where, ExitCode code) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const auto [line, column] = line_and_column(text, error.byte);
    fail(code, "{}:{}:{}: this is not valid JSON", where, line, column);
  } catch (const Json::out_of_range&) {
    fail(code, "{}: this JSON has a number that is too large for a double", where);
  }
}

Json read_json_file(const std::filesystem::path& path, ExitCode code) {
  return parse_json(read_file(path, code), path.string(), code);
}

void write_json_file(const std::filesystem::path& path, const Json& value, bool sync) {
  write_file_atomic(path, value.dump(2) + "\n", sync);
}

}  // namespace synface
