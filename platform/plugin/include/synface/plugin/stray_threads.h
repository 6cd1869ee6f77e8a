// Threads that a plugin has left behind.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace synface::plugin {

// Remembers which threads there were, and finds those that came later and run a plugin's code.
class ThreadCensus {
 public:
  // Before any plugin is loaded.
  ThreadCensus();

  struct Stray {
    int thread = 0;
    std::filesystem::path library;  // the first of `libraries` on its stack
    std::string place;              // the innermost function of it: "spin+0x1c in x.so (+0x11bc)"
  };
  // Interrupts each later thread by a signal whose handler looks at its stack; one that is ending
  // has half a second to do so. A thread that blocks that signal, or whose stack shows none of
  // `libraries` (a pool of LibTorch's, of a driver's, of a library that a plugin links), is not
  // found.
  std::vector<Stray> strays(const std::vector<std::filesystem::path>& libraries) const;

 private:
  std::vector<int> before_;
};

}  // namespace synface::plugin
