#include <set>

#include "abi_copy.h"
#include "synface/plugin/instance.h"

namespace synface::plugin {
namespace {

constexpr std::uint32_t kMaxParameters = 1U << 20U;

Parameter copy_parameter(const synface_parameter* given) {
  const auto from = copy_table(given, sizeof(synface_parameter), "a parameter");
  Parameter parameter;
  parameter.name = copy_text(from.name, "a parameter's name");
  if (parameter.name.empty()) fail(ExitCode::kPlugin, "a parameter has no name");
  if (from.ndim > SYNFACE_MAX_DIMS || (from.ndim > 0 && from.shape == nullptr)) {
    fail(ExitCode::kPlugin, "parameter '{}' has {} dimensions", parameter.name, from.ndim);
  }
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::int64_t count = 1;
  for (std::uint32_t i = 0; i < from.ndim; ++i) {
    const std::int64_t length = from.shape[i];
    if (length < 0 || length > kMost || (count *= length) > kMost) {
      fail(ExitCode::kPlugin, "parameter '{}' has the dimension {}", parameter.name, length);
    }
    parameter.shape.push_back(length);
  }
  if (from.dtype.code != SYNFACE_FLOAT || from.dtype.bits != 32 || from.dtype.lanes != 1) {
    fail(ExitCode::kPlugin, "parameter '{}' is not float32", parameter.name);
  }
  check_flags(from.flags,
              SYNFACE_PARAMETER_TRAINABLE | SYNFACE_PARAMETER_BUFFER | SYNFACE_PARAMETER_NO_DECAY,
              "parameter '" + parameter.name + "'");
  parameter.trainable = (from.flags & SYNFACE_PARAMETER_TRAINABLE) != 0;
  if (parameter.trainable == ((from.flags & SYNFACE_PARAMETER_BUFFER) != 0)) {
    fail(ExitCode::kPlugin, "parameter '{}' must be exactly one of trainable and buffer",
         parameter.name);
  }
  parameter.decay = (from.flags & SYNFACE_PARAMETER_NO_DECAY) == 0;
  parameter.lr_scale = from.lr_scale;
  return parameter;
}

}  // namespace

std::int64_t Parameter::count() const {
  std::int64_t n = 1;
  for (const std::int64_t length : shape) n *= length;
  return n;
}

std::vector<Parameter> ParametricInstance::parameters() const {
  std::vector<Parameter> parameters;
  if (!has_parameters()) return parameters;
  const synface_parameter* const* list = nullptr;
  std::uint32_t n = 0;
  invoke("parameters.list", 0, plugin_->tables.parameters.list, self_, &list, &n);
  if (n > kMaxParameters || (n > 0 && list == nullptr)) {
    broken(fmt::format("parameters.list() gave {} parameters", n));
  }
  std::set<std::string> names;
  try {
    for (std::uint32_t i = 0; i < n; ++i) {
      parameters.push_back(copy_parameter(list[i]));
      if (!names.insert(parameters.back().name).second) {
        fail(ExitCode::kPlugin, "two parameters are called '{}'", parameters.back().name);
      }
    }
  } catch (const Error& e) {
    broken(e.what());
  }
  return parameters;
}

void ParametricInstance::init_parameters(const synface_context& ctx,
                                         std::span<const synface_tensor* const> values) const {
  if (!has_parameters()) broken("init() of parameters, and it has none");
  invoke("parameters.init", ctx.step, plugin_->tables.parameters.init, self_, &ctx, values.data(),
         static_cast<std::uint32_t>(values.size()));
}

void ParametricInstance::bind_parameters(std::span<const synface_tensor* const> values,
                                         std::span<const synface_tensor* const> gradients) const {
  if (!has_parameters()) broken("bind() of parameters, and it has none");
  if (values.size() != gradients.size()) {
    fail(ExitCode::kInternal, "{}: {} values and {} gradients to bind", name_, values.size(),
         gradients.size());
  }
  invoke("parameters.bind", 0, plugin_->tables.parameters.bind, self_, values.data(),
         gradients.data(), static_cast<std::uint32_t>(values.size()));
}

}  // namespace synface::plugin
