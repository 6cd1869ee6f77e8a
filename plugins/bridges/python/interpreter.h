// The one interpreter of the process. It is started by the first instance, never ended (libraries
// that it has loaded stay too), and leaves locale, environment and signal handlers as they were.
#pragma once

#include <synface/sdk/core.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "cpython.h"

namespace synface::python {

class Interpreter {
 public:
  // Starts it, once a process; sdk::Error(UNSUPPORTED) in words where there is no Python or no
  // numpy, and another attempt at the next call.
  static const Interpreter& running(const sdk::Create& create);

  const Api& api() const { return api_; }

  // A function of bridge.py. Needs the lock.
  Object function(const char* name) const;

  // Calls a function of bridge.py's making, which reports a failure by a status: that becomes an
  // sdk::Error. Gives the value. Needs the lock.
  Object call(const Object& function, Object arguments) const;

  // New objects; sdk::Error(MEMORY) where there is no memory. Need the lock.
  Object integer(int64_t value) const;
  Object unsigned_integer(uint64_t value) const;
  Object real(double value) const;
  Object bytes(std::string_view text) const;
  Object memory(void* data, uint64_t size, bool writable) const;
  Object none() const;
  Object tuple(std::initializer_list<Object*> items) const;  // takes the items
  Object tuple(std::vector<Object> items) const;

  int64_t as_integer(const Object& tuple, long index) const;
  double as_real(const Object& tuple, long index) const;
  std::string as_bytes(const Object& object) const;

 private:
  explicit Interpreter(const Location& location);
  void prepare(const sdk::Create& create);
  Object module(const char* name, const char* text) const;
  Object made(PyObject* object) const;

  Api api_;
  std::string program_;
  Object process_, bridge_;  // the modules of process.py and bridge.py
};

// The interpreter's lock, for a scope; a thread may take it again while it holds it.
class Gil {
 public:
  explicit Gil(const Api& api) : api_(api), state_(api.PyGILState_Ensure()) {}
  ~Gil() { api_.PyGILState_Release(state_); }
  Gil(const Gil&) = delete;
  Gil& operator=(const Gil&) = delete;

 private:
  const Api& api_;
  int state_;
};

}  // namespace synface::python
