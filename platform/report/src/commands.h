// The commands that make an experiment and its report again, without a path of this machine.
#pragma once

#include <string>
#include <vector>

#include "synface/report/report_file.h"

namespace synface::report {

// `synface run FILE --set ...` and `synface compare NAME ...`. A path given from outside becomes
// FOLDER or FILE: real.images and its like where the trials had them, and any value of --set that
// is an absolute path.
std::vector<std::string> report_commands(store::Database& db, const ReportOptions& options);

}  // namespace synface::report
