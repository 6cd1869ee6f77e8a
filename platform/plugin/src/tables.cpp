#include "tables.h"

#include <synface/base/error.h>

#include "abi_copy.h"

namespace synface::plugin {
namespace {

// `minimum` is the size up to the first member that a plugin of this draft may lack.
template <typename Table>
Table copy_kind(const synface_instance_table* table, std::size_t minimum) {
  return copy_table(reinterpret_cast<const Table*>(table), minimum, "its table");
}

template <typename Function>
void need(Function* function, const char* name) {
  if (function == nullptr) fail(ExitCode::kPlugin, "its table lacks {}()", name);
}

synface_generator_table copy_generator(const synface_instance_table* given) {
  const auto t =
      copy_kind<synface_generator_table>(given, offsetof(synface_generator_table, identity_name));
  need(t.extent, "extent");
  const int latent = (t.blocks != nullptr) + (t.latents != nullptr) + (t.render != nullptr);
  if ((latent != 0 && latent != 3) || (latent == 3) == (t.fetch != nullptr)) {
    fail(ExitCode::kPlugin,
         "its table has to have either blocks(), latents() and render(), or fetch()");
  }
  if (t.masks != nullptr && latent != 3) {
    fail(ExitCode::kPlugin, "its table has masks() without render()");
  }
  return t;
}

synface_mixup_table copy_mixup(const synface_instance_table* given) {
  const auto t = copy_kind<synface_mixup_table>(given, offsetof(synface_mixup_table, apply));
  need(t.info, "info");
  need(t.pick, "pick");
  return t;
}

synface_backbone_table copy_backbone(const synface_instance_table* given) {
  const auto t =
      copy_kind<synface_backbone_table>(given, offsetof(synface_backbone_table, calibrate));
  need(t.forward, "forward");
  if (t.backward != nullptr) need(t.tape_free, "tape_free");
  return t;
}

synface_loss_table copy_loss(const synface_instance_table* given) {
  const auto t = copy_kind<synface_loss_table>(given, offsetof(synface_loss_table, logits));
  need(t.info, "info");
  const int forms = (t.margin != nullptr) + (t.logits != nullptr) + (t.loss != nullptr);
  if (forms != 1) {
    fail(ExitCode::kPlugin, "its table has {} of margin(), logits() and loss(), must have one",
         forms);
  }
  if (t.logits != nullptr) need(t.logits_backward, "logits_backward");
  if (t.loss != nullptr) need(t.loss_backward, "loss_backward");
  if (t.margin == nullptr) need(t.tape_free, "tape_free");
  return t;
}

synface_benchmark_table copy_benchmark(const synface_instance_table* given) {
  const auto t = copy_kind<synface_benchmark_table>(given, sizeof(synface_benchmark_table));
  need(t.metrics, "metrics");
  need(t.requests, "requests");
  need(t.evaluate, "evaluate");
  return t;
}

void copy_parameters(const synface_parameters_table* given, Tables& tables) {
  if (given == nullptr) return;
  tables.parameters =
      copy_table(given, sizeof(synface_parameters_table), "its table of parameters");
  tables.has_parameters = true;
  need(tables.parameters.list, "parameters.list");
  need(tables.parameters.init, "parameters.init");
  need(tables.parameters.bind, "parameters.bind");
}

}  // namespace

const synface_instance_table& Tables::base() const {
  return std::visit([](const auto& t) -> const synface_instance_table& { return t.base; }, table);
}

Tables copy_tables(Kind kind, const synface_instance_table* table) {
  Tables tables;
  switch (kind) {
    case Kind::kGenerator:
      tables.table = copy_generator(table);
      break;
    case Kind::kMixup:
      tables.table = copy_mixup(table);
      break;
    case Kind::kBackbone:
      tables.table = copy_backbone(table);
      copy_parameters(std::get<synface_backbone_table>(tables.table).parameters, tables);
      break;
    case Kind::kLoss:
      tables.table = copy_loss(table);
      copy_parameters(std::get<synface_loss_table>(tables.table).parameters, tables);
      break;
    case Kind::kBenchmark:
      tables.table = copy_benchmark(table);
      break;
  }
  need(tables.base().create, "create");
  need(tables.base().destroy, "destroy");
  return tables;
}

}  // namespace synface::plugin
