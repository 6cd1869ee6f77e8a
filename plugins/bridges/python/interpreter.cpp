#include "interpreter.h"

#include <synface/ext/log.h>

#include <clocale>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

#include "python_text.h"

namespace synface::python {
namespace {

// Variables of the environment that are other ones, or absent (nullptr), for a scope.
class Environment {
 public:
  Environment(std::initializer_list<std::pair<const char*, const char*>> settings) {
    for (const auto& [name, value] : settings) {
      const char* now = std::getenv(name);
      before_.emplace_back(name, now == nullptr ? std::nullopt : std::optional<std::string>(now));
      set(name, value);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) set(name, value ? value->c_str() : nullptr);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  static void set(const char* name, const char* value) {
    if (value == nullptr) {
      unsetenv(name);
    } else {
      setenv(name, value, 1);
    }
  }
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

void start(const Api& api, const std::string& program) {
  // Python keeps the pointer for good.
  const wchar_t* name = api.Py_DecodeLocale(program.c_str(), nullptr);
  if (name == nullptr) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "the path of Python cannot be decoded", program);
  }
  api.Py_SetProgramName(name);
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  {
    // Hashes of texts, and with them the order of sets, are to be the same in every run; the
    // program tells where its standard library lies, whatever PYTHONHOME says; no file is written
    // beside the user's; and nobody's signal handlers are changed.
    const Environment settings = {{"PYTHONHASHSEED", "0"},
                                  {"PYTHONDONTWRITEBYTECODE", "1"},
                                  {"PYTHONHOME", nullptr},
                                  {"PYTHONFAULTHANDLER", nullptr},
                                  {"LC_ALL", "C.UTF-8"}};
    api.Py_InitializeEx(0);
  }
  std::setlocale(LC_ALL, locale.c_str());
}

}  // namespace

const Interpreter& Interpreter::running(const sdk::Create& create) {
  static std::mutex mutex;
  static std::unique_ptr<Interpreter> interpreter;  // as Python is: one a process, for its life
  const std::lock_guard<std::mutex> lock(mutex);
  if (!interpreter) interpreter.reset(new Interpreter(find_python()));
  if (!interpreter->bridge_) interpreter->prepare(create);
  return *interpreter;
}

Interpreter::Interpreter(const Location& location)
    : api_(load_api(location)), program_(location.program) {
  if (api_.Py_IsInitialized() != 0) return;  // somebody else's, whose lock is free
  start(api_, program_);
  api_.PyEval_SaveThread();  // from here on every thread takes the lock for its calls
}

void Interpreter::prepare(const sdk::Create& create) {
  const Gil gil(api_);
  if (!process_) process_ = module("synface_process", kProcessText);
  const auto* log = create.find<synface_ext_log>(SYNFACE_EXT_LOG);
  Object address = integer(log == nullptr ? 0 : reinterpret_cast<intptr_t>(log->write));
  Object text = bytes(kSynfaceText);
  Object program = bytes(program_);
  const Object start(api_, api_.PyObject_GetAttrString(process_.get(), "start"));
  call(start, tuple({&address, &text, &program}));
  bridge_ = module("synface_bridge", kBridgeText);
}

Object Interpreter::module(const char* name, const char* text) const {
  const Object code = made(api_.Py_CompileString(text, name, kFileInput));
  return made(api_.PyImport_ExecCodeModule(name, code.get()));
}

Object Interpreter::made(PyObject* object) const {
  if (object == nullptr) {
    api_.PyErr_Clear();
    throw sdk::Error(SYNFACE_ERR_MEMORY, "Python could not make an object", "bridge");
  }
  return Object(api_, object);
}

Object Interpreter::function(const char* name) const {
  return made(api_.PyObject_GetAttrString(bridge_.get(), name));
}

Object Interpreter::call(const Object& function, Object arguments) const {
  const Object reply = made(api_.PyObject_CallObject(function.get(), arguments.get()));
  const auto item = [&](long index) {
    PyObject* borrowed = api_.PyTuple_GetItem(reply.get(), index);
    if (borrowed != nullptr) api_.Py_IncRef(borrowed);
    return made(borrowed);
  };
  const auto status = static_cast<int32_t>(as_integer(reply, 0));
  if (status != SYNFACE_OK) throw sdk::Error(status, as_bytes(item(1)), as_bytes(item(2)));
  return item(3);
}

Object Interpreter::integer(int64_t value) const {
  return made(api_.PyLong_FromLongLong(value));
}
Object Interpreter::unsigned_integer(uint64_t value) const {
  return made(api_.PyLong_FromUnsignedLongLong(value));
}
Object Interpreter::real(double value) const {
  return made(api_.PyFloat_FromDouble(value));
}
Object Interpreter::bytes(std::string_view text) const {
  return made(api_.PyBytes_FromStringAndSize(text.data(), static_cast<long>(text.size())));
}
Object Interpreter::memory(void* data, uint64_t size, bool writable) const {
  return made(api_.PyMemoryView_FromMemory(static_cast<char*>(data), static_cast<long>(size),
                                           writable ? kBufferWrite : kBufferRead));
}
Object Interpreter::none() const {
  api_.Py_IncRef(api_.none);
  return Object(api_, api_.none);
}

Object Interpreter::tuple(std::initializer_list<Object*> items) const {
  Object all = made(api_.PyTuple_New(static_cast<long>(items.size())));
  long index = 0;
  for (Object* item : items) api_.PyTuple_SetItem(all.get(), index++, item->release());
  return all;
}

Object Interpreter::tuple(std::vector<Object> items) const {
  Object all = made(api_.PyTuple_New(static_cast<long>(items.size())));
  long index = 0;
  for (Object& item : items) api_.PyTuple_SetItem(all.get(), index++, item.release());
  return all;
}

int64_t Interpreter::as_integer(const Object& tuple, long index) const {
  return api_.PyLong_AsLongLong(api_.PyTuple_GetItem(tuple.get(), index));
}
double Interpreter::as_real(const Object& tuple, long index) const {
  return api_.PyFloat_AsDouble(api_.PyTuple_GetItem(tuple.get(), index));
}
std::string Interpreter::as_bytes(const Object& object) const {
  char* bytes = nullptr;
  long size = 0;
  if (api_.PyBytes_AsStringAndSize(object.get(), &bytes, &size) != 0) {
    api_.PyErr_Clear();
    throw sdk::Error(SYNFACE_ERR_INTERNAL, "bytes were expected of bridge.py", "bridge");
  }
  return std::string(bytes, static_cast<std::size_t>(size));
}

}  // namespace synface::python
