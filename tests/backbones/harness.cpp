#include "harness.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace synface::test {
namespace {

// synface.parallel/1 with real threads and a cut that depends on its arguments alone.
synface_status parallel_each(const synface_context* ctx, std::uint64_t n, std::uint64_t grain,
                             synface_parallel_body body, void* user,
                             synface_error* error) noexcept {
  const std::uint64_t most = (n + grain - 1) / grain;
  const std::uint64_t parts = std::min<std::uint64_t>(ctx->threads, most);
  std::vector<std::thread> threads;
  for (std::uint64_t p = 1; p < parts; ++p) {
    threads.emplace_back([=] { body(user, n * p / parts, n * (p + 1) / parts, error); });
  }
  const synface_status status = parts == 0 ? SYNFACE_OK : body(user, 0, n / parts, error);
  for (std::thread& thread : threads) thread.join();
  return status;
}

constexpr synface_ext_parallel kParallel = {sizeof(synface_ext_parallel), 0, &parallel_each};

const void* offer(const synface_host*, const char* id) noexcept {
  return std::string_view(id) == SYNFACE_EXT_PARALLEL ? &kParallel : nullptr;
}

const void* offer_nothing(const synface_host*, const char*) noexcept {
  return nullptr;
}

synface_value value_of(const synface_param& param, const Setting& setting) {
  synface_value value = param.def;
  const auto found = setting.values.find(std::string(param.key.data, param.key.size));
  if (found == setting.values.end()) return value;
  if (const auto* number = std::get_if<double>(&found->second)) value.f64 = *number;
  if (const auto* integer = std::get_if<std::int64_t>(&found->second)) value.i64 = *integer;
  if (const auto* text = std::get_if<std::string>(&found->second)) {
    value.str = {text->data(), text->size()};
    for (std::uint32_t i = 0; i < param.n_choices; ++i) {
      if (std::string(param.choices[i].data, param.choices[i].size) == *text) value.i64 = i;
    }
  }
  if (const auto* list = std::get_if<std::vector<double>>(&found->second)) {
    value.list = list->data();
    value.count = static_cast<std::uint32_t>(list->size());
  }
  return value;
}

}  // namespace

View::View(const at::Tensor& tensor)
    : tensor_(tensor), shape_(tensor.sizes().vec()), strides_(tensor.strides().vec()) {
  view_.data = tensor.numel() == 0 ? nullptr : tensor_.data_ptr();
  view_.dev_type = tensor.is_cuda() ? SYNFACE_DEVICE_CUDA : SYNFACE_DEVICE_CPU;
  view_.ndim = static_cast<std::int32_t>(tensor.dim());
  view_.dtype = {SYNFACE_FLOAT, 32, 1};
  view_.shape = shape_.data();
  view_.strides = strides_.data();
  if (tensor.dim() == 4 && !tensor.is_contiguous()) view_.flags = SYNFACE_TENSOR_CHANNELS_LAST;
}

Tape::~Tape() {
  if (tape_ != nullptr) owner_->table_->tape_free(owner_->self_, tape_);
}

std::string plugin_path(const std::string& name) {
  std::string path = SYNFACE_TEST_PLUGINS "/";
  path += name;
  path += ".so";
  return path;
}

