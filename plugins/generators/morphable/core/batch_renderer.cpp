#include "core/batch_renderer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <string>

namespace synface::morphable {

// A picture when everything is done that wants no device. Offsets: of its pieces in the buffers of
// its sheet.
struct BatchRenderer::Prepared {
  std::vector<Vec3> positions, normals;
  Outfit outfit;
  View view;
  LampView lamp;
  Film film;
  std::optional<Stage> stage;  // its arrays are not known yet

  struct {
    std::size_t positions, normals, q, albedo, occlusion, triangles, part, lenses;
  } in;
  struct {
    std::size_t samples, lens_samples, lamp_samples;
  } cleared;
  struct {
    std::size_t screen, lamp_screen, rows, lamp_depths, linear, blurred, planes;
  } work;

  int32_t triangles(const HeadArrays& head) const {
    return head.triangle_count + static_cast<int32_t>(outfit.triangles.size());
  }
};

// A batch on its way.
struct BatchRenderer::Sheet {
  Sheet(BatchDevice& device, int number)
      : queue(number),
        staged(device, true),
        input(device, false),
        cleared(device, false),
        work(device, false),
        images(device, false),
        result(device, true) {}

  int queue;
  std::vector<Prepared> pictures;
  std::size_t count = 0;  // of them on their way; 0: none
  DeviceBuffer staged, input, cleared, work, images, result;
  std::size_t records = 0, to_upload = 0, to_clear = 0;  // where they begin; bytes
  uint8_t* out = nullptr;                                // where the bytes go
};

BatchRenderer::BatchRenderer(const Renderer& renderer, std::unique_ptr<BatchDevice> device)
    : renderer_(renderer), device_(std::move(device)), tables_(*device_, false) {
  // About 100 bytes a pixel and 2 MB of vertices a picture.
  const RenderOptions& options = renderer.options();
  const std::size_t bytes = (std::size_t{2} << 20) + std::size_t{100} *
                                                         static_cast<std::size_t>(options.height) *
                                                         static_cast<std::size_t>(options.width);
  together_ = clamp((std::size_t{512} << 20) / bytes, std::size_t{1}, std::size_t{64});
  copy_tables();
  for (int queue = 0; queue < BatchDevice::kQueues; ++queue) {
    sheets_.push_back(std::make_unique<Sheet>(*device_, queue));
  }
}

BatchRenderer::~BatchRenderer() = default;

void BatchRenderer::copy_tables() {
  const HeadModel& head = renderer_.head();
  const Photos* const photos = renderer_.options().photos.get();
  Carver carver;
  const std::size_t triangles = carver.piece<Corners>(head.triangles.size());
  const std::size_t paint_triangles = carver.piece<Corners>(head.paint_triangles.size());
  const std::size_t paint = carver.piece<Vec2>(head.paint.size());
  const std::size_t part = carver.piece<Part>(head.part.size());
  const std::size_t chart = carver.piece<Chart>(1);
  const std::size_t canonical = carver.piece<Vec3>(head.canonical.size());
  const std::size_t occlusion = carver.piece<float>(head.occlusion.size());
  const std::size_t ear = carver.piece<float>(head.ear.size());
  const std::size_t tone = carver.piece<uint8_t>(renderer_.tone().size());
  const std::size_t cosines = carver.piece<float>(64);
  const std::size_t levels = carver.piece<float>(256);
  std::vector<std::size_t> photo;
  for (std::size_t i = 0; photos != nullptr && i < photos->size(); ++i) {
    photo.push_back(carver.piece<uint8_t>((*photos)[i].rgb.size()));
  }

  DeviceBuffer staged(*device_, true);
  try {
    staged.room(carver.size());
    tables_.room(carver.size());
  } catch (const DeviceMemoryError& e) {
    throw DeviceMemoryError("the head model and " + std::to_string(photo.size()) +
                            " photographs: " + e.what());
  }
  std::byte* const from = staged.data();
  put(from, triangles, head.triangles);
  put(from, paint_triangles, head.paint_triangles);
  put(from, paint, head.paint);
  put(from, part, head.part);
  std::memcpy(from + chart, static_cast<const void*>(&renderer_.chart()), sizeof(Chart));
  put(from, canonical, head.canonical);
  put(from, occlusion, head.occlusion);
  put(from, ear, head.ear);
  put(from, tone, renderer_.tone());
  std::memcpy(from + cosines, jpeg_cosines(), 64 * sizeof(float));
  if (photos != nullptr) std::memcpy(from + levels, photos->linear().data(), 256 * sizeof(float));
  for (std::size_t i = 0; i < photo.size(); ++i) put(from, photo[i], (*photos)[i].rgb);

  std::byte* const to = tables_.data();
  device_->upload(0, to, from, carver.size());
  device_->wait(0);
  head_ = {static_cast<int32_t>(head.base.size()),
           static_cast<int32_t>(head.triangles.size()),
           at<int32_t>(to, triangles),
           at<int32_t>(to, paint_triangles),
           at<Vec2>(to, paint),
           at<Part>(to, part),
           at<Chart>(to, chart)};
  canvas_ = {renderer_.options().height, renderer_.options().width, at<Vec3>(to, canonical),
             at<float>(to, occlusion),   at<float>(to, ear),        at<uint8_t>(to, tone),
             at<float>(to, cosines)};
  photo_levels_ = at<float>(to, levels);
  for (const std::size_t offset : photo) photos_.push_back(at<uint8_t>(to, offset));
}

void BatchRenderer::prepare_one(Prepared& p, const float* row, const ImageKey& key,
                                Scratch& scratch) const {
  p.view = renderer_.place(row, scratch);
  p.positions.swap(scratch.posed);
  p.normals.swap(scratch.normals);
  p.outfit = scratch.person.outfit;
  const Lights lights = renderer_.lights_of_row(row);
  p.lamp = LampView::towards(p.view.rotation.undo(lights.lamp[0].direction));
  PhotoCrop photo = renderer_.photo_of(row, scratch.person);
  if (!photo.empty()) photo = photo.elsewhere(photos_[photo.photo()], photo_levels_);
  p.stage.emplace(renderer_.stage_of(row, p.view, scratch.person, head_, {}, photo));
  p.film = film_of(p.view.camera, key, canvas_.height, canvas_.width);
}

void BatchRenderer::prepare(Sheet& sheet, const float* const* rows, const ImageKey* keys,
                            const Parallel& parallel) {
  if (sheet.pictures.size() < sheet.count) sheet.pictures.resize(sheet.count);
  parallel(sheet.count, [&](std::size_t first, std::size_t last) {
    std::unique_ptr<Scratch> scratch;
    {
      const std::scoped_lock lock(scratches_lock_);
      if (!scratches_.empty()) {
        scratch = std::move(scratches_.back());
        scratches_.pop_back();
      }
    }
    if (!scratch) scratch = std::make_unique<Scratch>();
    renderer_.shape_ahead(rows + first, last - first, *scratch);
    for (std::size_t i = first; i < last; ++i) {
      prepare_one(sheet.pictures[i], rows[i], keys[i], *scratch);
    }
    const std::scoped_lock lock(scratches_lock_);
    scratches_.push_back(std::move(scratch));
  });
}

// Where the pieces of a sheet's pictures lie in its buffers, which are made large enough.
BatchExtent BatchRenderer::plan(Sheet& sheet) const {
  const bool shadow = renderer_.options().shadow;
  const auto pixels = static_cast<std::size_t>(canvas_.pixels());
  const std::size_t plane_floats = JpegPlanes(canvas_.height, canvas_.width).floats();
  constexpr auto kLampSamples = static_cast<std::size_t>(kShadowSize * kShadowSize * kSamples);
  Carver input;
  Carver cleared;
  Carver work;
  BatchExtent most{};
  most.shadow = shadow;
  sheet.records = input.piece<Picture>(sheet.count);
  for (std::size_t i = 0; i < sheet.count; ++i) {
    Prepared& p = sheet.pictures[i];
    const std::size_t vertices = p.positions.size();
    const std::size_t worn = p.outfit.size();
    const bool lenses = !p.outfit.lenses.empty();
    const bool compressed = p.film.compressed != 0;
    p.in = {input.piece<Vec3>(vertices),
            input.piece<Vec3>(vertices),
            input.piece<Vec3>(worn),
            input.piece<Vec3>(worn),
            input.piece<float>(worn),
            input.piece<Corners>(p.outfit.triangles.size()),
            input.piece<Part>(p.outfit.part.size()),
            input.piece<Corners>(p.outfit.lenses.size())};
    p.cleared = {cleared.piece<SampleKey>(kSamples * pixels),
                 cleared.piece<SampleKey>(lenses ? kSamples * pixels : 0),
                 cleared.piece<SampleKey>(shadow ? kLampSamples : 0)};
    p.work = {work.piece<ScreenVertex>(vertices),
              work.piece<ScreenVertex>(shadow ? vertices : 0),
              work.piece<VertexRow>(vertices),
              work.piece<float>(shadow ? kLampSamples : 0),
              work.piece<Vec3>(pixels),
              work.piece<Vec3>(pixels),
              work.piece<float>(compressed ? plane_floats : 0)};
    most.vertices = std::max(most.vertices, static_cast<int32_t>(vertices));
    most.triangles = std::max(most.triangles, p.triangles(head_));
    most.lenses = std::max(most.lenses, static_cast<int32_t>(p.outfit.lenses.size()));
    most.softened = most.softened || p.film.softness > 0.0F;
    most.compressed = most.compressed || compressed;
  }
  const std::size_t bytes = canvas_.bytes() * sheet.count;
  try {
    sheet.staged.room(input.size());
    sheet.input.room(input.size());
    sheet.cleared.room(cleared.size());
    sheet.work.room(work.size());
    sheet.images.room(bytes);
    sheet.result.room(bytes);
  } catch (const DeviceMemoryError& e) {
    throw DeviceMemoryError("a batch of " + std::to_string(sheet.count) + " pictures of " +
                            std::to_string(canvas_.height) + " x " + std::to_string(canvas_.width) +
                            ": " + e.what());
  }
  sheet.to_upload = input.size();
  sheet.to_clear = cleared.size();
  return most;
}

// Picture number i of a sheet as the device has it.
Picture BatchRenderer::picture_of(const Sheet& sheet, std::size_t i) const {
  const Prepared& p = sheet.pictures[i];
  const bool shadow = renderer_.options().shadow;
  std::byte* const in = sheet.input.data();
  std::byte* const keys = sheet.cleared.data();
  std::byte* const scrap = sheet.work.data();
  Picture picture{*p.stage,
                  renderer_.projection_of(p.view),
                  p.lamp,
                  p.film,
                  static_cast<int32_t>(p.positions.size()),
                  p.triangles(head_),
                  static_cast<int32_t>(p.outfit.lenses.size()),
                  shadow,
                  at<Vec3>(in, p.in.positions),
                  at<Vec3>(in, p.in.normals),
                  at<Vec3>(in, p.in.q),
                  at<Vec3>(in, p.in.albedo),
                  at<float>(in, p.in.occlusion),
                  at<ScreenVertex>(scrap, p.work.screen),
                  at<ScreenVertex>(scrap, p.work.lamp_screen),
                  at<VertexRow>(scrap, p.work.rows),
                  at<SampleKey>(keys, p.cleared.samples),
                  at<SampleKey>(keys, p.cleared.lens_samples),
                  at<SampleKey>(keys, p.cleared.lamp_samples),
                  at<float>(scrap, p.work.lamp_depths),
                  at<Vec3>(scrap, p.work.linear),
                  at<Vec3>(scrap, p.work.blurred),
                  at<float>(scrap, p.work.planes),
                  at<uint8_t>(sheet.images.data(), i * canvas_.bytes())};
  picture.stage.picture = {at<int32_t>(in, p.in.triangles), at<Part>(in, p.in.part),
                           at<int32_t>(in, p.in.lenses), picture.rows,
                           shadow ? Shadow{picture.lamp_depths, kShadowSize} : Shadow{}};
  return picture;
}

// Packs what is prepared and queues it.
void BatchRenderer::send(Sheet& sheet, const Parallel& parallel) {
  const BatchExtent most = plan(sheet);
  std::byte* const from = sheet.staged.data();
  parallel(sheet.count, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const Prepared& p = sheet.pictures[i];
      put(from, p.in.positions, p.positions);
      put(from, p.in.normals, p.normals);
      put(from, p.in.q, p.outfit.q);
      put(from, p.in.albedo, p.outfit.albedo);
      put(from, p.in.occlusion, p.outfit.occlusion);
      put(from, p.in.triangles, p.outfit.triangles);
      put(from, p.in.part, p.outfit.part);
      put(from, p.in.lenses, p.outfit.lenses);
      new (from + sheet.records + i * sizeof(Picture)) Picture(picture_of(sheet, i));
    }
  });
  device_->upload(sheet.queue, sheet.input.data(), from, sheet.to_upload);
  device_->clear(sheet.queue, sheet.cleared.data(), sheet.to_clear);
  device_->draw(sheet.queue, at<Picture>(sheet.input.data(), sheet.records),
                static_cast<int>(sheet.count), canvas_, most);
  device_->download(sheet.queue, sheet.result.data(), sheet.images.data(),
                    canvas_.bytes() * sheet.count);
}

