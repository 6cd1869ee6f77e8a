// Loading a plugin library into this process.
#pragma once

#include <synface/plugin/host.h>
#include <synface/plugin/info.h>
#include <synface/plugin/note.h>
#include <synface/plugin/trace.h>
#include <synface/synface.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace synface::plugin {

// The host's own, full-size copy of a plugin's table: what the plugin's table had beyond our size
// is ignored, what it lacked is NULL.
struct Tables {
  std::variant<synface_generator_table, synface_mixup_table, synface_backbone_table,
               synface_loss_table, synface_benchmark_table>
      table;
  synface_parameters_table parameters{};  // backbone, loss
  bool has_parameters = false;

  const synface_instance_table& base() const;
};

// A plugin of a loaded library, ready to make instances.
struct Plugin {
  PluginInfo info;   // sha256 empty
  std::string name;  // info.name(), for traces of what may outlive an instance
  Tables tables;
  const synface_host* host = nullptr;
};

// A loaded library. It stays mapped until the process ends; deinit() is called when the last owner
// (this pointer, a plugin, an instance) is gone.
class Library {
 public:
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();

  const std::filesystem::path& path() const { return path_; }
  const Note& note() const { return note_; }
  const std::vector<Plugin>& plugins() const { return plugins_; }

 private:
  friend class Loader;
  Library() = default;

  std::filesystem::path path_;
  Note note_;
  std::vector<Plugin> plugins_;
  void (*deinit_)() noexcept = nullptr;
  bool initialised_ = false;
};

using PluginPtr = std::shared_ptr<const Plugin>;  // keeps its library

// Loads each library once, calls its init() once. One in a process; [control] thread only.
//
//   HostServices host("0.1.0");
//   Loader loader(host);
//   Loss loss(loader.plugin("/…/cosface.so", Kind::kLoss, "cosface"), params, dims);
class Loader {
 public:
  explicit Loader(const HostServices& host, HostVersions versions = HostVersions::built());

  // Inspects the note, maps the library (RTLD_NOW | RTLD_LOCAL), checks the entry against the ABI
  // and against the note, calls init(). Error(kPlugin) that names the file and the fault.
  std::shared_ptr<const Library> load(const std::filesystem::path& file);

  // The same, and one of its plugins; Error(kPlugin) that names what the file has instead.
  PluginPtr plugin(const std::filesystem::path& file, Kind kind, std::string_view id);

  // Is told of "load" and "init" of "library/<file name>", and asked for complaints afterwards;
  // nullptr: nobody. Must outlive the loader.
  void set_trace(CallTrace* trace) { trace_ = trace; }
  // Is told what is no reason to refuse a library but worth a word.
  void set_warn(std::function<void(const std::string&)> warn) { warn_ = std::move(warn); }

  // The files of all that are loaded.
  std::vector<std::filesystem::path> files() const;
  // "loss/x", or what a library holds, joined by " and ".
  std::string name_of(const std::filesystem::path& file) const;

 private:
  // Error(kPlugin) where body() let an exception pass or the trace complains.
  template <typename Body>
  void traced(const std::filesystem::path& file, const char* call, Body&& body) const;

  CallTrace* trace_ = nullptr;
  std::function<void(const std::string&)> warn_;
  const synface_host* host_;
  HostVersions versions_;
  std::map<std::filesystem::path, std::shared_ptr<const Library>> loaded_;
};

}  // namespace synface::plugin
