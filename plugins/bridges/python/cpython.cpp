#include "cpython.h"

#include <dlfcn.h>
#include <synface/sdk/error.h>

namespace synface::python {

Api load_api(const Location& location) {
  void* library = dlopen(location.library.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    throw sdk::Error(
        SYNFACE_ERR_UNSUPPORTED,
        "the library of " + location.program +
            " cannot be loaded: " + (reason == nullptr ? location.library : std::string(reason)) +
            " (Debian: apt install libpython3-dev; SYNFACE_PYTHON=/path/to/bin/python3 "
            "names another Python)",
        location.library);
  }
  Api api;
  const auto find = [&](const char* name) {
    void* symbol = dlsym(library, name);
    if (symbol == nullptr) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED,
                       location.library + " lacks " + name + " of Python's stable ABI",
                       location.library);
    }
    return symbol;
  };
#define SYNFACE_PYTHON_FIND(RESULT, NAME, ARGUMENTS) \
  api.NAME = reinterpret_cast<decltype(api.NAME)>(find(#NAME));
  SYNFACE_PYTHON_API(SYNFACE_PYTHON_FIND)
#undef SYNFACE_PYTHON_FIND
  api.none = static_cast<PyObject*>(find("_Py_NoneStruct"));
  return api;
}

}  // namespace synface::python
