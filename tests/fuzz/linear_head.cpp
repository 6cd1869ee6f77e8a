// Linear head models that a user brings, in both formats that the head compiler reads.
#include "core/safetensors.h"
#include "fuzz.h"
#include "headc/io.h"
#include "headc/linear.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::headc;
  using synface::fuzz::require;
  static synface::fuzz::MemoryFile file;
  file.write(synface::fuzz::as_text(data, size));
  for (const auto read : {&read_linear, &read_ict}) {
    try {
      const LinearModel model = read(file.path().string());
      const std::size_t vertices = model.mean.size();
      require(vertices > 0 && model.ear.size() == vertices, "a model has vertices");
      require(model.part.size() == model.triangles.size(), "each triangle has a part");
      require(model.identity.size() == model.components() * vertices, "components are whole");
      require(model.units.size() == model.unit_names.size() * vertices, "units are whole");
      for (const auto& triangle : model.triangles) {
        for (const std::int32_t corner : triangle) {
          require(corner >= 0 && static_cast<std::size_t>(corner) < vertices,
                  "corners are vertices");
        }
      }
    } catch (const synface::morphable::HeadError& e) {
      require(std::string_view(e.what()).find(file.path().string()) != std::string_view::npos,
              "a refused model is named");
    } catch (const CompileError& e) {
      require(*e.what() != '\0', "a refusal has words");
    }
  }
  return 0;
}
