// A JSON object as TOML (toml.io, version 1.0): `synface show --toml`.
#include <fmt/core.h>

#include "synface/base/error.h"
#include "synface/report/export.h"
#include "synface/report/trials.h"

namespace synface::report {
namespace {

bool bare(const std::string& key) {
  return !key.empty() && key.find_first_not_of(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                             "0123456789_-") == std::string::npos;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\u{:04X}", byte);
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string key_text(const std::string& key) {
  return bare(key) ? key : quoted(key);
}

// A float always with a point or an exponent, so that it is read as a float.
std::string number_text(double value) {
  std::string text = format_double(value);
  if (text.find_first_of(".ein") == std::string::npos) text += ".0";
  return text;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return quoted(value.get<std::string>());
  if (value.is_number_float()) return number_text(value.get<double>());
  if (value.is_array() || value.is_object()) {
    std::string text;
    for (const auto& [key, element] : value.items()) {
      text += (text.empty() ? "" : ", ") +
              (value.is_object() ? key_text(key) + " = " : std::string()) + value_text(element);
    }
    return value.is_array() ? "[" + text + "]" : "{ " + text + " }";
  }
  if (value.is_null()) fail(ExitCode::kInternal, "TOML has no null");
  return value.dump();  // bool and integers
}

bool is_table_array(const Json& value) {
  return value.is_array() && !value.empty() && value[0].is_object();
}

void write_values(const Json& table, std::string& text) {
  for (const auto& [key, value] : table.items()) {
    if (value.is_object() || is_table_array(value)) continue;
    text += key_text(key) + " = " + value_text(value) + "\n";
  }
}

void write_tables(const Json& table, const std::string& prefix, std::string& text) {
  for (const auto& [key, value] : table.items()) {
    const std::string path = prefix + key_text(key);
    if (value.is_object()) {
      text += "\n[" + path + "]\n";
      write_values(value, text);
      write_tables(value, path + ".", text);
    } else if (is_table_array(value)) {
      for (const Json& element : value) {
        if (!element.is_object()) fail(ExitCode::kInternal, "{} mixes tables and values", path);
        text += "\n[[" + path + "]]\n";
        write_values(element, text);
        write_tables(element, path + ".", text);
      }
    }
  }
}

}  // namespace

std::string to_toml(const Json& object) {
  if (!object.is_object()) fail(ExitCode::kInternal, "only an object becomes a TOML file");
  std::string text;
  write_values(object, text);
  write_tables(object, "", text);
  return text;
}

std::string show_toml(store::Database& db, const std::string& hash) {
  const Json shown = show_json(db, hash);
  Json config = shown.at("config");
  if (!config.contains("name")) config["name"] = fmt::format("trial_{}", hash.substr(0, 12));
  std::string origin = "of no experiment";
  if (const Json& of = shown.at("experiments"); !of.empty()) {
    origin =
        fmt::format("of experiment {} ({}), axes {}", of[0].at("experiment").get<std::string>(),
                    of[0].at("status").get<std::string>(), of[0].at("axes").dump());
  }
  return fmt::format("# Trial {} {}\n# Runs this one trial again.\n\n{}", hash, origin,
                     to_toml(config));
}

}  // namespace synface::report
