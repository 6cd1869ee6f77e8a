#include "synface/plugin/library.h"

#include <dlfcn.h>
#include <synface/base/error.h>
#include <synface/base/text.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <new>

#include "abi_copy.h"
#include "exception.h"
#include "symbols.h"
#include "tables.h"

namespace synface::plugin {
namespace {

constexpr const char* kEntry = "synface_plugin_entry";
// Up to here every entry of this draft has the members; init and deinit may be missing.
constexpr std::size_t kEntryMinimum = offsetof(synface_entry, init);

// Maps the library and never unmaps it: tapes, lent texts and thread-local state of a plugin may
// outlive whoever loaded it, so that the handle is given up on purpose.
const synface_entry* map_entry(const std::filesystem::path& file) {
  using boost::dll::shared_library;
  boost::dll::fs::error_code error;
  shared_library library;
  library.load(boost::dll::fs::path(file.string()),
               boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, error);
  if (error) {
    const char* reason = dlerror();  // Boost's code says no more than "bad file descriptor"
    fail(ExitCode::kPlugin, "cannot be loaded: {}", reason == nullptr ? "unknown reason" : reason);
  }
  const synface_entry* entry = &library.get<const synface_entry>(kEntry);
  alignas(shared_library) std::byte kept[sizeof(shared_library)];
  new (kept) shared_library(std::move(library));  // never destroyed
  return entry;
}

synface_entry copy_entry(const synface_entry* given, const HostVersions& host) {
  const synface_entry entry = copy_table(given, kEntryMinimum, kEntry);
  if (entry.magic != SYNFACE_ENTRY_MAGIC) {
    fail(ExitCode::kPlugin, "{} does not hold the magic number", kEntry);
  }
  if (entry.abi_major != host.abi_major || entry.abi_minor != host.abi_minor) {
    fail(ExitCode::kPlugin, "{} says plugin ABI {}.{}, and this program offers {}.{}", kEntry,
         entry.abi_major, entry.abi_minor, host.abi_major, host.abi_minor);
  }
  if (entry.n_plugins == 0 || entry.n_plugins > 4096 || entry.plugins == nullptr) {
    fail(ExitCode::kPlugin, "{} holds {} plugins at {}", kEntry, entry.n_plugins,
         static_cast<const void*>(entry.plugins));
  }
  return entry;
}

std::string list_of(std::vector<NotePlugin> plugins) {
  std::vector<std::string> names;
  for (const NotePlugin& p : plugins) {
    names.push_back(fmt::format("{}/{}@{}", to_text(p.kind), p.id, p.revision));
  }
  std::sort(names.begin(), names.end());
  return join(names, ", ");
}

// What was promised before loading must be what was loaded.
void check_against_note(const std::vector<Plugin>& plugins, const Note& note) {
  std::vector<NotePlugin> found;
  for (const Plugin& p : plugins) found.push_back({p.info.kind, p.info.id, p.info.revision});
  const std::string in_entry = list_of(found), in_note = list_of(note.plugins);
  if (in_entry != in_note) {
    fail(ExitCode::kPlugin, "has {} in its entry and {} in its note; they must be equal", in_entry,
         in_note);
  }
}

Plugin copy_plugin(const synface_plugin* given, const std::filesystem::path& file, const Note& note,
                   const synface_host* host) {
  if (given == nullptr) fail(ExitCode::kPlugin, "{} has a plugin that is NULL", kEntry);
  Plugin plugin;
  plugin.info = info_from_abi(*given);
  plugin.name = plugin.info.name();
  plugin.info.library = file;
  plugin.info.abi = fmt::format("{}.{}", note.abi_major, note.abi_minor);
  plugin.info.torch = note.torch;
  plugin.info.cuda = note.cuda;
  plugin.info.sdk = note.sdk;
  plugin.host = host;
  try {
    plugin.tables = copy_tables(plugin.info.kind, given->table);
  } catch (const Error& e) {
    fail(ExitCode::kPlugin, "{}: {}", plugin.info.name(), e.what());
  }
  return plugin;
}

void call_init(const synface_entry& entry, const synface_host* host) {
  if (entry.init == nullptr) return;
  synface_error error{};
  error.struct_size = sizeof error;
  synface_status (*const init)(const synface_host*, synface_error*) = entry.init;  // may throw
  const synface_status status = init(host, &error);
  if (status == SYNFACE_OK) return;
  error.message[sizeof error.message - 1] = '\0';
  fail(ExitCode::kPlugin, "refuses to start, status {}: {}", status,
       error.message[0] == '\0' ? "(it gave no reason)" : error.message);
}

// Harmless, because it is loaded with RTLD_LOCAL: until somebody links the library, or defines such
// a name in a library that was there before, which then takes its place.
std::string exports_text(const std::filesystem::path& file, const ElfFile& elf) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> names;
  for (const std::string& name : elf.exported) {
    if (name != kEntry && names.size() < kNamed) names.push_back(demangled(name));
  }
  const std::size_t extra = elf.exported.size() - 1;
  return fmt::format(
      "{} exports {} symbol{} beside {} ({}{}): another library's may take their place; build it "
      "with "
      "synface_add_plugin(), or link it with a version script",
      file.filename().string(), extra, extra == 1 ? "" : "s", kEntry, join(names, ", "),
      extra > kNamed ? ", ..." : "");
}

std::filesystem::path resolve(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::path resolved = std::filesystem::canonical(file, error);
  if (error) {
    fail(ExitCode::kPlugin, "{}: {}; a plugin's library was expected here", file.string(),
         error.message());
  }
  return resolved;
}

}  // namespace

