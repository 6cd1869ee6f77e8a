// The main() of a fuzz target where clang's libFuzzer is not: replays every file of the folders
// given, then, with -max_total_time, tries changed copies of them. It takes the options of
// libFuzzer that fuzz.sh uses:
//
//   fuzz_NAME [-runs=0] [-max_total_time=S] [-seed=N] [-max_len=N] [-artifact_prefix=P] FOLDER...
//
// Inputs are tried in a child process; the input that kills it is written to P"crash-<number>".
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "fuzz.h"
#include "mutate.h"

namespace synface::fuzz {
namespace {

constexpr unsigned kSlowest = 20;  // seconds for one input

struct Options {
  std::uint64_t seconds = 0, seed = 1, longest = 4096;
  bool replay_only = false;
  std::string prefix;
  std::vector<std::filesystem::path> folders;
};

// What the child tries now; shared with the parent.
struct Current {
  std::uint64_t runs = 0, size = 0;
};

class Shared {
 public:
  explicit Shared(std::size_t longest) : bytes_(sizeof(Current) + longest) {
    at_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(at_ != MAP_FAILED, "memory can be shared");
    new (at_) Current();
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { munmap(at_, bytes_); }

  Current& current() { return *static_cast<Current*>(at_); }
  std::uint8_t* input() { return static_cast<std::uint8_t*>(at_) + sizeof(Current); }

 private:
  std::size_t bytes_;
  void* at_;
};

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail(ExitCode::kUsage, "'{}' is no number", text);
  }
  return value;
}

Options read_options(std::span<char* const> arguments) {
  Options options;
  for (const std::string_view argument : arguments) {
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string_view name = argument.substr(0, equals);
    const std::string_view value = argument.substr(std::min(equals + 1, argument.size()));
    if (!argument.starts_with('-')) {
      options.folders.emplace_back(argument);
    } else if (name == "-max_total_time") {
      options.seconds = number(value);
    } else if (name == "-seed") {
      options.seed = number(value);
    } else if (name == "-max_len") {
      options.longest = number(value);
    } else if (name == "-artifact_prefix") {
      options.prefix = value;
    } else if (argument == "-runs=0") {
      options.replay_only = true;
    } else {
      fail(ExitCode::kUsage, "unknown option {}", argument);
    }
  }
  return options;
}

std::vector<std::string> read_corpus(const Options& options) {
  std::vector<std::filesystem::path> files;
  for (const auto& folder : options.folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& file : files) corpus.push_back(read_file(file));
  if (corpus.empty()) fail(ExitCode::kUsage, "the corpus is empty: name a folder that holds one");
  return corpus;
}

void try_input(const std::string& bytes, Shared& shared) {
  shared.current().size = bytes.size();
  if (!bytes.empty()) std::memcpy(shared.input(), bytes.data(), bytes.size());
  // A buffer of exactly its size, so that AddressSanitizer sees one byte too far.
  const auto exact = std::make_unique<std::uint8_t[]>(bytes.size());
  if (!bytes.empty()) std::memcpy(exact.get(), bytes.data(), bytes.size());
  alarm(kSlowest);
  LLVMFuzzerTestOneInput(exact.get(), bytes.size());
  alarm(0);
  ++shared.current().runs;
}

void run_child(const Options& options, const std::vector<std::string>& corpus, Shared& shared) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  for (const std::string& bytes : corpus) try_input(bytes, shared);
  if (options.replay_only || options.seconds == 0) return;
  std::mt19937_64 random(options.seed);
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 64; ++i) try_input(mutate(corpus, options.longest, random), shared);
  }
}

int run(const Options& options) {
  const std::vector<std::string> corpus = read_corpus(options);
  std::size_t room = options.longest;
  for (const std::string& bytes : corpus) room = std::max(room, bytes.size());
  Shared shared(room);
  const pid_t child = fork();
  require(child >= 0, "a process can be started");
  if (child == 0) {
    run_child(options, corpus, shared);
    std::exit(0);  // with the sanitizers' checks at exit
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) continue;
  const Current current = shared.current();
  std::printf("%llu inputs, %zu of them from the corpus\n",
              static_cast<unsigned long long>(current.runs), corpus.size());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
  const std::string file = options.prefix + "crash-" + std::to_string(current.runs);
  write_file_atomic(file, {reinterpret_cast<const char*>(shared.input()), current.size}, false);
  std::printf("input %llu is fatal (status %d): %s\n",
              static_cast<unsigned long long>(current.runs), status, file.c_str());
  return 1;
}

}  // namespace
}  // namespace synface::fuzz

int main(int argc, char** argv) {
  try {
    return synface::fuzz::run(
        synface::fuzz::read_options({argv + 1, static_cast<std::size_t>(argc - 1)}));
  } catch (const synface::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return static_cast<int>(e.code());
  }
}
