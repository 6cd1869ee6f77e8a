#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/data/codec.h>
#include <synface/data/resize.h>
#include <synface/train/augment.h>
#include <synface/train/evaluation.h>
#include <synface/train/memory.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include "benchmark_results.h"
#include "images_service.h"

namespace synface::train {
namespace {

// A distinct image: by set and key, or by its file.
struct Wanted {
  std::uint32_t set = 0;
  ImageId id;
  std::string file;

  auto operator<=>(const Wanted& other) const {
    return std::tie(file, set, id.identity, id.sample) <=>
           std::tie(other.file, other.set, other.id.identity, other.id.sample);
  }
  bool operator==(const Wanted& other) const { return (*this <=> other) == 0; }
};

const char* name_of(std::uint32_t set) {
  return set == SYNFACE_SET_TRAIN ? "train" : set == SYNFACE_SET_HELDOUT ? "heldout" : "real";
}

class Evaluator final : public ImagesService {
 public:
  Evaluator(const plugin::Backbone& backbone, const EvaluationSets& sets,
            const EvaluationSettings& settings, Recorder& recorder, Device* device)
      : backbone_(backbone),
        sets_(sets),
        settings_(settings),
        recorder_(recorder),
        device_(device) {}

  void collect(const NamedBenchmark& named);
  void embed();
  void evaluate(const NamedBenchmark& named, const plugin::Requests& requests);
  const plugin::Requests& requests(std::size_t i) const { return requests_[i]; }

  // For the benchmark that is being evaluated.
  Shape shape() const override {
    return {settings_.height, settings_.width, backbone_.embedding()};
  }
  void read(std::uint64_t request, std::uint8_t* pixels) override;
  void embed(const std::uint8_t* images, std::int64_t n, float* embeddings) override;

 private:
  std::shared_ptr<ImageSet> set(std::uint32_t number);
  std::uint64_t seed_of(std::uint32_t number) const;
  plugin::Requests requests_of(const NamedBenchmark& named);
  void check(const NamedBenchmark& named, const Wanted& image);
  Wanted wanted(const plugin::Request& request) const;
  // Calls use(pixels) with the image at the size of the trial.
  template <typename Use>
  void with_pixels(const Wanted& image, const Use& use);
  void load(const std::vector<const Wanted*>& images, bool mirror, float* x);
  struct Rows {
    Buffer<float> x, out;
    DeviceArray<float> device_x, device_out;
  };
  Rows make_rows() const;
  void stop_if_told() const {
    if (settings_.cancelled && settings_.cancelled()) throw Cancelled{};
  }
  void forward(std::int64_t first, std::int64_t b, Rows& rows);
  void embed_view(const std::vector<const Wanted*>& order, bool mirror, Buffer<float>& to);

