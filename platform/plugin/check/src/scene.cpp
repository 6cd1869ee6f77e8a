#include "scene.h"

#include <dlfcn.h>
#include <synface/base/text.h>
#include <synface/plugin/validate.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "range.h"
#include "services.h"

namespace synface::plugin::check {
namespace {

constexpr unsigned char kErrorFill = 0x5A;
constexpr std::size_t kTexts = offsetof(synface_error, code);

// A picture of one pixel.
constexpr unsigned char kPng[] = {
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00,
    0x00, 0x90, 0x77, 0x53, 0xDE, 0x00, 0x00, 0x00, 0x0C, 0x49, 0x44, 0x41, 0x54, 0x08,
    0xD7, 0x63, 0xF8, 0xCF, 0xC0, 0x00, 0x00, 0x03, 0x01, 0x01, 0x00, 0x18, 0xDD, 0x8D,
    0xB0, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};

void write_people(const std::filesystem::path& folder) {
  const std::string png(reinterpret_cast<const char*>(kPng), sizeof kPng);
  for (int person = 0; person < 4; ++person) {
    for (int image = 0; image < 3; ++image) {
      write_file_atomic(folder / fmt::format("person_{}", person) / fmt::format("{}.png", image),
                        png, false);
    }
  }
}

const void* no_extension(const synface_host*, const char*) noexcept {
  return nullptr;
}

// An allowed number near the low end of the range, or 1.
double some_number(const Param& param) {
  for (const double value :
       {1.0, param.min, param.max, param.min + 1, (param.min + param.max) / 2}) {
    if (std::isfinite(value) && in_range(param, value)) return value;
  }
  return 0;
}

Json number(const Param& param, double value) {
  if (param.type == ParamType::kI64) return static_cast<std::int64_t>(value);
  return value;
}

// Another allowed value; null: none is known.
Json another(const Param& param, const Json& value) {
  if (param.type == ParamType::kBool) return !value.get<bool>();
  if (param.type == ParamType::kEnum) {
    for (const std::string& choice : param.choices) {
      if (choice != value) return choice;
    }
  }
  if (param.type != ParamType::kI64 && param.type != ParamType::kF64) return nullptr;
  const double now = value.get<double>();
  for (const double wanted : {now / 2, now * 2, now + 1, now - 1, param.min, param.max}) {
    const double candidate = param.type == ParamType::kI64 ? std::floor(wanted) : wanted;
    if (candidate != now && std::isfinite(candidate) && in_range(param, candidate)) {
      return number(param, candidate);
    }
  }
  return nullptr;
}

}  // namespace

bool is_known(synface_status status) {
  return status >= SYNFACE_OK && status <= SYNFACE_ERR_ABI;
}

std::string status_name(synface_status status) {
  static constexpr const char* kNames[] = {
      "OK", "INVALID", "UNSUPPORTED", "MEMORY", "CANCELLED", "NUMERIC", "IO", "INTERNAL", "ABI"};
  if (!is_known(status)) return fmt::format("{}, which is no status", status);
  return kNames[status];
}

std::string CallFailed::text() const {
  return fmt::format("{}() returned {}{}{}", call, status_name(status), message.empty() ? "" : ": ",
                     message);
}

ErrorProbe::ErrorProbe() {
  std::memset(static_cast<void*>(this), kErrorFill, sizeof *this);
  error.struct_size = sizeof error;
}

bool ErrorProbe::overrun() const {
  const auto dirty = [](std::byte b) { return b != std::byte{kErrorFill}; };
  return std::any_of(std::begin(before), std::end(before), dirty) ||
         std::any_of(std::begin(after), std::end(after), dirty) ||
         error.struct_size != sizeof error;
}

bool ErrorProbe::touched() const {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&error) + kTexts;
  return overrun() || std::any_of(bytes, bytes + sizeof error - kTexts,
                                  [](unsigned char b) { return b != kErrorFill; });
}

