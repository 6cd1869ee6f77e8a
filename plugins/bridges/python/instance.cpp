#include "instance.h"

#include <signal.h>
#include <synface/sdk/tensor.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace synface::python {
namespace {

std::string read_source(const std::string& file) {
  if (file.empty()) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "no .py file is named", "file");
  }
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    throw sdk::Error(SYNFACE_ERR_INVALID, file + " is a folder; one .py file is wanted", "file");
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    throw sdk::Error(SYNFACE_ERR_IO,
                     file + ": " + (errno == 0 ? "it is empty" : std::strerror(errno)), "file");
  }
  return text.str();
}

// numpy's name of an element type; NULL: it has none.
const char* numpy_type(const synface_dtype& type) {
  if (type.lanes != 1) return nullptr;
  if (type.code == SYNFACE_FLOAT && type.bits == 32) return "f4";
  if (type.code == SYNFACE_FLOAT && type.bits == 64) return "f8";
  if (type.code == SYNFACE_INT && type.bits == 64) return "i8";
  return nullptr;
}

bool is_row_major(const sdk::Tensor& tensor) {
  int64_t wanted = 1;
  for (int32_t d = tensor.ndim; tensor.strides != nullptr && d-- > 0;) {
    if (tensor.shape[d] != 1 && tensor.strides[d] != wanted) return false;
    wanted *= tensor.shape[d];
  }
  return true;
}

// (memory or None where there is no element, element type, shape, strides in bytes or None)
Object view(const Interpreter& python, const sdk::Tensor& tensor, const char* name, bool writable) {
  const char* type = numpy_type(tensor.dtype);
  if (type == nullptr) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "an element type that numpy has not", name);
  }
  const int64_t size = tensor.dtype.bits / 8;
  const int64_t elements = sdk::count(tensor);
  std::vector<Object> shape, strides;
  const bool plain = is_row_major(tensor);
  for (int32_t d = 0; d < tensor.ndim; ++d) {
    shape.push_back(python.integer(tensor.shape[d]));
    if (!plain) strides.push_back(python.integer(tensor.strides[d] * size));
  }
  char* start = static_cast<char*>(tensor.data) + (elements == 0 ? 0 : tensor.byte_offset);
  Object memory = elements == 0
                      ? python.none()
                      : python.memory(start, static_cast<uint64_t>(elements * size), writable);
  Object type_name = python.bytes(type), sizes = python.tuple(std::move(shape)),
         steps = plain ? python.none() : python.tuple(std::move(strides));
  return python.tuple({&memory, &type_name, &sizes, &steps});
}

// Signal handlers are the host's: what an imported package sets (torch: SIGINT) is taken back.
class SignalHandlers {
 public:
  SignalHandlers() {
    for (int n = 1; n < NSIG; ++n) kept_[n] = sigaction(n, nullptr, &before_[n]) == 0;
  }
  ~SignalHandlers() {
    for (int n = 1; n < NSIG; ++n) {
      struct sigaction now {};
      if (!kept_[n] || sigaction(n, nullptr, &now) != 0) continue;
      if (now.sa_handler != before_[n].sa_handler) sigaction(n, &before_[n], nullptr);
    }
  }
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;

 private:
  struct sigaction before_[NSIG];
  bool kept_[NSIG] = {};
};

Object numbers_of(const Interpreter& python, std::initializer_list<Number> numbers) {
  std::vector<Object> all;
  for (const Number& number : numbers) {
    Object name = python.bytes(number.name), value = python.real(number.value),
           usual = python.real(number.usual);
    all.push_back(python.tuple({&name, &value, &usual}));
  }
  return python.tuple(std::move(all));
}

Object dims_of(const Interpreter& python, const synface_dims& dims) {
  std::vector<Object> sizes;
  for (const int64_t size :
       {dims.classes, dims.embedding, dims.max_batch, dims.identities, dims.samples}) {
    sizes.push_back(python.integer(size));
  }
  return python.tuple(std::move(sizes));
}

}  // namespace

Instance::Instance(const sdk::Create& create, const char* form,
                   std::initializer_list<Number> numbers) {
  if (create.dims().dev_type != SYNFACE_DEVICE_CPU) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "a .py file computes on the CPU only", "device");
  }
  const std::string file = create.path("file"), source = read_source(file);
  const SignalHandlers handlers;
  python_ = &Interpreter::running(create);
  const Gil gil(python_->api());
  Object kind = python_->bytes(form), path = python_->bytes(file), text = python_->bytes(source),
         name = python_->bytes(create.text("class")), args = python_->bytes(create.text("args")),
         given = numbers_of(*python_, numbers), dims = dims_of(*python_, create.dims());
  handle_ = python_->call(python_->function("create"),
                          python_->tuple({&kind, &path, &text, &name, &args, &given, &dims}));
}

Instance::~Instance() {
  const Gil gil(python_->api());
  try {
    handle_.reset();
    python_->call(python_->function("collect"), python_->tuple({}));
  } catch (const sdk::Error&) {  // nobody is left to whom it could be told
  }
}

Object Instance::call(const char* method, Object arguments) const {
  const Object function(python_->api(),
                        python_->api().PyObject_GetAttrString(handle_.get(), method));
  return python_->call(function, std::move(arguments));
}

std::string Instance::save() const {
  const Gil gil(python_->api());
  return python_->as_bytes(call("save", python_->tuple({})));
}

void Instance::load(uint32_t version, std::string_view state) const {
  if (version != 1) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "a state of another format than this bridge writes",
                     "state");
  }
  const Gil gil(python_->api());
  Object bytes = python_->bytes(state);
  call("load", python_->tuple({&bytes}));
}

Object context_of(const Interpreter& python, const sdk::Context& ctx) {
  Object train = python.integer(ctx.phase == SYNFACE_PHASE_TRAIN ? 1 : 0),
         key0 = python.integer(ctx.key[0]), key1 = python.integer(ctx.key[1]),
         counter = python.unsigned_integer(ctx.counter), step = python.unsigned_integer(ctx.step),
         total = python.unsigned_integer(ctx.total_steps), epoch = python.integer(ctx.epoch),
         threads = python.integer(ctx.threads), deterministic = python.integer(ctx.deterministic),
         ramp = python.real(static_cast<double>(ctx.margin_scale)),
         cancel = python.integer(reinterpret_cast<intptr_t>(ctx.cancel));
  return python.tuple({&train, &key0, &key1, &counter, &step, &total, &epoch, &threads,
                       &deterministic, &ramp, &cancel});
}

Object floats(const Interpreter& python, const sdk::Tensor& tensor, const char* name,
              bool writable) {
  if (tensor.dtype.code != SYNFACE_FLOAT) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "a tensor of float32 or float64 is expected", name);
  }
  return view(python, tensor, name, writable);
}

Object floats_or_none(const Interpreter& python, const sdk::Tensor* tensor, const char* name,
                      bool writable) {
  return tensor == nullptr ? python.none() : floats(python, *tensor, name, writable);
}

Object labels(const Interpreter& python, const sdk::Tensor& tensor, const char* name) {
  if (!sdk::has_type<int64_t>(tensor)) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "a tensor of int64 is expected", name);
  }
  return view(python, tensor, name, false);
}

}  // namespace synface::python
