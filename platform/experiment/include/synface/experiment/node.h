// A TOML document as a tree in which every key and value knows where it was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "synface/experiment/source.h"

namespace synface::experiment {

using Json = nlohmann::json;

// A value: boolean, integer, float, string, array or table. Copying copies the tree.
class Node {
 public:
  enum class Kind { kBoolean, kInteger, kFloat, kString, kArray, kTable };
  struct Member;

  Node();  // an empty table
  static Node boolean(bool value, Location where);
  static Node integer(std::int64_t value, Location where);
  static Node floating(double value, Location where);
  static Node string(std::string value, Location where);
  static Node array(std::vector<Node> items, Location where);
  static Node table(Location where);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_number() const { return is(Kind::kInteger) || is(Kind::kFloat); }
  std::string_view kind_name() const;  // "a string", "a table" ...
  Location where() const { return where_; }

  bool as_boolean() const { return integer_ != 0; }
  std::int64_t as_integer() const { return integer_; }
  double as_number() const {
    return is(Kind::kInteger) ? static_cast<double>(integer_) : floating_;
  }
  const std::string& as_string() const { return text_; }
  const std::vector<Node>& items() const { return items_; }
  std::vector<Node>& items() { return items_; }
  const std::vector<Member>& members() const { return members_; }
  std::vector<Member>& members() { return members_; }

  // A member of a table; nullptr when absent or when this is no table.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  // Where the key itself was written; the table's place when absent.
  Location key_place(std::string_view key) const;
  // Sets a member, at the end when it is new.
  Node& set(std::string key, Node value, Location key_place);
  bool erase(std::string_view key);

  Json to_json() const;
  // As TOML writes it on one line: 0.5, "text", [1, 2], { a = 1 }.
  std::string to_toml() const;

 private:
  Kind kind_;
  Location where_;
  std::int64_t integer_ = 0;
  double floating_ = 0;
  std::string text_;
  std::vector<Node> items_;
  std::vector<Member> members_;
};

struct Node::Member {
  std::string key;
  Location key_place;
  Node value;
};

inline Node::Node() : kind_(Kind::kTable) {}

// Reads a TOML text that has been added to `sources`. Members come in the order in which they were
// written. Syntax errors (and dates, which mean nothing here) go to `diagnostics`; the result is
// then empty.
std::optional<Node> read_toml(const std::string& text, int source, Diagnostics& diagnostics);

// Reads a file and all that it includes (`include = "file"` or a list, relative to the file that
// says so). What is written later, and the including file itself, wins; see merge(). A file that
// cannot be read and a circle of includes are errors.
std::optional<Node> read_file_with_includes(const std::filesystem::path& file, Sources& sources,
                                            Diagnostics& diagnostics);

// One `--set key=value`. The value is TOML; what is no TOML value is taken as a string, so that
// paths need no quotes. Keys may be dotted and quoted as in TOML.
std::optional<Node> read_assignment(const std::string& argument, std::string_view option,
                                    const std::filesystem::path& working_folder, Sources& sources,
                                    Diagnostics& diagnostics);

// Lays `over` on `under`. Tables merge member by member; other values replace. Where a table names
// another `plugin` than the one below it, the other plugin's own parameters are dropped and the
// host's keys stay. A table laid on a list of tables (mixup, benchmark, floor) addresses its
// entries by `name` or `plugin`: mixup.identity.levels = 11.
void merge(Node& under, const Node& over, Diagnostics& diagnostics, const std::string& path = {});

// Splits "loss.scale" or `axes."a.b"` at its dots. Throws Error(kUsage) for malformed paths.
std::vector<std::string> split_path(std::string_view path);
// The same for a path that is written in a file: what is wrong with it is an error at its place.
std::optional<std::vector<std::string>> split_path(std::string_view path, Location where,
                                                   Diagnostics& diagnostics);

}  // namespace synface::experiment