  const plugin::Backbone& backbone_;
  const EvaluationSets& sets_;
  const EvaluationSettings& settings_;
  Recorder& recorder_;
  Device* device_;
  std::map<std::uint32_t, std::shared_ptr<ImageSet>> made_;
  std::vector<plugin::Requests> requests_;
  std::map<Wanted, std::int64_t> distinct_;
  std::uint32_t views_ = 0;
  Buffer<float> plain_, mirrored_;  // [distinct, D]
  // Of the benchmark that is being evaluated.
  const plugin::Requests* current_ = nullptr;
  std::string current_name_;
  std::uint64_t embedded_again_ = 0;
};

std::shared_ptr<ImageSet> Evaluator::set(std::uint32_t number) {
  std::shared_ptr<ImageSet>& made = made_[number];
  if (!made) {
    const auto& make = number == SYNFACE_SET_TRAIN     ? sets_.train
                       : number == SYNFACE_SET_HELDOUT ? sets_.heldout
                                                       : sets_.real;
    made = make();
  }
  return made;
}

std::uint64_t Evaluator::seed_of(std::uint32_t number) const {
  return number == SYNFACE_SET_TRAIN     ? sets_.data_seed
         : number == SYNFACE_SET_HELDOUT ? sets_.test_seed
                                         : 0;
}

Wanted Evaluator::wanted(const plugin::Request& request) const {
  if (!request.file.empty()) return {0, {}, request.file};
  return {request.key.set, {request.key.identity, request.key.sample}, {}};
}

plugin::Requests Evaluator::requests_of(const NamedBenchmark& named) {
  if (named.set == "none") return named.benchmark.requests(nullptr);
  std::uint32_t number = SYNFACE_SET_TRAIN;
  if (named.set == "heldout") number = SYNFACE_SET_HELDOUT;
  if (named.set == "real") number = SYNFACE_SET_REAL;
  if (const auto images = set(number)) {
    const synface_eval_set given{sizeof(synface_eval_set), number, seed_of(number),
                                 images->samples().size(), images->samples().data()};
    return named.benchmark.requests(&given);
  }
  try {
    return named.benchmark.requests(nullptr);
  } catch (const Error& error) {
    fail(error.code(),
         "{}; real.images has no folder of a person with images in it: name the images in a pairs "
         "file as real.pairs, or give each person a folder",
         error.what());
  }
}

// The image is one of its set.
void Evaluator::check(const NamedBenchmark& named, const Wanted& image) {
  const std::shared_ptr<ImageSet> from = set(image.set);
  if (from && image.id.identity < from->samples().size() &&
      image.id.sample < from->samples()[image.id.identity]) {
    return;
  }
  fail(ExitCode::kPlugin, "{} asks for image {} of person {}, which the {} set has not",
       named.benchmark.info().name(), image.id.sample, image.id.identity, name_of(image.set));
}

void Evaluator::collect(const NamedBenchmark& named) {
  requests_.push_back(requests_of(named));
  views_ |= requests_.back().views;
  for (const plugin::Request& request : requests_.back().list) {
    const Wanted image = wanted(request);
    if (image.file.empty()) check(named, image);
    distinct_.emplace(image, 0);
  }
}

template <typename Use>
void Evaluator::with_pixels(const Wanted& image, const Use& use) {
  if (!image.file.empty()) {
    use(data::resize(view(data::read_image(image.file)), settings_.height, settings_.width)
            .pixels.data());
    return;
  }
  const std::shared_ptr<ImageSet> from = set(image.set);
  from->prepare({&image.id, 1});
  use(from->image(image.id));
}

void Evaluator::load(const std::vector<const Wanted*>& images, bool mirror, float* x) {
  const std::int64_t height = settings_.height, width = settings_.width;
  for (const Wanted* image : images) {
    with_pixels(*image,
                [&](const std::uint8_t* pixels) { convert(height, width, pixels, mirror, x); });
    x += 3 * height * width;
  }
}

// A batch through the network; images and embeddings are in the host's memory before and after.
void Evaluator::forward(std::int64_t first, std::int64_t b, Rows& rows) {
  const std::int64_t d = backbone_.embedding();
  const Place place = device_ == nullptr ? Place{} : device_->place();
  const synface_context ctx = make_context(settings_.calls, SYNFACE_PHASE_EVAL, settings_.seed,
                                           static_cast<std::uint64_t>(first), place);
  const auto call = [&](const float* x, float* out) {
    backbone_.forward(
        ctx,
        *View(x, {b, 3, settings_.height, settings_.width}, SYNFACE_TENSOR_CHANNELS_LAST).on(place),
        *View(out, {b, d}).on(place));
  };
  if (device_ == nullptr) {
    call(rows.x.data(), rows.out.data());
    return;
  }
  rows.device_x.upload(rows.x.data(), rows.x.size());
  call(rows.device_x.data(), rows.device_out.data());
  rows.device_out.download(rows.out.data(), static_cast<std::size_t>(b * d));
}

Evaluator::Rows Evaluator::make_rows() const {
  const std::int64_t image = 3 * settings_.height * settings_.width;
  Rows rows;
  rows.x = Buffer<float>(static_cast<std::size_t>(settings_.batch_size * image));
  rows.out = Buffer<float>(static_cast<std::size_t>(settings_.batch_size * backbone_.embedding()),
                           "embeddings");
  if (device_ != nullptr) {
    rows.device_x = {*device_, rows.x.size()};
    rows.device_out = {*device_, rows.out.size()};
  }
  return rows;
}

void Evaluator::embed_view(const std::vector<const Wanted*>& order, bool mirror,
                           Buffer<float>& to) {
  const std::int64_t d = backbone_.embedding();
  const auto n = static_cast<std::int64_t>(order.size());
  to = Buffer<float>(static_cast<std::size_t>(n * d));
  Rows rows = make_rows();
  for (std::int64_t first = 0; first < n; first += settings_.batch_size) {
    stop_if_told();
    const std::int64_t b = std::min(settings_.batch_size, n - first);
    load({order.begin() + first, order.begin() + first + b}, mirror, rows.x.data());
    forward(first, b, rows);
    std::copy_n(rows.out.data(), b * d, to.data() + first * d);
    const bool both = views_ == (SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP);
    recorder_.phase("evaluate", static_cast<std::uint64_t>(first + b + (both && mirror ? n : 0)),
                    static_cast<std::uint64_t>(both ? 2 * n : n));
  }
}

void Evaluator::embed() {
  std::vector<const Wanted*> order;
  for (auto& [image, number] : distinct_) {
    number = static_cast<std::int64_t>(order.size());
    order.push_back(&image);
  }
  if ((views_ & SYNFACE_VIEW_PLAIN) != 0) embed_view(order, false, plain_);
  if ((views_ & SYNFACE_VIEW_FLIP) != 0) embed_view(order, true, mirrored_);
}

void Evaluator::read(std::uint64_t request, std::uint8_t* pixels) {
  stop_if_told();
  if (request >= current_->list.size()) {
    throw RequestNotMade(
        fmt::format("request {} was not made; there are {}", request, current_->list.size()));
  }
  with_pixels(wanted(current_->list[request]), [&](const std::uint8_t* from) {
    std::memcpy(pixels, from, static_cast<std::size_t>(3 * settings_.height * settings_.width));
  });
}

void Evaluator::embed(const std::uint8_t* images, std::int64_t n, float* embeddings) {
  const std::int64_t d = backbone_.embedding(), pixels = settings_.height * settings_.width;
  Rows rows = make_rows();
  for (std::int64_t first = 0; first < n; first += settings_.batch_size) {
    stop_if_told();
    const std::int64_t b = std::min(settings_.batch_size, n - first);
    for (std::int64_t i = 0; i < b; ++i) {
      convert(settings_.height, settings_.width, images + 3 * pixels * (first + i), false,
              rows.x.data() + 3 * pixels * i);
    }
    forward(first, b, rows);
    std::copy_n(rows.out.data(), b * d, embeddings + first * d);
    // How many there will be is the benchmark's affair.
    embedded_again_ += static_cast<std::uint64_t>(b);
    recorder_.phase(fmt::format("{}: {} more", current_name_, embedded_again_), 0, 0);
  }
}

void Evaluator::evaluate(const NamedBenchmark& named, const plugin::Requests& requests) {
  const std::int64_t d = backbone_.embedding();
  const auto m = static_cast<std::int64_t>(requests.list.size());
  const std::int64_t v = requests.view_count();
  Buffer<float> embeddings(static_cast<std::size_t>(v * m * d));
  float* to = embeddings.data();
  for (const std::uint32_t wanted_view : {SYNFACE_VIEW_PLAIN, SYNFACE_VIEW_FLIP}) {
    if ((requests.views & wanted_view) == 0) continue;
    const Buffer<float>& from = wanted_view == SYNFACE_VIEW_PLAIN ? plain_ : mirrored_;
    for (const plugin::Request& request : requests.list) {
      to = std::copy_n(from.data() + distinct_.at(wanted(request)) * d, d, to);
    }
  }
  BenchmarkResults results(named, settings_, recorder_);
  current_ = &requests;
  current_name_ = named.name;
  embedded_again_ = 0;
  const ImagesServed served(this);
  const synface_context ctx = make_context(settings_.calls, SYNFACE_PHASE_EVAL, settings_.seed, 0);
  try {
    named.benchmark.evaluate(ctx, *View(embeddings.data(), {v, m, d}), results);
  } catch (const plugin::CallError&) {
    rethrow();  // a failure of the host that the benchmark passed on, as it was
    throw;
  }
  rethrow();  // nor may a benchmark finish without the pictures that it was refused
}

}  // namespace

void evaluate(const plugin::Backbone& backbone, std::vector<NamedBenchmark>& benchmarks,
              const EvaluationSets& sets, const EvaluationSettings& settings, Recorder& recorder,
              Device* device) {
  Evaluator evaluator(backbone, sets, settings, recorder, device);
  for (const NamedBenchmark& named : benchmarks) evaluator.collect(named);
  evaluator.embed();
  for (std::size_t i = 0; i < benchmarks.size(); ++i) {
    evaluator.evaluate(benchmarks[i], evaluator.requests(i));
  }
}

}  // namespace synface::train
