// Texts that values come from, places in them, and what is to be said about them.
#pragma once

#include <deque>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "synface/base/error.h"

namespace synface::experiment {

// A place in a source; lines and columns count from 1. source < 0: nowhere (a default).
struct Location {
  int source = -1;
  int line = 0;
  int column = 0;

  bool known() const { return source >= 0; }
};

// The files and `--set` arguments of one experiment. References that it returns stay valid.
class Sources {
 public:
  // `base`: the folder against which relative paths in this text are resolved.
  int add(std::string name, std::string text, std::filesystem::path base);

  const std::string& name(int source) const { return entries_.at(index(source)).name; }
  const std::filesystem::path& base(int source) const { return entries_.at(index(source)).base; }
  std::size_t size() const { return entries_.size(); }

  // "file.toml:12:5", or "" when the place is not known.
  std::string place(Location where) const;
  // The line with its number and a caret below the column, two lines; "" when not known.
  std::string excerpt(Location where) const;

 private:
  struct Entry {
    std::string name, text;
    std::filesystem::path base;
  };
  static std::size_t index(int source) { return static_cast<std::size_t>(source); }
  std::deque<Entry> entries_;
};

enum class Severity { kError, kWarning, kNote };

struct Diagnostic {
  Severity severity = Severity::kError;
  Location where;
  std::string message;  // what is wrong and what to do
  ExitCode code = ExitCode::kUsage;
};

// Collects everything that is wrong, so that a user mends a file in one go. The same message about
// the same place is kept once (a value is looked at in every cell of a grid).
class Diagnostics {
 public:
  void error(Location where, std::string message, ExitCode code = ExitCode::kUsage);
  void warning(Location where, std::string message);
  void note(Location where, std::string message);

  std::size_t errors() const { return errors_; }
  // How often error() was called, repetitions included: did this step go wrong?
  std::size_t raised() const { return raised_; }
  const std::vector<Diagnostic>& list() const { return list_; }

  // "place: error: message" and the excerpt, for each.
  static std::string text(const Diagnostic& diagnostic, const Sources& sources);
  // Throws Error with all errors' texts, if there are any; its code is kUsage unless all errors
  // have the same other one.
  void throw_if_errors(const Sources& sources) const;

 private:
  void add(Severity severity, Location where, std::string message, ExitCode code);

  std::vector<Diagnostic> list_;
  std::set<std::tuple<int, int, int, std::string>> seen_;
  std::size_t errors_ = 0, raised_ = 0;
};

}  // namespace synface::experiment
