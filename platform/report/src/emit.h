// One result of rows to any of the printed or machine-readable forms.
#pragma once

#include <ostream>

#include "synface/report/trials.h"
#include "synface/store/sqlite.h"

namespace synface::report {

// Steps `select` to its end and writes its rows; `limit` < 0: all. Returns how many.
int emit_rows(store::Statement& select, const Output& output, std::ostream& out);
void emit_table(const Table& table, const Output& output, std::ostream& out);

}  // namespace synface::report
