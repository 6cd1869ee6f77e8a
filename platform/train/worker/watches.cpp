#include "watches.h"

#include <fmt/format.h>
#include <synface/plugin/instance.h>
#include <synface/train/memory.h>
#include <synface/train/parallel.h>

namespace synface::worker {
namespace {

class Overruns final : public plugin::Watch {
 public:
  bool same() noexcept override { return !train::process_allocator().overrun(); }
  std::string difference() override {
    const auto found = train::process_allocator().overrun();
    if (!found) return {};
    const bool behind = found->distance > 0;
    return fmt::format(
        "wrote to byte {} {} of {} ({} bytes), which is not its own; an output has the shape of "
        "its "
        "tensor and no more (a build with -fsanitize=address shows the line)",
        behind ? found->distance : -found->distance, behind ? "behind the end" : "before the start",
        found->block.empty() ? "a block of synface.alloc/1" : fmt::format("`{}`", found->block),
        found->size);
  }
  void restore() noexcept override { train::process_allocator().mend_canaries(); }
};

constexpr const char* kThreadsRemedy =
    "the host's threads are in ctx->threads, and synface.parallel/1 has them";

}  // namespace

void watch_everything(plugin::Guard& guard) {
  guard.watch_thread(plugin::watch_float_mode());
  guard.watch_often(plugin::watch_locale());
  guard.watch_often(plugin::watch_number("LibTorch's number of threads", kThreadsRemedy,
                                         train::torch_threads, train::set_torch_threads));
  guard.watch_often(plugin::watch_number("OpenMP's number of threads", kThreadsRemedy,
                                         train::openmp_threads, train::set_openmp_threads));
  guard.watch_deep(std::make_unique<Overruns>());
  guard.watch_deep(plugin::watch_signals());
  guard.watch_deep(plugin::watch_folder());
  guard.watch_deep(plugin::watch_environment());
}

void complain_if_any(plugin::Guard& guard) {
  guard.look_at_all();
  if (!guard.complains()) return;
  plugin::Complaint complaint = guard.take_complaint();
  throw plugin::CallError(std::move(complaint.plugin), std::move(complaint.call),
                          SYNFACE_ERR_INTERNAL, std::move(complaint.text), "");
}

StrayThreads::StrayThreads(const plugin::ThreadCensus::Stray& stray, const plugin::Loader& loader)
    : CallError(loader.name_of(stray.library), "destroy", SYNFACE_ERR_INTERNAL,
                fmt::format("has left a thread behind, which is in {}; join what you start before "
                            "destroy() returns, or use synface.parallel/1",
                            stray.place),
                "") {}

void complain_of_strays(const plugin::ThreadCensus& census, const plugin::Loader& loader) {
  const auto strays = census.strays(loader.files());
  if (!strays.empty()) throw StrayThreads(strays.front(), loader);
}

}  // namespace synface::worker