void BatchRenderer::collect(Sheet& sheet) {
  if (sheet.count == 0) return;
  device_->wait(sheet.queue);
  std::memcpy(sheet.out, sheet.result.data(), canvas_.bytes() * sheet.count);
  sheet.count = 0;
}

// Even ones; and two at least, unless they would be small, so that the CPU prepares the second
// while the device draws the first.
std::size_t BatchRenderer::batch_of(std::size_t n) const {
  constexpr std::size_t kSmall = 16;
  const std::size_t batches =
      std::max((n + together_ - 1) / together_, std::min(n / kSmall, std::size_t{2}));
  return batches == 0 ? n : (n + batches - 1) / batches;
}

void BatchRenderer::render(const float* const* rows, const ImageKey* keys, std::size_t n,
                           const Parallel& parallel, uint8_t* images) {
  const std::size_t most = batch_of(n);
  try {
    for (std::size_t first = 0, turn = 0; first < n; first += most, ++turn) {
      Sheet& sheet = *sheets_[turn % sheets_.size()];
      collect(sheet);
      sheet.count = std::min(most, n - first);
      sheet.out = images + first * canvas_.bytes();
      prepare(sheet, rows + first, keys + first, parallel);
      send(sheet, parallel);
    }
    for (const auto& sheet : sheets_) collect(*sheet);
  } catch (...) {
    // Nothing may be on its way into the buffers of the next call.
    for (const auto& sheet : sheets_) {
      sheet->count = 0;
      try {
        device_->wait(sheet->queue);
      } catch (...) {  // the first error is the one to tell
      }
    }
    throw;
  }
}

}  // namespace synface::morphable
