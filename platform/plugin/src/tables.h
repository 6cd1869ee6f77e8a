#pragma once

#include <synface/entry.h>
#include <synface/plugin/kind.h>
#include <synface/plugin/library.h>

namespace synface::plugin {

// Copies the table of a plugin of this kind and checks that what the kind requires is there.
// Error(kPlugin) that names the member.
Tables copy_tables(Kind kind, const synface_instance_table* table);

}  // namespace synface::plugin
