#include "core/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <utility>

namespace synface::morphable {
namespace {

constexpr uint64_t kLongestHeader = uint64_t{1} << 20;
constexpr uint64_t kLongestFile = uint64_t{512} << 20;

// A finite 16-bit float.
float of_half(uint16_t half) {
  const uint32_t sign = uint32_t{half & 0x8000U} << 16;
  const uint32_t exponent = (half >> 10) & 0x1FU;
  const uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {
    const float small = static_cast<float>(fraction) * 0x1p-24F;
    return sign == 0 ? small : -small;
  }
  return std::bit_cast<float>(sign | ((exponent + 112U) << 23) | (fraction << 13));
}

// Bytes of an element of the dtypes that the format has; 0 for others.
uint64_t element_of(const std::string& type) {
  static constexpr struct {
    const char* name;
    uint64_t bytes;
  } kTypes[] = {{"U8", 1},  {"I8", 1},  {"BOOL", 1}, {"F8_E5M2", 1}, {"F8_E4M3", 1},
                {"U16", 2}, {"I16", 2}, {"F16", 2},  {"BF16", 2},    {"U32", 4},
                {"I32", 4}, {"F32", 4}, {"U64", 8},  {"I64", 8},     {"F64", 8}};
  for (const auto& known : kTypes) {
    if (type == known.name) return known.bytes;
  }
  return 0;
}

std::string read_whole(const std::string& path, const TensorFile& file) {
  std::ifstream in(path, std::ios::binary);
  if (!in) file.fail("cannot be opened");
  in.seekg(0, std::ios::end);
  const std::streamoff size = in.tellg();
  if (size < 0 || static_cast<uint64_t>(size) > kLongestFile) {
    file.fail("is no regular file, or longer than 512 MiB");
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  in.read(bytes.data(), size);
  if (in.gcount() != size) file.fail("cannot be read to its end");
  return bytes;
}

}  // namespace

// The subset of JSON that a safetensors header is: objects, strings, lists of unsigned integers.
class TensorFile::Header {
 public:
  Header(const std::string& text, TensorFile& file) : text_(text), file_(file) {}

  void parse() {
    if (text_.empty() || text_[0] != '{') bad("it does not begin with {");
    object([this](const std::string& name) {
      if (name == "__metadata__") {
        object([this](const std::string& key) {
          if (!file_.notes_.emplace(key, string()).second)
            bad("a key of its metadata is there twice");
        });
      } else {
        Entry entry;
        seen_ = 0;
        object([this, &entry](const std::string& key) { member(entry, key); });
        if (seen_ != kAll) bad("a tensor lacks dtype, shape or data_offsets");
        if (!file_.entries_.emplace(name, entry).second) bad("a tensor is named twice");
      }
    });
    skip();
    if (at_ != text_.size()) bad("something follows it");
  }

 private:
  void member(Entry& entry, const std::string& key) {
    const unsigned part = key == "dtype"          ? kType
                          : key == "shape"        ? kShape
                          : key == "data_offsets" ? kOffsets
                                                  : 0;
    if ((seen_ & part) != 0) bad("a member of a tensor is there twice");
    seen_ |= part;
    if (key == "dtype") {
      entry.type = string();
      if (element_of(entry.type) == 0) bad("a tensor has a dtype that is none");
    } else if (key == "shape") {
      entry.shape = integers();
    } else if (key == "data_offsets") {
      const std::vector<uint64_t> range = integers();
      if (range.size() != 2 || range[0] > range[1]) bad("data_offsets is no range");
      entry.begin = range[0];
      entry.end = range[1];
    } else {
      bad("a tensor has an unknown member");
    }
  }
  template <typename Member>
  void object(Member&& on_member) {
    expect('{');
    if (accept('}')) return;
    do {
      const std::string key = string();
      expect(':');
      on_member(key);
    } while (accept(','));
    expect('}');
  }
  std::vector<uint64_t> integers() {
    std::vector<uint64_t> list;
    expect('[');
    if (accept(']')) return list;
    do {
      skip();
      uint64_t value = 0;
      std::size_t digits = 0;
      for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++digits) {
        value = value * 10 + static_cast<uint64_t>(text_[at_] - '0');
      }
      if (digits == 0 || digits > 15 || list.size() == 8) bad("a list of sizes is malformed");
      list.push_back(value);
    } while (accept(','));
    expect(']');
    return list;
  }
  std::string string() {
    expect('"');
    std::string out;
    for (;;) {
      if (at_ >= text_.size()) bad("a string has no end");
      const char c = text_[at_++];
      if (c == '"') return out;
      if (static_cast<unsigned char>(c) < 0x20) bad("a string has a control character");
      out += c == '\\' ? escape() : c;
    }
  }
  char escape() {
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    if (c == 'n') return '\n';
    if (c == 't') return '\t';
    if (c == '"' || c == '\\' || c == '/') return c;
    bad("a string has an escape that no head model uses");
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) bad("it is malformed");
  }
  [[noreturn]] void bad(const char* what) const {
    file_.fail("has a damaged header (at byte " + std::to_string(at_) + ": " + what + ")");
  }

  static constexpr unsigned kType = 1, kShape = 2, kOffsets = 4, kAll = 7;

  const std::string& text_;
  TensorFile& file_;
  std::size_t at_ = 0;
  unsigned seen_ = 0;  // members of the tensor that is read
};

TensorFile::TensorFile(const std::string& path, const TensorFileKind& kind)
    : path_(path), kind_(kind) {
  bytes_ = read_whole(path, *this);
  parse();
}

TensorFile::TensorFile(std::string bytes, const std::string& path, const TensorFileKind& kind)
    : path_(path), kind_(kind), bytes_(std::move(bytes)) {
  parse();
}

