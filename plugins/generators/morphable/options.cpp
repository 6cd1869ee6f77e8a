#include "options.h"

#include <algorithm>
#include <string>

#include "background_folder.h"

namespace synface::morphable {

PriorOptions prior_options(const sdk::Create& create) {
  PriorOptions o;
  o.pose = create.flag("pose");
  o.expression = create.flag("expression");
  o.illumination = create.flag("illumination");
  o.background = create.flag("background");
  o.camera = create.flag("camera");
  o.hair = create.flag("hair");
  o.skin_cues = create.flag("skin_cues");
  o.grooming = create.flag("grooming");
  o.accessories = create.flag("accessories");
  o.glasses = create.f64("glasses");
  o.glasses_persistence = create.f64("glasses_persistence");
  o.headwear = create.f64("headwear");
  o.makeup = create.f64("makeup");
  o.occlusion = create.f64("occlusion");
  o.white_balance_sd = create.f64("white_balance_sd");
  o.motion = create.f64("motion");
  o.low_resolution = create.f64("low_resolution");
  o.jpeg = create.f64("jpeg");
  o.yaw_sd = create.f64("yaw_sd");
  o.pitch_sd = create.f64("pitch_sd");
  o.roll_sd = create.f64("roll_sd");
  o.jitter = create.f64("jitter");
  o.shape_scale = create.f64("shape_scale");
  o.exposure_sd = create.f64("exposure_sd");
  o.men = create.f64("men");
  o.african = create.f64("african");
  o.asian = create.f64("asian");
  o.caucasian = create.f64("caucasian");
  if (o.african + o.asian + o.caucasian <= 0) {
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     "african, asian and caucasian are all 0: nobody is left to draw", "caucasian");
  }
  o.copies = create.flag("copies");
  return o;
}

RenderOptions render_options(const sdk::Create& create) {
  const synface_dims& dims = create.dims();
  if (dims.dev_type != SYNFACE_DEVICE_CPU) {
    throw sdk::Error(SYNFACE_ERR_UNSUPPORTED,
                     "this generator hands out pictures in the CPU's memory; create it with a CPU "
                     "device (its parameter `device` says what draws)");
  }
  if (dims.height < 16 || dims.width < 16 || dims.height > 2048 || dims.width > 2048) {
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     "images must be 16 to 2048 pixels high and wide, not " +
                         std::to_string(dims.height) + " x " + std::to_string(dims.width),
                     "size");
  }
  RenderOptions o;
  o.height = static_cast<int>(dims.height);
  o.width = static_cast<int>(dims.width);
  o.detail = create.flag("skin_detail");
  o.shadow = create.flag("shadow");
  o.photos =
      read_background_folder(create, create.path("backgrounds"), std::min(o.height, o.width));
  return o;
}

}  // namespace synface::morphable
