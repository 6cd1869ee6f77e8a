// What stands behind the extension "synface.images/1" while a benchmark is evaluated.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>

namespace synface::train {

// The benchmark's mistake: it wants a picture that it never asked for.
struct RequestNotMade : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws RequestNotMade, and what the evaluation throws; Cancelled among it.
class ImagesService {
 public:
  struct Shape {
    std::int64_t height = 0, width = 0, embedding = 0;
  };

  virtual Shape shape() const = 0;
  // [H, W, 3] of the benchmark's request.
  virtual void read(std::uint64_t request, std::uint8_t* pixels) = 0;
  // [n, H, W, 3] to [n, D].
  virtual void embed(const std::uint8_t* images, std::int64_t n, float* embeddings) = 0;

  // A status and a text cannot carry an exception through the benchmark's C code: the host's own is
  // kept here while the call returns. The first one counts.
  void keep(std::exception_ptr failure) noexcept {
    if (!failure_) failure_ = std::move(failure);
  }
  // Throws what was kept, once.
  void rethrow() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 protected:
  ~ImagesService() = default;

 private:
  std::exception_ptr failure_;
};

// GLOBAL STATE. The extension's table has no user pointer, and a process evaluates one benchmark at
// a time: the service of its evaluate() call, for as long as this lives.
class ImagesServed {
 public:
  explicit ImagesServed(ImagesService* service) noexcept;
  ~ImagesServed();
  ImagesServed(const ImagesServed&) = delete;
  ImagesServed& operator=(const ImagesServed&) = delete;
};

}  // namespace synface::train