void TensorFile::parse() {
  if (bytes_.size() < 8) fail("is shorter than any .safetensors file");
  uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    length |= static_cast<uint64_t>(static_cast<unsigned char>(bytes_[i])) << (8 * i);
  }
  if (length > kLongestHeader) fail("is no .safetensors file (its header would be too long)");
  if (length + 8 > bytes_.size()) fail("is truncated within its header");
  const std::string header = bytes_.substr(8, length);
  bytes_.erase(0, 8 + length);
  Header(header, *this).parse();
  for (const auto& [name, entry] : entries_) {
    if (entry.end > bytes_.size()) fail("is truncated: tensor '" + name + "' lies beyond its end");
    uint64_t size = element_of(entry.type);
    for (const uint64_t extent : entry.shape) {
      if (__builtin_mul_overflow(size, extent, &size)) size = UINT64_MAX;
    }
    if (entry.end - entry.begin != size) fail("tensor '" + name + "' has another size than shape");
  }
  check_cover();
}

// The tensors lie one after the other from the first byte to the last.
void TensorFile::check_cover() const {
  std::vector<std::pair<const Entry*, const std::string*>> order;
  for (const auto& [name, entry] : entries_) order.emplace_back(&entry, &name);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first->begin, a.first->end) < std::pair(b.first->begin, b.first->end);
  });
  uint64_t at = 0;
  for (const auto& [entry, name] : order) {
    if (entry->begin != at) {
      fail("has " +
           (entry->begin > at ? std::to_string(entry->begin - at) + " bytes that no tensor has"
                              : std::string("an overlap")) +
           " before tensor '" + *name + "', which the format forbids");
    }
    at = entry->end;
  }
  if (at != bytes_.size()) {
    fail("has " + std::to_string(bytes_.size() - at) +
         " bytes after its last tensor, which the format forbids");
  }
}

const std::string& TensorFile::note(const std::string& key) const {
  const auto at = notes_.find(key);
  if (at == notes_.end()) fail("has no '" + key + "' in its metadata: it is no " + kind_.name);
  return at->second;
}

const TensorFile::Entry& TensorFile::entry(const std::string& name, const char* type,
                                           uint64_t element,
                                           const std::vector<uint64_t>& shape) const {
  const auto at = entries_.find(name);
  if (at == entries_.end()) fail("has no tensor '" + name + "'");
  const Entry& e = at->second;
  if (e.type != type) fail("tensor '" + name + "' has type " + e.type + ", must be " + type);
  bool fits = e.shape.size() == shape.size();
  uint64_t count = 1;
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = (shape[i] == 0 || shape[i] == e.shape[i]) && e.shape[i] <= kLongestFile;
    count = fits ? count * e.shape[i] : 0;
    fits = fits && count <= kLongestFile;
  }
  if (!fits) fail("tensor '" + name + "' has another shape than its model needs");
  if (e.end - e.begin != count * element) fail("tensor '" + name + "' has another size than shape");
  return e;
}

std::vector<float> TensorFile::f32(const std::string& name,
                                   const std::vector<uint64_t>& shape) const {
  const Entry& e = entry(name, "F32", 4, shape);
  std::vector<float> out((e.end - e.begin) / 4);
  if (!out.empty()) std::memcpy(out.data(), bytes_.data() + e.begin, e.end - e.begin);
  for (const float x : out) {
    if (!(x > -1e6F && x < 1e6F)) fail("tensor '" + name + "' has a value that is not finite");
  }
  return out;
}
std::vector<float> TensorFile::reals(const std::string& name,
                                     const std::vector<uint64_t>& shape) const {
  if (!is(name, "F16")) return f32(name, shape);
  const Entry& e = entry(name, "F16", 2, shape);
  std::vector<float> out((e.end - e.begin) / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    uint16_t half = 0;
    std::memcpy(&half, bytes_.data() + e.begin + 2 * i, 2);
    if ((half & 0x7C00U) == 0x7C00U) fail("tensor '" + name + "' has a value that is not finite");
    out[i] = of_half(half);
  }
  return out;
}
std::vector<int32_t> TensorFile::i32(const std::string& name,
                                     const std::vector<uint64_t>& shape) const {
  const Entry& e = entry(name, "I32", 4, shape);
  std::vector<int32_t> out((e.end - e.begin) / 4);
  if (!out.empty()) std::memcpy(out.data(), bytes_.data() + e.begin, e.end - e.begin);
  return out;
}
std::vector<uint8_t> TensorFile::u8(const std::string& name,
                                    const std::vector<uint64_t>& shape) const {
  const Entry& e = entry(name, "U8", 1, shape);
  return std::vector<uint8_t>(bytes_.begin() + static_cast<std::ptrdiff_t>(e.begin),
                              bytes_.begin() + static_cast<std::ptrdiff_t>(e.end));
}

std::vector<int32_t> TensorFile::indices(const std::string& name,
                                         const std::vector<uint64_t>& shape) const {
  if (!is(name, "U16")) return i32(name, shape);
  const Entry& e = entry(name, "U16", 2, shape);
  std::vector<int32_t> out((e.end - e.begin) / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    uint16_t index = 0;
    std::memcpy(&index, bytes_.data() + e.begin + 2 * i, 2);
    out[i] = index;
  }
  return out;
}
bool TensorFile::is(const std::string& name, const char* type) const {
  const auto at = entries_.find(name);
  return at != entries_.end() && at->second.type == type;
}

void TensorFile::fail(const std::string& what) const {
  throw HeadError(std::string(kind_.name) + " " + path_ + " " + what + "; " + kind_.remedy);
}

}  // namespace synface::morphable
