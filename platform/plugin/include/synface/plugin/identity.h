// What of a plugin's parameters counts for the identity of a trial, and the identity of files.
#pragma once

#include <synface/plugin/info.h>

#include <filesystem>
#include <map>
#include <string>

namespace synface::plugin {

// Content identities of files and folders, 64 hex digits, cached on disk by path, size and mtime so
// that a second look at a folder of many images only stats them. Not for two threads at once.
//
// A file: SHA-256 of its bytes. A folder: SHA-256 over its regular files in byte order of their
// relative paths (symbolic links followed), each as "<path>\0<size>\0<sha256 in hex>\n". Names of
// folders above it, mtimes and permissions do not count.
class ContentIdentity {
 public:
  explicit ContentIdentity(std::filesystem::path cache);

  // Error(kData) that names a path that is missing or cannot be read.
  std::string of(const std::filesystem::path& path) const;
  // SHA-256 of each regular file below a folder, by its relative path. Error(kData) likewise, and
  // where it is no folder.
  std::map<std::string, std::string> files(const std::filesystem::path& folder) const;
  // SHA-256 of each *.safetensors right in a folder, by its name; nothing where there is no folder.
  // Looked at once in this object's life.
  const std::map<std::string, std::string>& tensors(const std::filesystem::path& folder) const;

 private:
  std::string of_file(const std::filesystem::path& file) const;

  std::filesystem::path cache_;
  // Each path is looked at once in this object's life: thousands of trials name the same folder.
  mutable std::map<std::filesystem::path, std::string> seen_;
  mutable std::map<std::filesystem::path, std::map<std::string, std::string>> tensors_;
};

// `typed` are Validated::params. Left out: parameters that change no number (NO_EFFECT), and those
// at their neutral value. A path that is not empty becomes {"content": identity}.
//
// What a plugin reads where no path is given counts too: <id>/*.safetensors beside its library are
// told as "default files", {name: SHA-256}, unless every path parameter is given. The contents that
// were there before identities had this add nothing.
Json identity_params(const PluginInfo& info, const Json& typed, const ContentIdentity& content);

}  // namespace synface::plugin
