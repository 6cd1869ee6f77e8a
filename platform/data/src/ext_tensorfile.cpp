#include <synface/data/extensions.h>
#include <synface/data/tensorfile.h>

#include <array>
#include <mutex>

#include "dtypes.h"
#include "ext_guard.h"

namespace synface::data {
namespace {

// A file with the shapes and strides that its views point to.
struct OpenFile {
  explicit OpenFile(const std::string& path) : file(path) {}

  struct Lent {
    StoredTensor tensor;
    std::vector<std::int64_t> strides;
  };
  const Lent& lend(const std::string& name) {
    const std::lock_guard lock(mutex);
    const auto it = lent.find(name);
    if (it != lent.end()) return it->second;
    Lent fresh{file.get(name), {}};
    fresh.strides.resize(fresh.tensor.shape.size());
    std::int64_t stride = 1;
    for (std::size_t d = fresh.strides.size(); d-- > 0;) {
      fresh.strides[d] = stride;
      stride *= fresh.tensor.shape[d];
    }
    return lent.emplace(name, std::move(fresh)).first->second;
  }

  TensorFile file;
  std::mutex mutex;
  std::map<std::string, Lent> lent;
};

synface_dtype dtype_of(Dtype dtype) {
  static constexpr std::array<synface_dtype, 13> kTypes = {{{SYNFACE_UINT, 8, 1},
                                                            {SYNFACE_INT, 8, 1},
                                                            {SYNFACE_UINT, 16, 1},
                                                            {SYNFACE_INT, 16, 1},
                                                            {SYNFACE_UINT, 32, 1},
                                                            {SYNFACE_INT, 32, 1},
                                                            {SYNFACE_UINT, 64, 1},
                                                            {SYNFACE_INT, 64, 1},
                                                            {SYNFACE_FLOAT, 16, 1},
                                                            {SYNFACE_BFLOAT, 16, 1},
                                                            {SYNFACE_FLOAT, 32, 1},
                                                            {SYNFACE_FLOAT, 64, 1},
                                                            {SYNFACE_UINT, 8, 1}}};
  return kTypes[static_cast<std::size_t>(dtype)];
}

std::string text(synface_str s) {
  return s.data == nullptr ? std::string() : std::string(s.data, s.size);
}

synface_status ext_open(synface_str path, void** file, synface_error* error) noexcept {
  return guard(error, [&] { *file = new OpenFile(text(path)); });
}

void ext_close(void* file) noexcept {
  delete static_cast<OpenFile*>(file);
}

synface_status ext_get(void* file, synface_str name, synface_tensor* view,
                       synface_error* error) noexcept {
  return guard(error, [&] {
    auto& open = *static_cast<OpenFile*>(file);
    const std::string wanted = text(name);
    if (!open.file.has(wanted)) {
      throw InvalidArgument{open.file.path() + ": no tensor " + wanted + " in it"};
    }
    const OpenFile::Lent& lent = open.lend(wanted);
    *view = synface_tensor{};
    view->data = const_cast<void*>(lent.tensor.data);
    view->dev_type = SYNFACE_DEVICE_CPU;
    view->ndim = static_cast<int32_t>(lent.tensor.shape.size());
    view->dtype = dtype_of(lent.tensor.dtype);
    view->shape = lent.tensor.shape.data();
    view->strides = lent.strides.data();
    view->flags = SYNFACE_TENSOR_READ_ONLY;
  });
}

synface_status ext_metadata(void* file, synface_str key, synface_str* found,
                            synface_error* error) noexcept {
  return guard(error, [&] {
    const std::string& value = static_cast<OpenFile*>(file)->file.metadata(text(key));
    *found = {value.data(), value.size()};
  });
}

}  // namespace

const synface_ext_tensorfile& tensorfile_extension() noexcept {
  static constexpr synface_ext_tensorfile kTable = {
      sizeof(synface_ext_tensorfile), 0, &ext_open, &ext_close, &ext_get, &ext_metadata};
  return kTable;
}

}  // namespace synface::data
