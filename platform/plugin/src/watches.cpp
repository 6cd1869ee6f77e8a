// The kinds of state that a Guard knows to watch, but for signals.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <clocale>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "synface/plugin/guard.h"

extern char** environ;

namespace synface::plugin {
namespace {

class FloatMode final : public Watch {
 public:
  bool same() noexcept override { return now() == before_; }
  std::string difference() override {
    std::string text;
    const auto add = [&](const char* what) {
      text += (text.empty() ? "" : " and ") + std::string(what);
    };
    const std::uint64_t changed = now() ^ before_;
    if ((changed & kRounding) != 0) add("rounding");
    if ((changed & kDenormals) != 0) add("treatment of denormals (FTZ, DAZ)");
    if ((changed & ~(kRounding | kDenormals)) != 0) add("trapping");
    return fmt::format(
        "changed the floating-point mode ({}), and every later number of the process with it; put "
        "it back before returning (some libraries, and code linked with -ffast-math, set it too)",
        text);
  }
  void restore() noexcept override { set(before_); }

 private:
#if defined(__x86_64__)
  // MXCSR without what merely happened (bits 0 to 5), and the x87 control word above it.
  static constexpr std::uint64_t kRounding = 0x6000 | (0x0C00ULL << 32);
  static constexpr std::uint64_t kDenormals = 0x8040;
  static std::uint64_t now() noexcept {
    std::uint16_t x87 = 0;
    asm volatile("fnstcw %0" : "=m"(x87));
    return (_mm_getcsr() & 0xFFC0U) | (std::uint64_t{x87} << 32);
  }
  static void set(std::uint64_t mode) noexcept {
    _mm_setcsr(static_cast<unsigned>(mode & 0xFFC0U));
    const auto x87 = static_cast<std::uint16_t>(mode >> 32);
    asm volatile("fldcw %0" : : "m"(x87));
  }
#elif defined(__aarch64__)
  static constexpr std::uint64_t kRounding = 3ULL << 22;
  static constexpr std::uint64_t kDenormals = 1ULL << 24;
  static std::uint64_t now() noexcept {
    std::uint64_t mode = 0;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  static void set(std::uint64_t mode) noexcept { asm volatile("msr fpcr, %0" : : "r"(mode)); }
#else
#error "tell how this machine's floating-point mode is read"
#endif
  const std::uint64_t before_ = now();
};

class Locale final : public Watch {
 public:
  bool same() noexcept override {
    return std::strcmp(std::setlocale(LC_ALL, nullptr), before_.c_str()) == 0 &&
           uselocale(nullptr) == own_;
  }
  std::string difference() override {
    return fmt::format(
        "changed the locale from {} to {}, and with it how numbers are read and written; use "
        "std::to_chars and from_chars, or newlocale() with the functions that take a locale",
        before_,
        uselocale(nullptr) == own_ ? std::setlocale(LC_ALL, nullptr) : "one of the thread's own");
  }
  void restore() noexcept override {
    uselocale(own_);
    std::setlocale(LC_ALL, before_.c_str());
  }

 private:
  const std::string before_ = std::setlocale(LC_ALL, nullptr);
  const locale_t own_ = uselocale(nullptr);
};

std::string working_folder() {
  char now[PATH_MAX];
  return getcwd(now, sizeof now) == nullptr ? "" : now;
}

class Folder final : public Watch {
 public:
  bool same() noexcept override {
    char now[PATH_MAX];
    return (getcwd(now, sizeof now) == nullptr ? "" : now) == before_;
  }
  std::string difference() override {
    return fmt::format(
        "changed the working folder from {} to {}, and with it every relative path; use whole "
        "paths",
        before_, working_folder());
  }
  void restore() noexcept override {
    if (chdir(before_.c_str()) != 0) before_ = working_folder();  // it is gone: said once
  }

 private:
  std::string before_ = working_folder();
};

class Environment final : public Watch {
 public:
  bool same() noexcept override {
    std::size_t n = 0;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry, ++n) {
      if (n == before_.size() || before_[n] != *entry) return false;
    }
    return n == before_.size();
  }
  std::string difference() override {
    std::vector<std::string> names;
    const auto add_missing = [&](const std::vector<std::string>& these,
                                 const std::vector<std::string>& in) {
      for (const std::string& entry : these) {
        if (std::find(in.begin(), in.end(), entry) != in.end()) continue;
        const std::string name = entry.substr(0, entry.find('='));
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
    };
    const std::vector<std::string> now = all();
    add_missing(now, before_);
    add_missing(before_, now);
    return fmt::format(
        "changed the environment ({}), which other plugins and child processes read; take a "
        "setting as a parameter",
        names.empty() ? "the order of its variables" : fmt::format("{}", fmt::join(names, ", ")));
  }
  // Others may hold pointers into it: it stays as it is.
  void restore() noexcept override { before_ = all(); }

 private:
  static std::vector<std::string> all() {
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      entries.emplace_back(*entry);
    }
    return entries;
  }
  std::vector<std::string> before_ = all();
};

class Number final : public Watch {
 public:
  Number(std::string text, std::string remedy, int (*get)() noexcept, void (*set)(int) noexcept)
      : text_(std::move(text)), remedy_(std::move(remedy)), get_(get), set_(set), before_(get()) {}
  bool same() noexcept override { return get_() == before_; }
  std::string difference() override {
    return fmt::format("changed {} from {} to {}; {}", text_, before_, get_(), remedy_);
  }
  void restore() noexcept override {
    set_(before_);
    before_ = get_();
  }

 private:
  std::string text_, remedy_;
  int (*get_)() noexcept;
  void (*set_)(int) noexcept;
  int before_;
};

}  // namespace

std::unique_ptr<Watch> watch_float_mode() {
  return std::make_unique<FloatMode>();
}
std::unique_ptr<Watch> watch_locale() {
  return std::make_unique<Locale>();
}
std::unique_ptr<Watch> watch_folder() {
  return std::make_unique<Folder>();
}
std::unique_ptr<Watch> watch_environment() {
  return std::make_unique<Environment>();
}
std::unique_ptr<Watch> watch_number(std::string text, std::string remedy, int (*get)() noexcept,
                                    void (*set)(int) noexcept) {
  return std::make_unique<Number>(std::move(text), std::move(remedy), get, set);
}

}  // namespace synface::plugin