CallFailed ErrorProbe::failure(const char* call, synface_status status) const {
  CallFailed failure;
  failure.call = call;
  failure.status = status;
  failure.code = error.code;
  failure.overrun = overrun();
  if (!touched()) return failure;
  const auto text = [&](const char* field, std::size_t size) {
    const std::size_t length = strnlen(field, size);
    failure.terminated = failure.terminated && length < size;
    // A field that was never written holds the fill.
    const std::string all(field, length);
    const std::size_t fill = all.find(static_cast<char>(kErrorFill));
    return length == size && fill == 0 ? std::string() : all;
  };
  failure.message = text(error.message, sizeof error.message);
  failure.where = text(error.where, sizeof error.where);
  return failure;
}

Scene::Scene(SceneOptions options) : options_(std::move(options)) {}
// Libraries and services stay: plugins may hold the host's pointer as long as the process lives.
Scene::~Scene() = default;

const synface_host* Scene::host() {
  if (!services_) {
    HostServices::receive_log([](std::uint32_t, std::string_view) {});
    services_ = std::make_unique<HostServices>("check");
    offer_services(*services_);
    if (options_.offer) options_.offer(*services_);
  }
  return services_->abi();
}

const synface_host* Scene::bare_host() {
  // Lives as long as the process, as the header promises.
  static synface_host* const bare = new synface_host{};
  *bare = *host();
  bare->get_ext = &no_extension;
  return bare;
}

const std::shared_ptr<const Library>& Scene::library() {
  if (!library_) {
    host();
    loader_ = std::make_unique<Loader>(*services_);
    note_call("init");
    library_ = loader_->load(options_.file);
  }
  return library_;
}

const Plugin& Scene::plugin() {
  if (plugin_ == nullptr) {
    for (const Plugin& p : library()->plugins()) {
      if (p.info.name() == options_.plugin) plugin_ = &p;
    }
    if (plugin_ == nullptr) {
      fail(ExitCode::kInternal, "{} holds no {}", options_.file.string(), options_.plugin);
    }
  }
  return *plugin_;
}

const synface_plugin& Scene::record() {
  const PluginInfo& wanted = info();
  // Loaded already, so that this only finds it.
  void* handle = dlopen(wanted.library.c_str(), RTLD_NOW | RTLD_NOLOAD);
  const auto* entry =
      handle == nullptr ? nullptr
                        : static_cast<const synface_entry*>(dlsym(handle, "synface_plugin_entry"));
  for (std::uint32_t i = 0; entry != nullptr && i < entry->n_plugins; ++i) {
    const synface_plugin& p = *entry->plugins[i];
    if (p.kind == static_cast<std::uint32_t>(wanted.kind) &&
        std::string_view(p.id.data, static_cast<std::size_t>(p.id.size)) == wanted.id) {
      return p;
    }
  }
  fail(ExitCode::kInternal, "{}: the record of {} is gone", wanted.library.string(), wanted.name());
}

Json Scene::required_value(const Param& param) {
  switch (param.type) {
    case ParamType::kBool:
      return false;
    case ParamType::kI64:
    case ParamType::kF64:
      return number(param, some_number(param));
    case ParamType::kText:
      return "check";
    case ParamType::kEnum:
      return param.choices.front();
    case ParamType::kF64List:
      return Json::array({some_number(param)});
    case ParamType::kPath:
      break;
  }
  if (!folder_) {
    folder_.emplace("synface_check");
    write_people(folder_->path());
  }
  return folder_->path().string();
}

const Json& Scene::params() {
  if (!params_) {
    Json params = Json::object();
    for (const Param& param : info().params) {
      params[param.key] = param.required ? required_value(param) : param.def;
    }
    params.update(parse_settings(info(), options_.set));
    params_ = std::move(params);
  }
  return *params_;
}

Json Scene::other_params() {
  Json params = this->params();
  for (const Param& param : info().params) {
    const Json value = another(param, params[param.key]);
    if (!value.is_null()) params[param.key] = value;
  }
  return params;
}

