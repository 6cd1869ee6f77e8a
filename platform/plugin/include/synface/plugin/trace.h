// Who is being called: told to a CallTrace before each call into a plugin, so that after a crash
// somebody can say which plugin, which call, which step it was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace synface::plugin {

// What a call did to the host's property, and what its author can do about it.
struct Complaint {
  std::string plugin, call, text;
};

class CallTrace {
 public:
  virtual ~CallTrace() = default;

  // On the thread that makes the call, before and after it. `plugin` ("loss/cosface") and `call`
  // ("margin") live until leave(). Calls on one thread may nest; leave() ends the innermost.
  virtual void enter(std::string_view plugin, const char* call, std::uint64_t step) noexcept = 0;
  virtual void leave() noexcept = 0;

  // After leave(): whether there is something to complain about, which take_complaint() gives once.
  virtual bool complains() const noexcept { return false; }
  virtual Complaint take_complaint() { return {}; }
};

}  // namespace synface::plugin
