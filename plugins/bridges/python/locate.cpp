// Finding a Python that can be embedded. What an installation looks like differs (Debian, pyenv's
// scripts, environments, conda): the program itself knows, and is asked.
#include <fcntl.h>
#include <spawn.h>
#include <synface/sdk/error.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include "cpython.h"

namespace synface::python {
namespace {

namespace fs = std::filesystem;

constexpr int kOldest = 10, kNewest = 14;
constexpr const char* kQuestion =
    "import importlib.util, sys, sysconfig as s\n"
    "print(sys.executable, sys.version_info[1], s.get_config_var('Py_ENABLE_SHARED'),"
    " s.get_config_var('INSTSONAME'), s.get_config_var('LIBDIR'),"
    " importlib.util.find_spec('numpy') is not None, sys.base_prefix, sep='\\n')";

// What the program prints, or nothing where it does not run or fails.
std::string ask(const std::string& program) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const char* arguments[] = {program.c_str(), "-c", kQuestion, nullptr};
  pid_t child = 0;
  const int fault = posix_spawn(&child, program.c_str(), &actions, nullptr,
                                const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string answer;
  char piece[4096];
  ssize_t got = 0;
  while (fault == 0 &&
         ((got = read(ends[0], piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))) {
    if (got > 0) answer.append(piece, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  while (fault == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return fault == 0 && status == 0 ? answer : std::string();
}

// Empty `problem`: it will do.
struct Candidate {
  Location location;
  std::string problem;
};

Candidate look_at(const std::string& program) {
  std::istringstream answer(ask(program));
  std::string executable, minor, shared, soname, folder, numpy, prefix;
  std::getline(answer, executable);
  std::getline(answer, minor);
  std::getline(answer, shared);
  std::getline(answer, soname);
  std::getline(answer, folder);
  std::getline(answer, numpy);
  std::getline(answer, prefix);
  Candidate candidate;
  if (prefix.empty() || executable.empty()) {
    candidate.problem = "it does not run";
    return candidate;
  }
  candidate.location.program = executable;
  candidate.location.minor = std::atoi(minor.c_str());
  if (candidate.location.minor < kOldest || candidate.location.minor > kNewest) {
    candidate.problem = "it is Python 3." + minor + ", wanted is one of 3." +
                        std::to_string(kOldest) + " to 3." + std::to_string(kNewest);
  } else if (shared != "1") {
    candidate.problem = "it was built without a shared library (--enable-shared)";
  } else if (numpy != "True") {
    candidate.problem = "it has no numpy (" + executable + " -m pip install numpy)";
  }
  candidate.location.library = soname;
  std::error_code error;
  for (const fs::path& lib : {fs::path(folder), fs::path(prefix) / "lib"}) {
    if (fs::exists(lib / soname, error)) candidate.location.library = (lib / soname).string();
  }
  return candidate;
}

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

std::vector<std::string> all_in_path(const std::string& name) {
  std::vector<std::string> found;
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable == nullptr ? "" : variable);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::path(folder) / name;
    if (candidate.is_absolute() && is_program(candidate)) found.push_back(candidate.string());
  }
  return found;
}

}  // namespace

Location find_python() {
  const char* named = std::getenv("SYNFACE_PYTHON");
  const std::string wanted = named == nullptr || *named == '\0' ? "python3" : named;
  std::vector<std::string> programs;
  if (wanted.find('/') == std::string::npos) {
    programs = all_in_path(wanted);
  } else if (is_program(wanted)) {
    programs.push_back(wanted);
  }
  std::string problems;
  for (const std::string& program : programs) {
    const Candidate candidate = look_at(program);
    if (candidate.problem.empty()) return candidate.location;
    problems += (problems.empty() ? ": " : "; ") + program + ": " + candidate.problem;
  }
  throw sdk::Error(SYNFACE_ERR_UNSUPPORTED,
                   "no Python that can be embedded, with numpy, was found as " + wanted +
                       (programs.empty() ? ": there is no such program" : problems) +
                       ". Debian's will do (apt install python3 libpython3-dev python3-numpy); "
                       "SYNFACE_PYTHON=/path/to/bin/python3 names another",
                   "SYNFACE_PYTHON");
}

}  // namespace synface::python
