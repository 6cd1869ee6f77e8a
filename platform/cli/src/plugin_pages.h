// Reference pages of plugins, made from their schemas: what `plugin info` knows, as documents to
// publish. No path of this machine is in them.
#pragma once

#include <span>
#include <string>

#include "synface/plugin/info.h"

namespace synface::cli {

enum class PageFormat { kMarkdown, kHtml };

// "loss_cosface.md", "loss_cosface.html".
std::string page_file(const plugin::PluginInfo& info, PageFormat format);

// One plugin, a whole document: its texts, an entry for an experiment's TOML with the defaults, and
// a table of its parameters.
std::string plugin_page(const plugin::PluginInfo& info, PageFormat format);

// The list of the pages, by kind.
std::string index_page(std::span<const plugin::PluginInfo* const> plugins, PageFormat format);

}  // namespace synface::cli
