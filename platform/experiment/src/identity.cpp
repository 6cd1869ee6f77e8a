#include "synface/experiment/identity.h"

#include <algorithm>

#include "synface/base/hash.h"
#include "synface/base/json.h"
#include "toml_value.h"

namespace synface::experiment {
namespace {

struct Context {
  const Checked& checked;
  const plugin::ContentIdentity& content;
};

const plugin::PluginInfo& info_of(const Checked& checked, std::string_view kind,
                                  const std::string& id) {
  for (const auto* info : checked.plugins) {
    if (plugin::to_text(info->kind) == kind && info->id == id) return *info;
  }
  fail(ExitCode::kInternal, "the config names {}/{}, which was not checked", kind, id);
}

Json neutral_of(const Key& key) {
  if (key.neutral.empty()) return nullptr;
  const auto value = toml_value(key.neutral);
  if (key.type == KeyType::kNumber) return value.as_number();
  return value.to_json();
}

// Host keys of one section that belong to `use`.
Json host_part(const Context& context, std::string_view section, const Json& values, KeyUse use) {
  Json out = Json::object();
  for (const auto* key : keys_of(section)) {
    const auto name = std::string(key->name);
    if (key->use != use || !values.contains(name)) continue;
    const auto& value = values[name];
    if (!key->neutral.empty() && value == neutral_of(*key)) continue;
    if (key->type == KeyType::kPath) {
      const auto path = value.get<std::string>();
      out[name] = path.empty() ? Json("") : Json{{"content", context.content.of(path)}};
    } else {
      out[name] = value;
    }
  }
  return out;
}

// The part of a section that its plugin declares, its id and its numerics revision.
Json plugin_part(const Context& context, std::string_view section, const Json& values) {
  const auto& info =
      info_of(context.checked, plugin_kind(section), values.at("plugin").get<std::string>());
  Json params = Json::object();
  for (const auto& [key, value] : values.items()) {
    if (!is_host_key(section, key)) params[key] = value;
  }
  Json out;
  out["plugin"] = info.id;
  out["revision"] = info.revision;
  out["params"] = plugin::identity_params(info, params, context.content);
  return out;
}

Json with_host(Json part, const Json& host) {
  for (const auto& [key, value] : host.items()) part[key] = value;
  return part;
}

// A shortened schedule has no milestones: what the schedule does not read has no effect.
void drop_without_effect(Json& train) {
  if (train.value("schedule", "") != "step") train.erase("milestones");
  if (train.value("momentum", 0.0) == 0.0) train.erase("nesterov");
}

Json training_identity(const Context& context) {
  const auto& config = context.checked.config;
  Json out;
  out["seed"] = host_part(context, "seed", config.at("seed"), KeyUse::kTraining);
  for (const auto* section : {"generator", "backbone", "loss"}) {
    const auto& values = config.at(section);
    out[section] = with_host(plugin_part(context, section, values),
                             host_part(context, section, values, KeyUse::kTraining));
  }
  if (!config.at("mixup").empty()) out["mixup"] = Json::array();
  for (const auto& entry : config.at("mixup")) {
    out["mixup"].push_back(plugin_part(context, "mixup", entry));
  }
  out["train"] = host_part(context, "train", config.at("train"), KeyUse::kTraining);
  drop_without_effect(out["train"]);
  out["augment"] = host_part(context, "augment", config.at("augment"), KeyUse::kTraining);
  if (context.checked.parts.real_mixing) {
    out["real"] = host_part(context, "real", config.at("real"), KeyUse::kRealMixing);
    out["seed"]["real"] = config.at("seed").at("real");
  }
  return out;
}

Json evaluation_identity(const Context& context) {
  const auto& config = context.checked.config;
  Json out;
  out["benchmark"] = Json::array();
  for (const auto& entry : config.at("benchmark")) {
    auto part = plugin_part(context, "benchmark", entry);
    part["name"] = entry.at("name");
    part["set"] = entry.at("set");
    out["benchmark"].push_back(std::move(part));
  }
  if (context.checked.parts.heldout) {
    out["heldout"] = host_part(context, "heldout", config.at("heldout"), KeyUse::kEvaluation);
    out["heldout"]["generator"] =
        plugin_part(context, "generator", config.at("heldout").at("generator"));
    out["seed"]["test"] = config.at("seed").at("test");
  }
  if (context.checked.parts.real_images) {
    out["real"] = host_part(context, "real", config.at("real"), KeyUse::kEvaluation);
  }
  return out;
}

void add_numerics(Json& document, const Numerics& numerics, const Checked& checked, bool training) {
  for (const auto& [room, revision] : numerics.rooms) document["numerics"][room] = revision;
  if (!numerics.strict) return;
  auto& strict = document["strict"];
  strict["device"] = numerics.device;
  strict["isa"] = numerics.isa;
  for (const auto& [name, sha256] : numerics.binaries) strict["binaries"][name] = sha256;
  for (const auto* info : checked.plugins) {
    if ((info->kind == plugin::Kind::kBenchmark) != training) {
      strict["binaries"][info->name()] = info->sha256;
    }
  }
}

}  // namespace

Identity identity_of(const Checked& checked, const Numerics& numerics,
                     const plugin::ContentIdentity& content) {
  const Context context{checked, content};
  Identity identity;
  identity.training = training_identity(context);
  identity.evaluation = evaluation_identity(context);
  add_numerics(identity.training, numerics, checked, true);
  add_numerics(identity.evaluation, numerics, checked, false);
  identity.training_hash = sha256(canonical_dump(identity.training));
  identity.evaluation_hash = sha256(canonical_dump(identity.evaluation));
  return identity;
}

Json digests_of(const Checked& checked, const plugin::ContentIdentity& content) {
  Json out = Json::object();
  const auto add = [&](const std::string& name, const Json& values, const std::string& key) {
    const auto path = values.value(key, std::string());
    if (!path.empty()) out[name] = content.of(path);
  };
  const auto add_params = [&](std::string_view section, const std::string& name,
                              const Json& values) {
    const auto& info =
        info_of(checked, plugin_kind(section), values.at("plugin").get<std::string>());
    for (const auto& param : info.params) {
      if (param.type == plugin::ParamType::kPath) add(name + "." + param.key, values, param.key);
    }
  };
  const auto& config = checked.config;
  if (checked.parts.real_mixing) add("real.train", config.at("real"), "train");
  if (checked.parts.real_images) {
    add("real.images", config.at("real"), "images");
    add("real.pairs", config.at("real"), "pairs");
  }
  for (const auto* section : {"generator", "backbone", "loss"}) {
    add_params(section, section, config.at(section));
  }
  if (checked.parts.heldout) {
    add_params("generator", "heldout.generator", config.at("heldout").at("generator"));
  }
  for (const auto* section : {"mixup", "benchmark"}) {
    for (const auto& entry : config.at(section)) {
      const auto name = entry.value("name", entry.at("plugin").get<std::string>());
      add_params(section, std::string(section) + "." + name, entry);
    }
  }
  return out;
}

}  // namespace synface::experiment
