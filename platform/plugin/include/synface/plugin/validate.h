// What a user gave for a plugin's parameters, checked against its schema, with places in the
// user's files.
#pragma once

#include <synface/plugin/info.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace synface::plugin {

// Where something was written; line and column count from 1, 0: not known.
struct Position {
  std::string file;              // as messages show it
  std::filesystem::path folder;  // against which a relative path written here is resolved
  int line = 0;
  int column = 0;
  int source = -1;  // the caller's own number for the file; not used here
};

enum class Severity { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  Position where;
  std::string key;      // the key that it is about, as the user spelt it; "" for the whole table
  std::string message;  // what is wrong and what to do, without the place
};

// "file:line:column: error: message".
std::string to_text(const Diagnostic& diagnostic);

struct Given {
  Json values = Json::object();               // what the user wrote, without `plugin` and host keys
  std::map<std::string, Position> positions;  // of each key in `values`
  Position table;                             // of the table itself: for what is missing
};

struct Validated {
  // Every parameter of the schema under its own key (no aliases), defaults filled in: bool, int64,
  // double (always a JSON float), string, array of doubles; a path absolute and normalised, or "".
  // Of a parameter with an error, the default or nothing.
  Json params = Json::object();
  std::vector<Diagnostic> diagnostics;  // all of them

  bool ok() const;  // no error among the diagnostics
};

// Errors: unknown key (with the nearest one), a key and its alias both given, wrong type, out of
// range, unknown choice (with the nearest one), a number that is not finite, a required parameter
// that is missing, a path that does not exist. Warning: an alias was used. An integer is accepted
// for a number, and a number without a fraction for an integer.
Validated validate(const PluginInfo& info, const Given& given);

}  // namespace synface::plugin
