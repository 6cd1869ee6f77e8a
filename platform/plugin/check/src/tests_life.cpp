// Life of an instance.
#include <synface/ext/log.h>
#include <synface/ext/state.h>

#include <algorithm>
#include <chrono>

#include "heap.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

constexpr const char* kRefusal =
    "create() succeeds, or reports SYNFACE_ERR_UNSUPPORTED with a message";

}  // namespace

void create(Scene& scene) {
  const auto asks = [&] {
    std::string keys;
    for (const Param& param : scene.info().params) {
      if (param.required) keys += fmt::format(" --set {}=...", param.key);
    }
    return keys;
  }();
  try {
    scene.destroy(scene.create());
  } catch (const CallFailed& failure) {
    const bool refused = failure.status == SYNFACE_ERR_INVALID || failure.status == SYNFACE_ERR_IO;
    if (!asks.empty() && refused) {
      skipped(
          fmt::format("it requires parameters for which this check has no value, and {}; give "
                      "them:{}",
                      failure.text(), asks));
    }
    failed("create() succeeds with the default parameters", failure.text());
  }
}

void create_many(Scene& scene) {
  skip_where_memory_is_not_counted();
  constexpr int kWarm = 16, kLeast = 16, kMost = 300, kAlive = 8;
  std::vector<void*> alive;
  const auto cycle = [&](int i) {
    alive.push_back(scene.create());
    if (alive.size() < kAlive) return;
    // Any order: the oldest, the newest, one in the middle.
    const std::size_t which = i % 3 == 0 ? 0 : i % 3 == 1 ? alive.size() - 1 : alive.size() / 2;
    scene.destroy(alive[which]);
    alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(which));
  };
  for (int i = 0; i < kWarm; ++i) cycle(i);
  const std::size_t before = allocated();
  // As many as a few seconds allow: an instance may read a large file.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(4);
  int many = 0;
  while (many < kMost && (many < kLeast || std::chrono::steady_clock::now() < end)) cycle(many++);
  const std::size_t after = allocated();
  for (void* self : alive) scene.destroy(self);
  // The allocator's own rounding comes and goes by a few kilobytes.
  const std::size_t slack = std::max<std::size_t>(32 * static_cast<std::size_t>(many), 8192);
  if (after >= before + slack) {
    failed("destroy() gives back what create() took",
           fmt::format("{} instances left {} bytes behind", many, after - before));
  }
}

void bare_host(Scene& scene) {
  Making making;
  making.host = scene.bare_host();
  try {
    scene.destroy(scene.create(making));
  } catch (const CallFailed& failure) {
    if (failure.status != SYNFACE_ERR_UNSUPPORTED || failure.message.empty()) {
      failed(kRefusal, failure.text());
    }
  }
}

void unknown_extension(Scene& scene) {
  const auto get_ext = scene.plugin().tables.base().get_ext;
  if (get_ext == nullptr) return;
  void* self = scene.create();
  for (const char* id : {"", "check.nothing/1", "synface.state/1 ", "synface.state/10",
                         "synface.state/2", "synface.state", "Synface.State/1"}) {
    note_call("get_ext");
    if (get_ext(self, id) != nullptr) {
      failed("NULL for an id that is not offered", fmt::format("a table for the id \"{}\"", id));
    }
  }
  if (get_ext(self, SYNFACE_EXT_STATE) != get_ext(self, SYNFACE_EXT_STATE)) {
    failed("one table for the life of the instance", "another one at the second call");
  }
  scene.destroy(self);
}

namespace {

// What a plugin says about itself, as text, for comparison.
std::string description(Scene& scene, void* self) {
  const Plugin& plugin = scene.plugin();
  std::string text;
  if (const auto* t = std::get_if<synface_loss_table>(&plugin.tables.table)) {
    synface_loss_info info{};
    info.struct_size = sizeof info;
    must("info", [&](synface_error* error) { return t->info(self, &info, error); });
    text = fmt::format("form {}, flags {}, scale {}, margin {}, subcentres {}, unit {}", info.form,
                       info.flags, info.scale, info.margin, info.subcentres, info.margin_unit);
  } else if (const auto* m = std::get_if<synface_mixup_table>(&plugin.tables.table)) {
    synface_mix_info info{};
    info.struct_size = sizeof info;
    must("info", [&](synface_error* error) { return m->info(self, &info, error); });
    text = fmt::format("stage {}, {} sources, {} sets", info.stage, info.sources, info.sets);
  } else if (const auto* g = std::get_if<synface_generator_table>(&plugin.tables.table)) {
    std::uint64_t identities = 0;
    must("extent",
         [&](synface_error* error) { return g->extent(self, &identities, 0, 0, nullptr, error); });
    text = fmt::format("{} identities", identities);
    const synface_block* const* blocks = nullptr;
    std::uint32_t n = 0;
    if (g->blocks != nullptr) {
      must("blocks", [&](synface_error* error) { return g->blocks(self, &blocks, &n, error); });
    }
    for (std::uint32_t i = 0; i < n; ++i) {
      text += fmt::format(", block {} + {}", blocks[i]->offset, blocks[i]->length);
    }
  } else if (const auto* b = std::get_if<synface_benchmark_table>(&plugin.tables.table)) {
    const synface_metric_spec* const* metrics = nullptr;
    std::uint32_t n = 0;
    must("metrics", [&](synface_error* error) { return b->metrics(self, &metrics, &n, error); });
    for (std::uint32_t i = 0; i < n; ++i) {
      text += std::string(metrics[i]->key.data, metrics[i]->key.size) + ", ";
    }
  } else if (const auto* net = std::get_if<synface_backbone_table>(&plugin.tables.table)) {
    std::int64_t length = 0;
    if (net->embedding != nullptr) {
      must("embedding", [&](synface_error* error) { return net->embedding(self, &length, error); });
    }
    text = fmt::format("embedding {}", length);
  }
  if (plugin.tables.has_parameters) {
    const synface_parameter* const* list = nullptr;
    std::uint32_t n = 0;
    must("parameters.list", [&](synface_error* error) {
      return plugin.tables.parameters.list(self, &list, &n, error);
    });
    for (std::uint32_t i = 0; i < n; ++i) {
      text += fmt::format("; parameter {} of {} dimensions",
                          std::string(list[i]->name.data, list[i]->name.size), list[i]->ndim);
    }
  }
  return text;
}

}  // namespace

void description_stable(Scene& scene) {
  void* self = scene.create();
  const std::string first = description(scene, self);
  for (int i = 0; i < 3; ++i) {
    const std::string again = description(scene, self);
    if (again != first) failed("the same answer whenever it is asked: " + first, again);
  }
  scene.destroy(self);
}

}  // namespace synface::plugin::check
