// Memory of a batch: buffers that grow, and how they are cut into pieces.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "core/batch_device.h"

namespace synface::morphable {

// Memory that grows and is used again.
class DeviceBuffer {
 public:
  DeviceBuffer(BatchDevice& device, bool staging) : device_(device), staging_(staging) {}
  ~DeviceBuffer() { give(); }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;
  // At least `bytes`; what was in it before may be lost.
  std::byte* room(std::size_t bytes);
  std::byte* data() const { return data_; }

 private:
  void give() noexcept;

  BatchDevice& device_;
  bool staging_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

inline std::byte* DeviceBuffer::room(std::size_t bytes) {
  if (bytes <= size_) return data_;
  give();
  // Some more, so that a batch that is a little larger takes no new memory.
  const std::size_t wanted = bytes + bytes / 4;
  data_ = static_cast<std::byte*>(staging_ ? device_.take_staging(wanted) : device_.take(wanted));
  size_ = wanted;
  return data_;
}

inline void DeviceBuffer::give() noexcept {
  if (data_ == nullptr) return;
  staging_ ? device_.give_staging(data_) : device_.give(data_);
  data_ = nullptr;
  size_ = 0;
}

// Pieces of one buffer, counted before it is there.
class Carver {
 public:
  template <typename T>
  std::size_t piece(std::size_t n) {
    const std::size_t at = size_;
    constexpr std::size_t kAlign = 256;
    size_ += (n * sizeof(T) + kAlign - 1) / kAlign * kAlign;
    return at;
  }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

template <typename T>
T* at(std::byte* base, std::size_t offset) {
  return reinterpret_cast<T*>(base + offset);
}

template <typename T>
void put(std::byte* base, std::size_t offset, const std::vector<T>& values) {
  if (!values.empty()) std::memcpy(base + offset, values.data(), values.size() * sizeof(T));
}

}  // namespace synface::morphable
