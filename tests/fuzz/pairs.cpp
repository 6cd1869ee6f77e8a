// Pairs files of both formats, about the pictures in tests/fuzz/people.
#include <synface/data/listing.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using synface::fuzz::require;
  static synface::fuzz::MemoryFile file;
  file.write(synface::fuzz::as_text(data, size));
  try {
    for (const auto& pair : synface::data::read_pairs(SYNFACE_FUZZ_PEOPLE, file.path().string())) {
      require(pair.fold >= -1, "a fold has a number");
      require(std::filesystem::exists(pair.first) && std::filesystem::exists(pair.second),
              "the pictures of a pair exist");
    }
  } catch (const synface::Error& e) {
    require(e.code() == synface::ExitCode::kData && *e.what() != '\0',
            "a bad pairs file is an error of data");
  }
  return 0;
}
