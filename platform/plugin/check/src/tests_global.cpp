// State of the process that is the host's: looked at before the library is loaded, and after its
// instance is gone.
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cfenv>
#include <chrono>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "drive.h"
#include "tests.h"

extern char** environ;

namespace synface::plugin::check {
namespace {

// Everything that an ordinary trial does.
void exercise(Scene& scene) {
  scene.library();
  const auto drive = make_drive(scene);
  Round round = drive->usual();
  drive->run(round);
  round.train = false;
  drive->run(round);
}

// `look` describes the state in words; `what` names it.
template <typename Look>
void unchanged(Scene& scene, const char* what, Look&& look) {
  const std::string before = look();
  exercise(scene);
  const std::string after = look();
  if (before != after) {
    failed(fmt::format("{} as it was: {}", what, before), after);
  }
}

std::string float_mode() {
  std::string text = fmt::format("rounding {}, trapping {:#x}", std::fegetround(), fegetexcept());
#if defined(__x86_64__)
  constexpr unsigned kFlags = 0x3F;  // what happened, not how it is to happen
  text += fmt::format(", mxcsr {:#x}", _mm_getcsr() & ~kFlags);
#endif
  return text;
}

std::string signal_handlers() {
  std::string text;
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0) continue;
    if (action.sa_handler == SIG_DFL) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        sigabbrev_np(number) == nullptr ? "?" : sigabbrev_np(number),
                        action.sa_handler == SIG_IGN
                            ? "ignored"
                            : fmt::format("{}", reinterpret_cast<const void*>(action.sa_handler)));
  }
  sigset_t blocked;
  sigemptyset(&blocked);
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    if (sigismember(&blocked, number) == 1) text += fmt::format(", {} blocked", number);
  }
  return text;
}

std::size_t threads() {
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/self/task")) {
    ++n;
  }
  return n;
}

// OpenMP's number of threads, where its library is loaded, by the host or by a plugin.
std::optional<int> openmp_threads() {
  void* get = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
  for (const char* name : {"libgomp.so.1", "libomp.so.5"}) {
    void* const library = get == nullptr ? dlopen(name, RTLD_LAZY | RTLD_NOLOAD) : nullptr;
    if (library != nullptr) get = dlsym(library, "omp_get_max_threads");
  }
  if (get == nullptr) return std::nullopt;
  return reinterpret_cast<int (*)()>(get)();
}

void same_thread_count(std::optional<int> before) {
  const char* const given = std::getenv("OMP_NUM_THREADS");  // each child has it
  if (!before && given != nullptr) before = std::atoi(given);
  const std::optional<int> after = openmp_threads();
  if (before && after && *after != *before) {
    failed(fmt::format("OpenMP's number of threads as it was: {}", *before),
           fmt::format("{}", *after));
  }
}

std::string descriptors() {
  std::vector<int> open;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    open.push_back(std::atoi(entry.path().filename().c_str()));
  }
  // The one of the listing itself is closed by now.
  std::erase_if(open, [](int fd) { return fcntl(fd, F_GETFD) < 0; });
  std::sort(open.begin(), open.end());
  return fmt::format("{}", fmt::join(open, ", "));
}

}  // namespace

void global_locale(Scene& scene) {
  unchanged(scene, "the locale", [] { return std::string(std::setlocale(LC_ALL, nullptr)); });
}

void global_float_mode(Scene& scene) {
  unchanged(scene, "the floating-point mode", float_mode);
}

void global_signals(Scene& scene) {
  unchanged(scene, "the signal handlers and mask", signal_handlers);
}

void global_folder(Scene& scene) {
  unchanged(scene, "the working folder", [] { return std::filesystem::current_path().string(); });
}

void global_umask(Scene& scene) {
  unchanged(scene, "the umask", [] {
    const mode_t mask = umask(0);
    umask(mask);
    return fmt::format("{:03o}", mask);
  });
}

void global_environment(Scene& scene) {
  const auto all = [] {
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      entries.emplace_back(*entry);
    }
    std::sort(entries.begin(), entries.end());
    return entries;
  };
  const std::vector<std::string> before = all();
  exercise(scene);
  const std::vector<std::string> after = all();
  std::vector<std::string> changed;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::back_inserter(changed));
  if (!changed.empty()) {
    failed("the environment as it was", fmt::format("changed: {}", fmt::join(changed, ", ")));
  }
}

void global_random(Scene& scene) {
  constexpr unsigned kSeed = 42;
  const auto next = [] { return fmt::format("{}, {}", random(), lrand48()); };
  srandom(kSeed);
  srand48(kSeed);
  const std::string wanted = next();
  srandom(kSeed);
  srand48(kSeed);
  exercise(scene);
  const std::string found = next();
  if (found != wanted) {
    failed("the C library's random generators (rand, random, drand48) untouched",
           "they were used or seeded");
  }
}

void global_threads(Scene& scene) {
  const std::size_t before = threads();
  const std::optional<int> number = openmp_threads();
  exercise(scene);
  same_thread_count(number);
  std::size_t after = threads();
  for (int i = 0; i < 50 && after > before; ++i) {  // one that is ending may take a moment
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    after = threads();
  }
  if (after > before) {
    failed(
        "no thread of the plugin's is left when its instance is destroyed (parallel.h has the "
        "host's)",
        fmt::format("{} more than before it was loaded", after - before));
  }
}

void global_stdout(Scene& scene) {
  if (!scene.in_child()) skipped("in this process standard output is the report's");
  exercise(scene);
  const long bytes = written_to_stdout();
  if (bytes > 0) {
    failed("nothing on standard output, which may be a JSON document (log.h has the log)",
           fmt::format("{} bytes", bytes));
  }
}

void global_descriptors(Scene& scene) {
  unchanged(scene, "the open files", descriptors);
}

}  // namespace synface::plugin::check
