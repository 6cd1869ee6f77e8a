#include "synface/plugin/registry.h"

#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <synface/base/text.h>
#include <synface/plugin/describe.h>

#include <algorithm>
#include <tuple>

#include "cache.h"

namespace synface::plugin {
namespace {

namespace fs = std::filesystem;

// The files of the search path, links resolved, each once, in order.
std::vector<fs::path> candidates(const std::vector<fs::path>& search_path,
                                 std::vector<Problem>& problems) {
  std::vector<fs::path> files;
  const auto add = [&](const fs::path& file) {
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    if (error) {
      problems.push_back({file, fmt::format("{}: {}", file.string(), error.message())});
    } else if (std::find(files.begin(), files.end(), real) == files.end()) {
      files.push_back(real);
    }
  };
  for (const fs::path& entry : search_path) {
    std::error_code error;
    if (fs::is_directory(entry, error)) {
      std::vector<fs::path> here;
      for (const auto& item : fs::directory_iterator(entry, error)) {
        if (item.path().extension() == ".so") here.push_back(item.path());
      }
      if (error)
        problems.push_back({entry, fmt::format("{}: {}", entry.string(), error.message())});
      std::sort(here.begin(), here.end());
      for (const fs::path& file : here) add(file);
    } else if (fs::exists(entry, error)) {
      add(entry);
    }
  }
  return files;
}

struct Described {
  std::vector<PluginInfo> plugins;
  bool by_child = false;
};

Described describe_cached(const fs::path& file, const ScanOptions& options,
                          DescriptionCache& cache) {
  Described result;
  std::optional<std::string> digest = cache.known_hash(file);
  if (!digest) {
    inspect(file, options.versions);  // what is no plugin is told apart before it is hashed
    digest = cache.hash(file);
  }
  std::optional<std::vector<PluginInfo>> known = cache.described(*digest);
  if (known) {
    result.plugins = std::move(*known);
  } else {
    const std::optional<std::string> hung = cache.hung(*digest);
    if (hung) throw Error(ExitCode::kPlugin, *hung);
    try {
      result.plugins = describe(file, {options.describer, options.limit, options.versions});
    } catch (const DescribeTimeout& e) {
      cache.remember_hung(*digest, e.what());
      throw;
    }
    result.by_child = true;
  }
  for (PluginInfo& plugin : result.plugins) {
    plugin.library = file;
    plugin.sha256 = *digest;
  }
  if (result.by_child) cache.remember(*digest, result.plugins);
  return result;
}

// Two files with the same bytes are the same plugin.
bool is_conflict(const PluginInfo& a, const PluginInfo& b) {
  return a.kind == b.kind && a.id == b.id && a.sha256 != b.sha256;
}

std::string conflict_text(const PluginInfo& a, const PluginInfo& b) {
  return fmt::format(
      "{} and {} both claim {}; remove one of them, or take its folder out of "
      "SYNFACE_PLUGIN_PATH",
      a.library.string(), b.library.string(), a.name());
}

std::vector<std::string> ids_of(const std::vector<PluginInfo>& plugins, Kind kind) {
  std::vector<std::string> ids;
  for (const PluginInfo& p : plugins) {
    if (p.kind == kind && (ids.empty() || ids.back() != p.id)) ids.push_back(p.id);
  }
  return ids;
}

std::string path_text(const std::vector<fs::path>& search_path) {
  std::vector<std::string> folders;
  for (const fs::path& entry : search_path) {
    std::error_code ignored;
    folders.push_back(entry.string() + (fs::exists(entry, ignored) ? "" : " (missing)"));
  }
  return folders.empty() ? "nowhere" : join(folders, ", ");
}

}  // namespace

ScanOptions standard_scan() {
  ScanOptions options;
  options.search_path = plugin_path_variable();
  options.search_path.push_back(user_plugin_folder());
  const fs::path beside = executable_folder().parent_path();
  options.search_path.push_back(beside / "plugins");
  options.search_path.push_back(beside / "lib" / "synface" / "plugins");
  options.cache = cache_folder() / "plugins";
  return options;
}

Registry Registry::scan(const ScanOptions& options) {
  Registry registry;
  registry.search_path_ = options.search_path;
  DescriptionCache cache(options.cache, options.versions);
  for (const fs::path& file : candidates(options.search_path, registry.problems_)) {
    try {
      Described found = describe_cached(file, options, cache);
      registry.described_ += found.by_child ? 1 : 0;
      for (PluginInfo& plugin : found.plugins) registry.plugins_.push_back(std::move(plugin));
    } catch (const Error& e) {
      registry.problems_.push_back({file, e.what()});
    }
  }
  std::stable_sort(registry.plugins_.begin(), registry.plugins_.end(),
                   [](const PluginInfo& a, const PluginInfo& b) {
                     return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
                   });
  for (std::size_t i = 1; i < registry.plugins_.size(); ++i) {
    const PluginInfo &a = registry.plugins_[i - 1], &b = registry.plugins_[i];
    if (is_conflict(a, b)) registry.problems_.push_back({b.library, conflict_text(a, b)});
  }
  if (!cache.trouble().empty()) {
    registry.problems_.push_back(
        {options.cache,
         "the plugin cache cannot be written, so that every start describes the "
         "plugins again: " +
             cache.trouble()});
  }
  return registry;
}

Registry Registry::of(std::vector<PluginInfo> plugins) {
  Registry registry;
  registry.plugins_ = std::move(plugins);
  return registry;
}

const PluginInfo& Registry::find(Kind kind, std::string_view id) const {
  const auto is_it = [&](const PluginInfo& p) { return p.kind == kind && p.id == id; };
  const auto first = std::find_if(plugins_.begin(), plugins_.end(), is_it);
  if (first != plugins_.end()) {
    for (auto other = first; other != plugins_.end() && is_it(*other); ++other) {
      if (is_conflict(*first, *other)) {
        throw Error(ExitCode::kPlugin, conflict_text(*first, *other));
      }
    }
    return *first;
  }
  const std::vector<std::string> ids = ids_of(plugins_, kind);
  std::string text = fmt::format("no {} plugin is called '{}'{}", to_text(kind), id, hint(id, ids));
  text += ids.empty() ? fmt::format("; there is no {} plugin at all", to_text(kind))
                      : fmt::format("; there are {}", join(ids, ", "));
  for (const PluginInfo& other : plugins_) {
    if (other.id == id) text += fmt::format("; {} is of another kind", other.name());
  }
  text += "; looked in " + path_text(search_path_);
  std::size_t others = 0;
  for (const Problem& problem : problems_) {
    if (problem.file.stem().string().find(id) != std::string::npos) {
      text += "\n  refused: " + problem.message;
    } else {
      ++others;
    }
  }
  if (others > 0) {
    text += fmt::format("\n  {} {} of the search path {} refused; `synface plugin list` says why",
                        others, others == 1 ? "file" : "files", others == 1 ? "was" : "were");
  }
  throw Error(ExitCode::kPlugin, text);
}

}  // namespace synface::plugin
