// CPython as the bridge sees it: the few functions of its stable ABI (PEP 384), looked up in
// libpython at run time. Nothing of Python is needed to build the bridge, one build of it serves
// Python 3.10 and later, and who uses no .py file needs no Python at all.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace synface::python {

struct PyObject;  // never looked into

// X(result, name, arguments): as declared in Python.h, where an enum is an int and Py_ssize_t a
// long. Whatever returns a PyObject* returns a new reference, but for PyTuple_GetItem (borrowed);
// PyTuple_SetItem takes over the reference that it is given.
#define SYNFACE_PYTHON_API(X)                                                     \
  X(int, Py_IsInitialized, ())                                                    \
  X(void, Py_InitializeEx, (int install_signal_handlers))                         \
  X(wchar_t*, Py_DecodeLocale, (const char* text, std::size_t* size))             \
  X(void, Py_SetProgramName, (const wchar_t* name))                               \
  X(PyObject*, PyEval_SaveThread, ())                                             \
  X(int, PyGILState_Ensure, ())                                                   \
  X(void, PyGILState_Release, (int state))                                        \
  X(void, Py_IncRef, (PyObject * object))                                         \
  X(void, Py_DecRef, (PyObject * object))                                         \
  X(void, PyErr_Clear, ())                                                        \
  X(PyObject*, Py_CompileString, (const char* text, const char* file, int start)) \
  X(PyObject*, PyImport_ExecCodeModule, (const char* name, PyObject* code))       \
  X(PyObject*, PyObject_GetAttrString, (PyObject * object, const char* name))     \
  X(PyObject*, PyObject_CallObject, (PyObject * function, PyObject * arguments))  \
  X(PyObject*, PyTuple_New, (long size))                                          \
  X(int, PyTuple_SetItem, (PyObject * tuple, long index, PyObject* item))         \
  X(PyObject*, PyTuple_GetItem, (PyObject * tuple, long index))                   \
  X(PyObject*, PyLong_FromLongLong, (long long value))                            \
  X(PyObject*, PyLong_FromUnsignedLongLong, (unsigned long long value))           \
  X(long long, PyLong_AsLongLong, (PyObject * object))                            \
  X(PyObject*, PyFloat_FromDouble, (double value))                                \
  X(double, PyFloat_AsDouble, (PyObject * object))                                \
  X(PyObject*, PyBytes_FromStringAndSize, (const char* bytes, long size))         \
  X(int, PyBytes_AsStringAndSize, (PyObject * object, char** bytes, long* size))  \
  X(PyObject*, PyUnicode_FromStringAndSize, (const char* text, long size))        \
  X(PyObject*, PyMemoryView_FromMemory, (char* memory, long size, int flags))

struct Api {
#define SYNFACE_PYTHON_MEMBER(RESULT, NAME, ARGUMENTS) RESULT(*NAME) ARGUMENTS = nullptr;
  SYNFACE_PYTHON_API(SYNFACE_PYTHON_MEMBER)
#undef SYNFACE_PYTHON_MEMBER
  PyObject* none = nullptr;  // Py_None
};

// Constants of Python.h.
constexpr int kFileInput = 257;     // Py_file_input
constexpr int kBufferRead = 0x100;  // PyBUF_READ
constexpr int kBufferWrite = 0x200;

// Which Python.
struct Location {
  std::string program;  // absolute; of an environment where it is one
  std::string library;  // libpython3.N.so.1.0, as dlopen() finds it
  int minor = 0;        // N
};
// The program that SYNFACE_PYTHON names; else the first `python3` of PATH that can be embedded and
// has numpy, an activated environment's before the system's. Each is run once and asked.
// sdk::Error(UNSUPPORTED) that says what was looked at and what to install.
Location find_python();

// Loads the library for the whole process: Python's own extension modules look its symbols up
// there. Throws likewise.
Api load_api(const Location& location);

// A reference that is owned. All but moving needs the interpreter's lock (Gil in interpreter.h).
class Object {
 public:
  Object() = default;
  Object(const Api& api, PyObject* taken) : api_(&api), object_(taken) {}
  Object(Object&& other) noexcept
      : api_(other.api_), object_(std::exchange(other.object_, nullptr)) {}
  Object& operator=(Object&& other) noexcept {
    std::swap(api_, other.api_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Object() { reset(); }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  void reset() {
    if (object_ != nullptr) api_->Py_DecRef(std::exchange(object_, nullptr));
  }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  const Api* api_ = nullptr;
  PyObject* object_ = nullptr;
};

}  // namespace synface::python
