// One test's surroundings in its child: the file, the loaded plugin, its parameters, instances.
#pragma once

#include <synface/base/file.h>
#include <synface/plugin/instance.h>
#include <synface/plugin/library.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "memory.h"
#include "random.h"

namespace synface::plugin::check {

// A call that did not return SYNFACE_OK, or broke the rules of returning.
struct CallFailed {
  std::string call;
  synface_status status = SYNFACE_OK;
  std::string message, where;
  bool overrun = false;    // it wrote around the error
  bool terminated = true;  // both texts end within their fields
  std::int32_t code = 0;   // as the error has it

  std::string text() const;  // "margin() returned 2 (not supported): message"
};
// "INVALID", "MEMORY", ...; "7777, which is no status" otherwise.
std::string status_name(synface_status status);
bool is_known(synface_status status);

// The error that a call receives, between canaries.
struct ErrorProbe {
  std::byte before[64];
  synface_error error;
  std::byte after[64];

  ErrorProbe();
  // Whether a byte changed in or around it since construction.
  bool touched() const;
  bool overrun() const;
  CallFailed failure(const char* call, synface_status status) const;
};

// body(synface_error*) -> synface_status is one call named `call`. Throws CallFailed.
template <typename Body>
void must(const char* call, Body&& body);
// The same; nothing when it succeeded.
template <typename Body>
std::optional<CallFailed> attempt(const char* call, Body&& body);

struct SceneOptions {
  std::filesystem::path file;
  std::string plugin;  // "loss/cosface"; "": a test of the file
  std::uint64_t seed = 0;
  Json set = Json::object();  // given parameters, each KEY a text as the user wrote it
  std::function<void(HostServices&)> offer;
};

// What an instance is made with.
struct Making {
  const Json* params = nullptr;        // the scene's
  const synface_host* host = nullptr;  // the full one
  std::optional<synface_dims> dims;    // the kind's ordinary ones
  bool lend = false;  // values and sizes lie in memory that is taken away after create()
};

class Scene {
 public:
  explicit Scene(SceneOptions options);
  ~Scene();

  const std::filesystem::path& file() const { return options_.file; }
  std::uint64_t seed() const { return options_.seed; }
  Memory& memory() { return memory_; }
  bool in_child() const { return in_child_; }
  void set_in_child(bool in_child) { in_child_ = in_child; }

  // Loads the library when that has not been done. Error(kPlugin) as Loader::load.
  const std::shared_ptr<const Library>& library();
  // The plugin of the test.
  const Plugin& plugin();
  const PluginInfo& info() { return plugin().info; }
  // As the library has it, not the host's copy.
  const synface_plugin& record();
  Kind kind() { return plugin().info.kind; }

  // Defaults, what the user set, and something for what is required.
  const Json& params();
  // With every parameter at another allowed value than params(), where there is one.
  Json other_params();

  const synface_host* host();
  const synface_host* bare_host();  // its get_ext() gives nothing
  synface_dims dims();              // ordinary ones of the kind

  // create() through the table; throws CallFailed, Verdict when it gave no handle.
  void* create(const Making& making = {});
  void destroy(void* self);
  // A copy of the values, with each text and list in memory of its own; see Memory.
  const synface_value* lend_values(const Values& values);

 private:
  Json required_value(const Param& param);

  SceneOptions options_;
  bool in_child_ = false;
  Memory memory_;
  std::unique_ptr<HostServices> services_;
  std::unique_ptr<Loader> loader_;
  std::shared_ptr<const Library> library_;
  const Plugin* plugin_ = nullptr;
  std::optional<Json> params_;
  std::optional<TemporaryFolder> folder_;
};

// Typed values of a schema for the texts that a user wrote ("30", "true", "a text"). Error(kUsage).
Json parse_settings(const PluginInfo& info, const Json& texts);

}  // namespace synface::plugin::check

#include "scene_calls.h"