const synface_entry& open_plugin(const std::string& name) {
  void* library = dlopen(plugin_path(name).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto* entry = static_cast<const synface_entry*>(dlsym(library, "synface_plugin_entry"));
  if (entry == nullptr) throw std::runtime_error(dlerror());
  return *entry;
}

Backbone::Backbone(const Setting& setting) : setting_(setting) {
  at::set_num_threads(1);  // LibTorch's, as a host sets them; ours come through synface.parallel/1
  const synface_plugin& plugin = *open_plugin(setting.plugin).plugins[0];
  table_ = reinterpret_cast<const synface_backbone_table*>(plugin.table);
  host_.struct_size = sizeof host_;
  host_.abi_major = SYNFACE_ABI_MAJOR;
  host_.abi_minor = SYNFACE_ABI_MINOR;
  host_.get_ext = setting.parallel ? &offer : &offer_nothing;
  error.struct_size = sizeof error;
  std::vector<synface_value> values;
  for (std::uint32_t i = 0; i < plugin.n_params; ++i) {
    values.push_back(value_of(*plugin.params[i], setting_));
  }
  synface_dims dims{};
  dims.struct_size = sizeof dims;
  dims.dev_type = SYNFACE_DEVICE_CPU;
  dims.height = setting.height;
  dims.width = setting.width;
  dims.embedding = setting.embedding;
  dims.max_batch = setting.max_batch;
  expect_ok(table_->base.create(&host_, values.data(), plugin.n_params, &dims, &self_, &error),
            "create");
  if (table_->parameters != nullptr && setting.memory) bind();
}

Backbone::~Backbone() {
  if (self_ != nullptr) table_->base.destroy(self_);
}

void Backbone::expect_ok(synface_status status, const char* call) {
  if (status != SYNFACE_OK) {
    throw std::runtime_error(std::string(call) + ": " + error.message + " [" + error.where + "]");
  }
}

void Backbone::bind() {
  const synface_parameter* const* list = nullptr;
  std::uint32_t n = 0;
  expect_ok(table_->parameters->list(self_, &list, &n, &error), "list");
  std::vector<View> views, gradient_views;
  views.reserve(n);
  gradient_views.reserve(n);
  std::vector<const synface_tensor*> values(n), gradients(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::string name(list[i]->name.data, list[i]->name.size);
    names_.push_back(name);
    const at::Tensor value = at::empty(at::IntArrayRef(list[i]->shape, list[i]->ndim));
    values_[name] = value;
    values[i] = views.emplace_back(value).get();
    if ((list[i]->flags & SYNFACE_PARAMETER_TRAINABLE) != 0 && setting_.gradients) {
      gradients_[name] = at::zeros_like(value);
      gradients[i] = gradient_views.emplace_back(gradients_[name]).get();
    }
  }
  const synface_context ctx = context(SYNFACE_PHASE_TRAIN);
  expect_ok(table_->parameters->init(self_, &ctx, values.data(), n, &error), "init");
  expect_ok(table_->parameters->bind(self_, values.data(), gradients.data(), n, &error), "bind");
}

void Backbone::init(std::uint32_t new_key) {
  key = new_key;
  std::vector<View> views;
  views.reserve(names_.size());
  std::vector<const synface_tensor*> values;
  for (const std::string& name : names_) {
    values.push_back(views.emplace_back(values_.at(name)).get());
  }
  const synface_context ctx = context(SYNFACE_PHASE_TRAIN);
  expect_ok(table_->parameters->init(self_, &ctx, values.data(),
                                     static_cast<std::uint32_t>(values.size()), &error),
            "init");
}

synface_context Backbone::context(std::uint32_t phase) const {
  synface_context ctx{};
  ctx.struct_size = sizeof ctx;
  ctx.phase = phase;
  ctx.dev_type = SYNFACE_DEVICE_CPU;
  ctx.key[0] = key;
  ctx.counter = counter;
  ctx.threads = setting_.threads;
  ctx.compute = {SYNFACE_FLOAT, 32, 1};
  ctx.deterministic = 1;
  ctx.margin_scale = 1.0F;
  return ctx;
}

at::Tensor Backbone::embed(const at::Tensor& x) {
  std::int64_t length = setting_.embedding;
  if (table_->embedding != nullptr) {
    expect_ok(table_->embedding(self_, &length, &error), "embedding");
  }
  at::Tensor embeddings = at::full({x.size(0), length}, 9.0);
  const synface_context ctx = context(SYNFACE_PHASE_EVAL);
  const View in(x), out(embeddings);
  expect_ok(table_->forward(self_, &ctx, in.get(), out.get(), nullptr, &error), "forward");
  return embeddings;
}

std::pair<at::Tensor, Tape> Backbone::train(const at::Tensor& x) {
  at::Tensor embeddings = at::full({x.size(0), setting_.embedding}, 9.0);
  const synface_context ctx = context(SYNFACE_PHASE_TRAIN);
  const View in(x), out(embeddings);
  void* tape = nullptr;
  expect_ok(table_->forward(self_, &ctx, in.get(), out.get(), &tape, &error), "forward");
  return {embeddings, Tape(this, tape)};
}

at::Tensor Backbone::backward(const Tape& tape, const at::Tensor& dy, bool accumulate,
                              bool want_dx) {
  at::Tensor dx = at::full({dy.size(0), 3, setting_.height, setting_.width}, 9.0);
  const synface_context ctx = context(SYNFACE_PHASE_TRAIN);
  const View in(dy), out(dx);
  expect_ok(table_->backward(self_, &ctx, tape.get(), in.get(), want_dx ? out.get() : nullptr,
                             accumulate ? 1 : 0, &error),
            "backward");
  return dx;
}

void Backbone::calibrate(const at::Tensor& x, std::uint64_t call, std::uint64_t n_calls) {
  const synface_context ctx = context(SYNFACE_PHASE_TRAIN);
  const View in(x);
  expect_ok(table_->calibrate(self_, &ctx, in.get(), call, n_calls, &error), "calibrate");
}

std::int64_t Backbone::count(std::uint64_t flag) {
  const synface_parameter* const* list = nullptr;
  std::uint32_t n = 0;
  expect_ok(table_->parameters->list(self_, &list, &n, &error), "list");
  std::int64_t elements = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    if ((list[i]->flags & flag) == 0) continue;
    elements += c10::multiply_integers(at::IntArrayRef(list[i]->shape, list[i]->ndim));
  }
  return elements;
}

std::string run_tool(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string output;
  std::array<char, 4096> piece{};
  while (const std::size_t got = fread(piece.data(), 1, piece.size(), pipe)) {
    output.append(piece.data(), got);
  }
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return output;
}

at::Tensor pictures(std::int64_t batch, std::int64_t height, std::int64_t width,
                    std::uint64_t seed) {
  std::uint64_t state = seed * 2862933555777941757ULL + 3037000493ULL;
  at::Tensor coarse = at::empty({batch, 3, 7, 7});
  float* data = coarse.data_ptr<float>();
  for (std::int64_t i = 0; i < coarse.numel(); ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    data[i] = static_cast<float>(static_cast<double>(state >> 40) * 0x1p-23 - 1.0);
  }
  return at::upsample_bicubic2d(coarse, {height, width}, false).clamp(-1.0, 1.0).contiguous();
}

}  // namespace synface::test
