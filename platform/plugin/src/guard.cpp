#include "synface/plugin/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace synface::plugin {
namespace {

// The calls that this thread is in.
struct Frame {
  std::string_view plugin;
  const char* call = nullptr;
};
constexpr std::size_t kFrames = 8;  // what is nested deeper is not looked at
struct ThreadFrames {
  std::size_t depth = 0;
  Frame frames[kFrames];
};
thread_local ThreadFrames thread_frames;

}  // namespace

void Guard::enter(std::string_view plugin, const char* call, std::uint64_t step) noexcept {
  if (begin_) [[unlikely]]
    std::exchange(begin_, nullptr)(*this);
  ThreadFrames& state = thread_frames;
  if (state.depth < kFrames) state.frames[state.depth] = {plugin, call};
  ++state.depth;
  next_.enter(plugin, call, step);
}

void Guard::leave() noexcept {
  next_.leave();
  ThreadFrames& state = thread_frames;
  if (state.depth == 0 || --state.depth >= kFrames) return;
  const Frame& frame = state.frames[state.depth];
  const Call call{frame.plugin, frame.call};
  look(thread_, &call);
  if (std::this_thread::get_id() != home_) return;
  look(often_, &call);
  Name& name = name_of(call);
  name.since = true;
  if (++name.calls <= kDeepAtFirst || ++calls_ >= kDeepEvery) look_deeply();
}

// The names of a trial are a dozen.
Guard::Name& Guard::name_of(const Call& call) {
  const auto found = std::find_if(names_.begin(), names_.end(), [&](const Name& name) {
    return name.call == call.name && name.plugin == call.plugin;
  });
  if (found != names_.end()) return *found;
  return names_.emplace_back(Name{std::string(call.plugin), call.name, 0, false});
}

void Guard::look(const std::vector<std::unique_ptr<Watch>>& watches, const Call* call) noexcept {
  for (const auto& watch : watches) {
    if (watch->same()) [[likely]]
      continue;
    const std::lock_guard lock(mutex_);
    Complaint complaint = call == nullptr ? suspicion() : Complaint{};
    if (call != nullptr) complaint.plugin = call->plugin, complaint.call = call->name;
    complaint.text = watch->difference() + complaint.text;
    watch->restore();
    if (complaint_) continue;  // the first one has led to the others
    complaint_ = std::move(complaint);
    complains_ = true;
  }
}

void Guard::look_deeply() noexcept {
  look(deep_, nullptr);
  calls_ = 0;
  for (Name& name : names_) name.since = false;
}

void Guard::look_at_all() noexcept {
  look(thread_, nullptr);
  look(often_, nullptr);
  look_deeply();
}

// The last name of those that were called since the last deep look; where there are several, the
// text lists them.
Complaint Guard::suspicion() const {
  Complaint complaint;
  std::string list;
  std::size_t n = 0;
  for (const Name& name : names_) {
    if (!name.since) continue;
    ++n;
    complaint.plugin = name.plugin;
    complaint.call = name.call;
    list += fmt::format("{}{} {}()", list.empty() ? "" : ", ", name.plugin, name.call);
  }
  if (n > 1) complaint.text = fmt::format(" (one of the calls since the last look: {})", list);
  return complaint;
}

Complaint Guard::take_complaint() {
  const std::lock_guard lock(mutex_);
  Complaint complaint = std::move(complaint_).value_or(Complaint{});
  complaint_.reset();
  complains_ = false;
  return complaint;
}

}  // namespace synface::plugin
