// Manifests of named sets, which are carried from machine to machine.
#include <synface/data/named_set.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::data;
  using synface::Json;
  using synface::fuzz::require;
  const Json json = Json::parse(synface::fuzz::as_text(data, size), nullptr, false);
  if (json.is_discarded()) return 0;
  try {
    const NamedSet set = set_of_json(json, "set.json");
    require(set.image_bytes() > 0, "pictures have a size");
    const Json again = to_json(set);
    require(again.at("sha256") == json.at("sha256"), "a set that is read is the one written");
    require(set_of_json(again, "again.json").digest() == set.digest(), "and reads back");
    for (const SetPart& part : set.parts) {
      std::uint64_t images = 0;
      for (const BlockSum& block : part.blocks) images += block.images;
      require(part.blocks.empty() || images == part.count(), "its blocks hold its images");
    }
  } catch (const synface::Error& e) {
    require(e.code() == synface::ExitCode::kData &&
                std::string_view(e.what()).find(".json") != std::string_view::npos,
            "a bad manifest is an error of data that names it");
  }
  return 0;
}
