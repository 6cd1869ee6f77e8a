#include "support.h"

#include <synface/plugin/validate.h>

#include <cstdlib>
#include <numeric>

namespace synface::plugin::test {

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(SYNFACE_TEST_BINARY_DIR) / "tests" / "fixtures" / "plugins" /
         (name + ".so");
}

Scene::Scene(std::initializer_list<const char*> fixtures) {
  std::filesystem::create_directories(folder());
  setenv("SYNFACE_FIXTURE_MARK", file("mark").c_str(), 1);
  for (const char* name : fixtures) add(name);
}

Scene::~Scene() {
  unsetenv("SYNFACE_FIXTURE_MARK");
}

void Scene::add(const std::string& name, const std::string& as) {
  std::filesystem::copy_file(fixture(name), folder() / ((as.empty() ? name : as) + ".so"));
}

void Scene::add_bytes(const std::string& name, const std::string& bytes) {
  write_file_atomic(folder() / name, bytes, false);
}

ScanOptions Scene::options() const {
  ScanOptions options;
  options.search_path = {folder()};
  options.cache = file("cache");
  return options;
}

PluginPtr loaded(const std::string& fixture_name, Kind kind, const std::string& id) {
  // Never destroyed, as in a program whose main() owns it: libraries stay for the process's life.
  static HostServices* const host = new HostServices("test");
  static Loader* const loader = new Loader(*host);
  return loader->plugin(fixture(fixture_name), kind, id);
}

Json params_of(const PluginPtr& plugin, const Json& given) {
  Given all;
  all.values = given;
  const Validated validated = validate(plugin->info, all);
  for (const Diagnostic& d : validated.diagnostics) ADD_FAILURE() << to_text(d);
  return validated.params;
}

Floats::Floats(std::vector<std::int64_t> shape, float value)
    : shape_(std::move(shape)), strides_(shape_.size(), 1) {
  const std::int64_t n =
      std::accumulate(shape_.begin(), shape_.end(), std::int64_t{1}, std::multiplies<>());
  values.assign(static_cast<std::size_t>(n), value);
  for (std::size_t i = shape_.size(); i-- > 1;) strides_[i - 1] = strides_[i] * shape_[i];
  view_.data = values.data();
  view_.dev_type = SYNFACE_DEVICE_CPU;
  view_.ndim = static_cast<std::int32_t>(shape_.size());
  view_.dtype = {SYNFACE_FLOAT, 32, 1};
  view_.shape = shape_.data();
  view_.strides = strides_.data();
}

synface_context context(std::uint64_t step) {
  synface_context ctx{};
  ctx.struct_size = sizeof ctx;
  ctx.phase = SYNFACE_PHASE_TRAIN;
  ctx.dev_type = SYNFACE_DEVICE_CPU;
  ctx.step = step;
  ctx.threads = 1;
  ctx.margin_scale = 1.0F;
  return ctx;
}

}  // namespace synface::plugin::test
