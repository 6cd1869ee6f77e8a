#include "manifest.h"

#include "inbox.h"
#include "synface/base/error.h"
#include "synface/base/json.h"

namespace synface::schedule {

Manifest read_manifest(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) {
    fail(ExitCode::kUsage, "there is no {}; `synface slurm write` makes one", path.string());
  }
  const Json json = read_json_file(path, ExitCode::kData);
  try {
    if (json.at("format").get<int>() != 1) {
      fail(ExitCode::kData, "{} is a manifest of another version ({}); this program reads 1",
           path.string(), json.at("format").dump());
    }
    return {request_of_json(json), json.at("worker").get<std::string>(),
            json.at("device").get<std::string>()};
  } catch (const Json::exception& error) {
    fail(ExitCode::kData, "{} is no manifest of `synface slurm write`: {}", path.string(),
         error.what());
  }
}

std::string manifest_text(const Manifest& manifest) {
  Json json = request_json(manifest.request);
  json["format"] = 1;
  json["worker"] = manifest.worker.string();
  json["device"] = manifest.device;
  return json.dump(1) + "\n";
}

}  // namespace synface::schedule
