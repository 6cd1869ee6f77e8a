#include "synface/experiment/source.h"

#include <fmt/format.h>

#include <algorithm>

namespace synface::experiment {
namespace {

std::string_view line_of(const std::string& text, int line) {
  std::size_t begin = 0;
  for (int i = 1; i < line; ++i) {
    const auto end = text.find('\n', begin);
    if (end == std::string::npos) return {};
    begin = end + 1;
  }
  auto view = std::string_view(text).substr(begin);
  view = view.substr(0, view.find('\n'));
  if (!view.empty() && view.back() == '\r') view.remove_suffix(1);
  return view;
}

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

// As somebody reads the files from top to bottom.
std::vector<Diagnostic> in_order(std::vector<Diagnostic> list) {
  std::stable_sort(list.begin(), list.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.source, a.where.line, a.where.column) <
           std::tie(b.where.source, b.where.line, b.where.column);
  });
  return list;
}

}  // namespace

int Sources::add(std::string name, std::string text, std::filesystem::path base) {
  entries_.push_back({std::move(name), std::move(text), std::move(base)});
  return static_cast<int>(entries_.size()) - 1;
}

std::string Sources::place(Location where) const {
  if (!where.known()) return {};
  if (where.line == 0) return name(where.source);
  return fmt::format("{}:{}:{}", name(where.source), where.line, where.column);
}

std::string Sources::excerpt(Location where) const {
  if (!where.known() || where.line == 0) return {};
  const auto line = line_of(entries_.at(index(where.source)).text, where.line);
  if (line.empty()) return {};
  // toml++ counts columns in code points: the caret's indent repeats tabs and counts characters.
  std::string indent;
  int column = 1;
  for (std::size_t i = 0; i < line.size() && column < where.column; ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if ((byte & 0xC0U) == 0x80U) continue;
    indent += line[i] == '\t' ? '\t' : ' ';
    ++column;
  }
  return fmt::format("{:>5} | {}\n      | {}^", where.line, line, indent);
}

void Diagnostics::add(Severity severity, Location where, std::string message, ExitCode code) {
  if (severity == Severity::kError) ++raised_;
  if (!seen_.emplace(where.source, where.line, where.column, message).second) return;
  if (severity == Severity::kError) ++errors_;
  list_.push_back({severity, where, std::move(message), code});
}

void Diagnostics::error(Location where, std::string message, ExitCode code) {
  add(Severity::kError, where, std::move(message), code);
}

void Diagnostics::warning(Location where, std::string message) {
  add(Severity::kWarning, where, std::move(message), ExitCode::kDone);
}

void Diagnostics::note(Location where, std::string message) {
  add(Severity::kNote, where, std::move(message), ExitCode::kDone);
}

std::string Diagnostics::text(const Diagnostic& diagnostic, const Sources& sources) {
  const auto place = sources.place(diagnostic.where);
  auto text = fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", word(diagnostic.severity),
                          diagnostic.message);
  const auto excerpt = sources.excerpt(diagnostic.where);
  if (!excerpt.empty()) text += "\n" + excerpt;
  return text;
}

void Diagnostics::throw_if_errors(const Sources& sources) const {
  if (errors_ == 0) return;
  std::string all = errors_ == 1 ? "" : fmt::format("{} errors\n", errors_);
  bool first = true;
  auto code = ExitCode::kDone;
  for (const auto& diagnostic : in_order(list_)) {
    if (diagnostic.severity != Severity::kError) continue;
    if (!first) all += "\n";
    code = first || code == diagnostic.code ? diagnostic.code : ExitCode::kUsage;
    first = false;
    // "synface: error: " comes before the whole message: with one error its word is not repeated.
    const auto place = sources.place(diagnostic.where);
    all += fmt::format("{}{}{}", place, place.empty() ? "" : ": ", diagnostic.message);
    const auto excerpt = sources.excerpt(diagnostic.where);
    if (!excerpt.empty()) all += "\n" + excerpt;
  }
  throw Error(code, all);
}

}  // namespace synface::experiment
