#include "headc/writer.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "headc/io.h"

namespace synface::headc {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

void TensorWriter::append(const std::string& name, const char* type, const void* bytes,
                          std::size_t size, std::size_t count,
                          const std::vector<std::size_t>& shape) {
  std::size_t wanted = 1;
  std::string dims;
  for (const std::size_t d : shape) {
    wanted *= d;
    dims += (dims.empty() ? "" : ",") + std::to_string(d);
  }
  if (wanted != count) throw CompileError("tensor '" + name + "' has another size than its shape");
  Tensor& tensor = tensors_.emplace_back();
  tensor.name = name;
  tensor.description = std::string("\"dtype\":\"") + type + "\",\"shape\":[" + dims + "]";
  tensor.bytes.assign(static_cast<const char*>(bytes), size);
  tensor.element = count == 0 ? 1 : size / count;
}

void TensorWriter::add(const std::string& name, const std::vector<float>& values,
                       const std::vector<std::size_t>& shape) {
  append(name, "F32", values.data(), 4 * values.size(), values.size(), shape);
}
void TensorWriter::add(const std::string& name, const std::vector<int32_t>& values,
                       const std::vector<std::size_t>& shape) {
  append(name, "I32", values.data(), 4 * values.size(), values.size(), shape);
}
void TensorWriter::add(const std::string& name, const std::vector<uint8_t>& values,
                       const std::vector<std::size_t>& shape) {
  append(name, "U8", values.data(), values.size(), values.size(), shape);
}
void TensorWriter::note(const std::string& key, const std::string& text) {
  notes_.emplace_back(key, text);
}

void TensorWriter::write(const std::string& path) const {
  std::string head = "{\"__metadata__\":{";
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    head += (i == 0 ? "" : ",") + quoted(notes_[i].first) + ":" + quoted(notes_[i].second);
  }
  head += "}";
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : tensors_) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(),
                   [](const Tensor* a, const Tensor* b) { return a->element > b->element; });
  std::size_t end = 0;
  for (const Tensor* tensor : order) {
    const std::size_t begin = end;
    end += tensor->bytes.size();
    head += "," + quoted(tensor->name) + ":{" + tensor->description + ",\"data_offsets\":[" +
            std::to_string(begin) + "," + std::to_string(end) + "]}";
  }
  head += "}";
  head.append((8 - head.size() % 8) % 8, ' ');
  const std::string partial = path + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  for (std::size_t i = 0; i < 8; ++i) {
    file.put(static_cast<char>((static_cast<uint64_t>(head.size()) >> (8 * i)) & 0xFF));
  }
  file << head;
  for (const Tensor* tensor : order) file << tensor->bytes;
  file.close();
  std::error_code code;
  if (file) std::filesystem::rename(partial, path, code);
  if (!file || code) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw CompileError(path +
                       ": cannot be written; see that the folder exists, is writable and "
                       "that the disk has room for " +
                       std::to_string(end / 1000000 + 1) + " MB");
  }
}

}  // namespace synface::headc
