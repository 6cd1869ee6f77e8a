// Head models: whatever a file says, it is refused or drawn. What is accepted is shaped and drawn
// small, so that an index or a size that the reader let through is met by the sanitizers.
#include "core/head_model.h"

#include "core/prior.h"
#include "core/renderer.h"
#include "core/safetensors.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace synface::morphable;
  using synface::fuzz::require;
  std::shared_ptr<const HeadModel> head;
  try {
    head = std::make_shared<const HeadModel>(
        HeadModel::parse(std::string(synface::fuzz::as_text(data, size)), "head.safetensors"));
  } catch (const HeadError& e) {
    const std::string message = e.what();
    require(message.find("head.safetensors") != std::string::npos &&
                message.find("synface-headc") != std::string::npos,
            "a refused head model is named with the remedy");
    return 0;
  }
  require(head->landmarks.size() == 68 && head->units.size() == head->unit_names.size(),
          "an accepted head model is whole");
  RenderOptions options;
  options.height = options.width = 16;
  const Renderer renderer(head, options);
  std::vector<float> row(renderer.layout().size);
  std::vector<std::uint8_t> image(3 * 16 * 16);
  Scratch scratch;
  for (std::uint32_t sample = 0; sample < 2; ++sample) {
    Prior(*head, {}).draw(1, 0, sample, row.data());
    renderer.render(row.data(), {1, 0, sample, 0}, scratch, image.data());
  }
  return 0;
}
