#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/data/recordio.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace synface::data {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::array<std::uint8_t, 2 * kBlock> kZeros{};

struct Field {
  std::size_t offset, length;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kOwner{108, 8}, kGroup{116, 8}, kSize{124, 12},
    kTime{136, 12}, kSum{148, 8}, kType{156, 1}, kMagic{257, 8};

void put(std::array<std::uint8_t, kBlock>& header, const Field& field, std::string_view text) {
  std::copy(text.begin(), text.end(), header.begin() + field.offset);
}

// Octal digits and a NUL.
void put_number(std::array<std::uint8_t, kBlock>& header, const Field& field, std::uint64_t value) {
  put(header, field, fmt::format("{:0{}o}", value, field.length - 1));
}

}  // namespace

void write_tar_file(const ByteSink& sink, std::string_view name,
                    std::span<const std::uint8_t> bytes) {
  if (name.size() > kName.length || bytes.size() >= std::size_t{1} << 33U) {
    fail(ExitCode::kUsage,
         "{}: a name of {} bytes or a file of {} does not fit into a ustar "
         "archive",
         name, name.size(), bytes.size());
  }
  std::array<std::uint8_t, kBlock> header{};
  put(header, kName, name);
  put_number(header, kMode, 0644);
  put_number(header, kOwner, 0);
  put_number(header, kGroup, 0);
  put_number(header, kSize, bytes.size());
  put_number(header, kTime, 0);
  put(header, kSum, "        ");
  put(header, kType, "0");
  put(header, kMagic, std::string_view("ustar\00000", 8));
  // Six digits, a NUL and a blank: the sum of all bytes with this field as blanks.
  const unsigned sum = std::accumulate(header.begin(), header.end(), 0U);
  put(header, kSum, fmt::format("{:06o}", sum) + std::string(1, '\0') + " ");
  sink(header);
  sink(bytes);
  sink(std::span(kZeros).first((kBlock - bytes.size() % kBlock) % kBlock));
}

void write_tar_end(const ByteSink& sink) {
  sink(kZeros);
}

}  // namespace synface::data