synface_dims Scene::dims() {
  synface_dims dims = make_dims();
  const Kind k = kind();
  if (k == Kind::kLoss) dims.classes = 10;
  if (k == Kind::kLoss || k == Kind::kBackbone || k == Kind::kBenchmark) dims.embedding = 64;
  if (k == Kind::kGenerator || k == Kind::kBackbone || k == Kind::kBenchmark) {
    dims.height = dims.width = 32;
  }
  if (k == Kind::kGenerator || k == Kind::kMixup) {
    dims.identities = 50;
    dims.samples = 6;
  }
  if (k == Kind::kLoss || k == Kind::kBackbone || k == Kind::kMixup) dims.max_batch = 8192;
  return dims;
}

const synface_value* Scene::lend_values(const Values& values) {
  const std::size_t n = values.size();
  if (n == 0) return nullptr;
  auto* lent = reinterpret_cast<synface_value*>(
      memory_.take("values", n * sizeof(synface_value), Role::kCall));
  constexpr std::size_t kPage = 4096;  // a block of whole pages ends at the inaccessible one
  for (std::size_t i = 0; i < n; ++i) {
    lent[i] = values.data()[i];
    const std::string& key = info().params[i].key;
    if (const auto size = static_cast<std::size_t>(lent[i].str.size); size > 0) {
      const std::size_t pages = (size + kPage - 1) / kPage * kPage;
      std::byte* at = memory_.take("text of " + key, pages, Role::kCall) + pages - size;
      std::memcpy(at, lent[i].str.data, size);
      // Only where a test looks for it is there no NUL behind a text.
      if (const Memory::Block* block = Memory::find(at); block != nullptr && !block->tight) {
        at[size] = std::byte{0};
      }
      lent[i].str.data = reinterpret_cast<const char*>(at);
    } else {
      lent[i].str.data = nullptr;
    }
    if (const std::size_t size = lent[i].count * sizeof(double); size > 0) {
      std::byte* at = memory_.take("list of " + key, size, Role::kCall);
      std::memcpy(at, lent[i].list, size);
      lent[i].list = reinterpret_cast<const double*>(at);
    }
  }
  return lent;
}

void* Scene::create(const Making& making) {
  const Plugin& p = plugin();
  const Values values(p.info, making.params != nullptr ? *making.params : params());
  const synface_dims sizes = making.dims ? *making.dims : dims();
  const synface_host* given = making.host != nullptr ? making.host : host();
  const synface_value* lent = making.lend ? lend_values(values) : values.data();
  const synface_dims* lent_dims = &sizes;
  if (making.lend) {
    auto* copy = reinterpret_cast<synface_dims*>(memory_.take("dims", sizeof sizes, Role::kCall));
    *copy = sizes;
    lent_dims = copy;
  }
  void* self = nullptr;
  must("create", [&](synface_error* error) {
    return p.tables.base().create(given, lent, values.size(), lent_dims, &self, error);
  });
  if (making.lend) memory_.close(false);
  if (self == nullptr) {
    failed("a handle that is not NULL", "create() returned OK and gave no handle");
  }
  return self;
}

void Scene::destroy(void* self) {
  note_call("destroy");
  plugin().tables.base().destroy(self);
}

Json parse_settings(const PluginInfo& info, const Json& texts) {
  Given given;
  for (const auto& [key, text] : texts.items()) {
    const Param* param = info.find(key);
    if (param == nullptr) continue;  // of another plugin of the file
    const bool words = param->type == ParamType::kText || param->type == ParamType::kEnum ||
                       param->type == ParamType::kPath;
    Json value = words ? Json(text) : Json::parse(text.get<std::string>(), nullptr, false);
    if (value.is_discarded()) value = text;
    given.values[key] = value;
  }
  for (const auto& position : given.values.items()) {
    given.positions[position.key()] = {"--set", std::filesystem::current_path(), 0, 0, -1};
  }
  const Validated validated = validate(info, given);
  Json typed = Json::object();
  for (const Diagnostic& d : validated.diagnostics) {
    if (d.severity == Severity::kError && given.values.contains(d.key)) {
      fail(ExitCode::kUsage, "--set: {}: {}", info.name(), d.message);
    }
  }
  for (const auto& [key, value] : given.values.items()) typed[key] = validated.params.at(key);
  return typed;
}

}  // namespace synface::plugin::check
