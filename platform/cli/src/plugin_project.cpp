#include "plugin_project.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/text.h"
#include "synface/plugin/kind.h"

namespace synface::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 40;

struct Language {
  std::string name, words, extension;
  std::string layer;  // the folder of templates that all its kinds share
  std::vector<std::string> kinds;
};

const std::vector<Language>& languages() {
  static const std::vector<Language> all = {
      {"c", "C", "c", "cmake", {"loss", "mixup"}},
      {"cpp", "C++", "cpp", "cmake", {"generator", "mixup", "backbone", "loss", "benchmark"}},
      {"rust", "Rust", "rs", "cargo", {"loss", "mixup"}},
      {"python", "Python", "py", "script", {"loss", "mixup"}},
  };
  return all;
}

const Language& language_of(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& language : languages()) {
    if (language.name == name) return language;
    names.push_back(language.name);
  }
  fail(ExitCode::kUsage, "--lang {}: there are templates in {}{}", name, join(names, ", "),
       hint(name, names));
}

// What would pass for the name that was meant; empty where nothing is left of it.
std::string nearest_name(const std::string& name) {
  std::string out;
  for (const char c : to_lower(name)) {
    const bool letter = c >= 'a' && c <= 'z';
    if (letter || (!out.empty() && c >= '0' && c <= '9')) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out.substr(0, kLongestName);
}

void check_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (!name.empty() && name.size() <= kLongestName && name[0] >= 'a' && name[0] <= 'z' &&
      std::all_of(name.begin(), name.end(), allowed)) {
    return;
  }
  const std::string nearest = nearest_name(name);
  fail(ExitCode::kUsage,
       "'{}' cannot be the name of a plugin: a letter of a-z, then a-z, 0-9 and _, at most {} in "
       "all{}",
       cut(name, 60), kLongestName,
       nearest.empty() ? "" : fmt::format("; for example {}", nearest));
}

// Cargo does not take these as the name of a package, or the crate would hide another one.
void check_crate_name(const std::string& name) {
  static const std::vector<std::string> taken = {
      "abstract", "alloc",    "as",         "async",   "await",       "become", "box",     "break",
      "const",    "continue", "core",       "crate",   "do",          "dyn",    "else",    "enum",
      "extern",   "false",    "final",      "fn",      "for",         "gen",    "if",      "impl",
      "in",       "let",      "loop",       "macro",   "match",       "mod",    "move",    "mut",
      "override", "priv",     "proc_macro", "pub",     "ref",         "return", "self",    "static",
      "std",      "struct",   "super",      "synface", "synface_sys", "test",   "trait",   "true",
      "try",      "type",     "typeof",     "unsafe",  "unsized",     "use",    "virtual", "where",
      "while",    "yield"};
  if (std::find(taken.begin(), taken.end(), name) == taken.end()) return;
  fail(ExitCode::kUsage, "'{}' cannot be the name of a Rust crate; for example my_{}", name, name);
}

void check_combination(const std::string& kind, const Language& language) {
  std::vector<std::string> kinds;
  for (const auto known : plugin::kKinds) kinds.emplace_back(plugin::to_text(known));
  if (!plugin::kind_from_text(kind)) {
    fail(ExitCode::kUsage, "--kind {}: the kinds are {}{}", kind, join(kinds, ", "),
         hint(kind, kinds));
  }
  const auto& has = language.kinds;
  if (std::find(has.begin(), has.end(), kind) != has.end()) return;
  std::vector<std::string> elsewhere;
  for (const auto& other : languages()) {
    if (std::find(other.kinds.begin(), other.kinds.end(), kind) != other.kinds.end()) {
      elsewhere.push_back("--lang " + other.name);
    }
  }
  fail(ExitCode::kUsage, "there is no template of a {} in {} (there: {}); {} has one", kind,
       language.words, join(has, ", "), join(elsewhere, " or "));
}

