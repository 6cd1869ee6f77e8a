// SQL from a user, kept to reading.
#pragma once

#include <string_view>

#include "synface/store/sqlite.h"

namespace synface::store {

// Prepares the one statement in `sql` on a database from open_reader(). Throws kUsage where it is
// wrong SQL, more than one statement, or anything but a read: three guards stand there, the
// connection's mode=ro, an authorizer that lets nothing but SELECT pass, and sqlite3_stmt_readonly.
// The authorizer stays on the connection.
Statement prepare_read(Database& db, std::string_view sql);

}  // namespace synface::store
