// What the child tells its parent while a test runs: the call that is under way, and the verdict.
// Lines on the child's original standard output: "C <call>", "V <json>".
#pragma once

#include <string>
#include <vector>

#include "verdict.h"

namespace synface::plugin::check {

// The call into the plugin that is about to be made; told to the parent when it is another one than
// before. The text must live for the process's life.
void note_call(const char* call) noexcept;
// The last one noted, "" before the first.
const char* noted_call() noexcept;

// Calls that returned SYNFACE_OK and wrote the error all the same, each once.
void remember_touched(const char* call);
const std::vector<std::string>& touched_calls();

// While this is set, a fault inside a block of Memory is a failed test: expected this text.
void expect_no_fault(const char* expected) noexcept;

// Takes standard output away from the plugin (a memory file instead), installs the handlers for
// crashes, exit() and std::terminate, limits the address space. In a child only.
void take_over();
// How many bytes were written to standard output since take_over(); flushes stdio.
long written_to_stdout();

// Tells the verdict and ends the process without destructors or exit handlers.
[[noreturn]] void finish(const Verdict& verdict);

}  // namespace synface::plugin::check