// The plugin of the Python bridge that runs a file of the kind.
std::string bridge_of(const std::string& kind) {
  return kind == "loss" ? "margin" : kind;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

using Words = std::map<std::string, std::string>;

std::string filled(std::string text, const Words& words) {
  for (const auto& [word, value] : words) replace_all(text, "@" + word + "@", value);
  return text;
}

// "dot.gitignore" is .gitignore, NAME is the name.
fs::path file_name(const fs::path& relative, const std::string& name) {
  std::string text = relative.generic_string();
  replace_all(text, "NAME", name);
  const auto slash = text.rfind('/');
  const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
  if (text.compare(base, 4, "dot.") == 0) text.erase(base, 3);
  return text;
}

void add_layer(const fs::path& layer, const Words& words, ProjectFiles& files) {
  if (!fs::is_directory(layer)) {
    fail(ExitCode::kSetup, "the templates are not whole: {} is missing; install synface again",
         layer.string());
  }
  for (const auto& entry : fs::recursive_directory_iterator(layer)) {
    if (!entry.is_regular_file()) continue;
    const fs::path name = file_name(fs::relative(entry.path(), layer), words.at("NAME"));
    files[name] = filled(read_file(entry.path(), ExitCode::kSetup), words);
  }
}

}  // namespace

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-./:=+,@%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = text;
  replace_all(quoted, "'", "'\\''");
  return "'" + quoted + "'";
}

void check_request(const ProjectRequest& request) {
  check_name(request.name);
  const Language& language = language_of(request.lang);
  check_combination(request.kind, language);
  if (language.name == "rust") check_crate_name(request.name);
  std::error_code error;
  if (fs::symlink_status(request.folder, error).type() != fs::file_type::not_found) {
    fail(ExitCode::kUsage, "{} exists already; remove it, or choose another folder with --dir",
         request.folder.string());
  }
}

ProjectFiles render_project(const ProjectRequest& request, const SdkFiles& sdk) {
  const Language& language = language_of(request.lang);
  const Words words = {{"NAME", request.name},
                       {"KIND", request.kind},
                       {"EXT", language.extension},
                       {"LANGUAGE", language.words},
                       {"FORM", bridge_of(request.kind)},
                       {"SYNFACE", sdk.program.string()},
                       {"SYNFACE_DIR", sdk.package.string()},
                       {"SYNFACE_RUST", sdk.rust.string()}};
  ProjectFiles files;
  add_layer(sdk.templates / language.layer, words, files);
  add_layer(sdk.templates / "kinds" / request.kind, words, files);
  add_layer(sdk.templates / language.name / request.kind, words, files);
  return files;
}

void write_project(const fs::path& folder, const ProjectFiles& files) {
  for (const auto& [name, content] : files) {
    make_folders((folder / name).parent_path(), ExitCode::kSetup);
    write_file_atomic(folder / name, content, false, ExitCode::kSetup);
  }
}

std::vector<std::string> next_commands(const ProjectRequest& request) {
  const auto at = [&](const std::string& below) {
    return shell_word(below.empty() ? request.folder.string() : (request.folder / below).string());
  };
  const std::string layer = language_of(request.lang).layer;
  std::vector<std::string> commands;
  if (layer == "script") {
    commands.push_back(fmt::format("synface plugin check python_{} --set file={}",
                                   bridge_of(request.kind), at(request.name + ".py")));
    for (const char* command : {"run", "compare"}) {
      commands.push_back(fmt::format("synface {} {}", command, at("experiment.toml")));
    }
    return commands;
  }
  const bool cargo = layer == "cargo";
  if (cargo) {
    commands.push_back(fmt::format("make -C {} check", at("")));
  } else {
    commands.push_back(fmt::format("cmake -S {} --preset synface", at("")));
    commands.push_back(fmt::format("cmake --build {} --target check", at("build")));
  }
  const std::string built = at(cargo ? "target/release" : "build");
  for (const char* command : {"run", "compare"}) {
    commands.push_back(
        fmt::format("SYNFACE_PLUGIN_PATH={} synface {} {}", built, command, at("experiment.toml")));
  }
  return commands;
}

}  // namespace synface::cli
