// The table form of "what bad input gets": a code, a message, and nothing lost.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/sandbox.h"

namespace synface::test {

struct BadInput {
  std::string name;
  std::function<void(Sandbox&)> prepare;  // may be empty
  std::vector<std::string> command;
  int code = 0;
  // What the message must hold: the place, the thing, the remedy.
  std::vector<std::string> says;
};

// For each row: given a database in which one trial of another experiment has ended, when the
// command is run, then it ends with the code and says everything, and the database is whole, with
// that trial's points and finals as they were.
void expect_refused(const std::vector<BadInput>& table);

}  // namespace synface::test
