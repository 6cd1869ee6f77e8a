// A plan as text and as JSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "session.h"

namespace synface::cli {

// One JSON document, written trial by trial: whole configs of a large grid would not fit in memory.
void print_plan_json(const experiment::Experiment& experiment,
                     const std::vector<experiment::Known>& known,
                     const std::vector<std::string>& differ, const experiment::Plan& plan,
                     std::ostream& out);

struct PlanOptions {
  bool all = false;   // every trial is listed; otherwise up to 40
  bool wide = false;  // axes that follow from others of their zip have columns too
};
void print_plan(const experiment::Experiment& experiment,
                const std::vector<experiment::Known>& known, const std::vector<std::string>& differ,
                const experiment::Plan& plan, const PlanOptions& options, std::ostream& out);

// Remarks of the file and warnings of the plan, for a terminal.
void print_remarks(const experiment::Experiment& experiment, const experiment::Plan& plan,
                   std::ostream& out);

// "about 2 min 50 s with 2 jobs".
std::string time_text(const experiment::Estimate& estimate);

}  // namespace synface::cli
