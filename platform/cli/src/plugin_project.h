// A plugin's project, made from the templates: names and combinations checked, files in memory
// first, written only when all of them are whole.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sdk_files.h"

namespace synface::cli {

struct ProjectRequest {
  std::string name;              // also the plugin's id
  std::string kind, lang;        // "loss", "c"
  std::filesystem::path folder;  // to be made
};

// Error(kUsage) that says what would do: a name that is none, an unknown kind or language, a
// combination without a template, a folder that exists.
void check_request(const ProjectRequest& request);

// Path below the folder -> content.
using ProjectFiles = std::map<std::filesystem::path, std::string>;
ProjectFiles render_project(const ProjectRequest& request, const SdkFiles& sdk);

void write_project(const std::filesystem::path& folder, const ProjectFiles& files);

// The commands from here to a row in `compare`, as they are typed in the working folder.
std::vector<std::string> next_commands(const ProjectRequest& request);

// As a shell takes it for one word.
std::string shell_word(const std::string& text);

}  // namespace synface::cli