Library::~Library() {
  if (initialised_ && deinit_ != nullptr) deinit_();
}

Loader::Loader(const HostServices& host, HostVersions versions)
    : host_(host.abi()), versions_(std::move(versions)) {}

template <typename Body>
void Loader::traced(const std::filesystem::path& file, const char* call, Body&& body) const {
  const std::string name = "library/" + file.filename().string();
  if (trace_ != nullptr) trace_->enter(name, call, 0);
  std::string thrown;
  try {
    body();
  } catch (const Error&) {
    if (trace_ != nullptr) trace_->leave();
    throw;
  } catch (...) {
    thrown = exception_text();
  }
  if (trace_ != nullptr) trace_->leave();
  if (!thrown.empty()) fail(ExitCode::kPlugin, "{}() {}", call, thrown);
  if (trace_ == nullptr || !trace_->complains()) return;
  fail(ExitCode::kPlugin, "{}() {}", call, trace_->take_complaint().text);
}

std::shared_ptr<const Library> Loader::load(const std::filesystem::path& file) {
  const std::filesystem::path path = resolve(file);
  const auto known = loaded_.find(path);
  if (known != loaded_.end()) return known->second;

  Inspected inspected = inspect(path, versions_);
  try {
    if (!std::binary_search(inspected.elf.exported.begin(), inspected.elf.exported.end(), kEntry)) {
      fail(ExitCode::kPlugin, "does not export the symbol {}", kEntry);
    }
    std::shared_ptr<Library> library(new Library);
    library->path_ = path;
    library->note_ = std::move(inspected.note);
    const synface_entry* mapped = nullptr;
    traced(path, "load", [&] { mapped = map_entry(path); });
    const synface_entry entry = copy_entry(mapped, versions_);
    for (std::uint32_t i = 0; i < entry.n_plugins; ++i) {
      library->plugins_.push_back(copy_plugin(entry.plugins[i], path, library->note_, host_));
    }
    check_against_note(library->plugins_, library->note_);
    traced(path, "init", [&] { call_init(entry, host_); });
    library->deinit_ = entry.deinit;
    library->initialised_ = true;
    if (warn_ && inspected.elf.exported.size() > 1) warn_(exports_text(path, inspected.elf));
    loaded_.emplace(path, library);
    return library;
  } catch (const Error& e) {
    fail(ExitCode::kPlugin, "{} {}", path.string(), e.what());
  }
}

std::vector<std::filesystem::path> Loader::files() const {
  std::vector<std::filesystem::path> files;
  for (const auto& [file, library] : loaded_) files.push_back(file);
  return files;
}

std::string Loader::name_of(const std::filesystem::path& file) const {
  const auto found = loaded_.find(file);
  if (found == loaded_.end()) return "library/" + file.filename().string();
  std::vector<std::string> names;
  for (const Plugin& plugin : found->second->plugins()) names.push_back(plugin.name);
  return join(names, " and ");
}

PluginPtr Loader::plugin(const std::filesystem::path& file, Kind kind, std::string_view id) {
  const std::shared_ptr<const Library> library = load(file);
  for (const Plugin& plugin : library->plugins()) {
    if (plugin.info.kind == kind && plugin.info.id == id) return PluginPtr(library, &plugin);
  }
  fail(ExitCode::kPlugin, "{} holds no plugin {}/{}; it has {}", library->path().string(),
       to_text(kind), id, list_of(library->note().plugins));
}

}  // namespace synface::plugin
