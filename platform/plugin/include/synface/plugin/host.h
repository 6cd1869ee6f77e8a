// The host side of the ABI: the synface_host that every plugin receives and the services behind its
// get_ext().
#pragma once

#include <synface/ext/log.h>
#include <synface/host.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace synface::plugin {

// A host and its services. Plugins may keep the pointer for the life of the process, so that the
// object behind it is never freed: make one in main().
//
// GLOBAL STATE. synface_ext_log::write has no user pointer, so that its receiver is one for the
// whole process; everything else hangs on the object.
class HostServices {
 public:
  // `version`: of the host program. Offers "synface.log/1", which writes to standard error.
  explicit HostServices(std::string_view version);

  // Offers a service of <synface/ext/...>; the table must live as long as the process. Replaces an
  // earlier table of the same id. Before any plugin is loaded.
  void offer(const char* id, const void* table);

  const synface_host* abi() const;

  // Who receives the log of all plugins of this process; level is SYNFACE_LOG_*. Called on any
  // thread, one call at a time; must not throw. An empty function restores standard error.
  using LogReceiver = std::function<void(std::uint32_t level, std::string_view text)>;
  static void receive_log(LogReceiver receiver);

 private:
  struct Record;
  Record* record_;
};

}  // namespace synface::plugin
