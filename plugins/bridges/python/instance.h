// An object of a class in a user's .py file, and the way of the ABI's arguments into its methods.
#pragma once

#include <synface/sdk/loss.h>
#include <synface/sdk/mixup.h>

#include <string>
#include <vector>

#include "interpreter.h"

namespace synface::python {

// The parameters that all plugins of the bridge have; PathFirst, so that errors name the file.
constexpr sdk::Param kFile = sdk::path("file", "")
                                 .required()
                                 .doc(
                                     "the .py file: one file, whose content counts for the "
                                     "identity of a trial; a neighbour of "
                                     "it cannot be imported, what is installed for Python can");
constexpr sdk::Param kClass =
    sdk::text("class", "Plugin").doc("the class in the file of which an object is made");
constexpr sdk::Param kArgs =
    sdk::text("args", "{}")
        .doc("further keyword arguments of the class, as a JSON object: '{\"steps\": 20}'");

// A named number that the user gave, with the value at which a class need not take it.
struct Number {
  const char* name;
  double value, usual;
};

class Instance {
 public:
  // Runs the file and makes an object; `form`: margin, logits, embedding or mixup, which says what
  // methods the class must have. sdk::Error in the words of Python where that fails.
  Instance(const sdk::Create& create, const char* form, std::initializer_list<Number> numbers);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Interpreter& python() const { return *python_; }

  // Calls a method of bridge.py's Handle. Needs the lock.
  Object call(const char* method, Object arguments) const;

  std::string save() const;
  void load(uint32_t version, std::string_view state) const;

 private:
  const Interpreter* python_;
  Object handle_;
};

// Arguments as bridge.py expects them. All need the lock.
Object context_of(const Interpreter& python, const sdk::Context& ctx);
// Views of memory for the length of a call; `name` is for errors. UNSUPPORTED for an element type
// that the argument must not have.
Object floats(const Interpreter& python, const sdk::Tensor& tensor, const char* name,
              bool writable);
Object floats_or_none(const Interpreter& python, const sdk::Tensor* tensor, const char* name,
                      bool writable);
Object labels(const Interpreter& python, const sdk::Tensor& tensor, const char* name);

// What a method left for its backward; freed under the lock, on whatever thread.
struct Tape {
  Tape(const Interpreter& interpreter, Object object)
      : python(&interpreter), kept(std::move(object)) {}
  ~Tape() {
    const Gil gil(python->api());
    kept.reset();
  }
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  const Interpreter* python;
  Object kept;
};

}  // namespace synface::python
