#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/text.h>

#include <algorithm>
#include <cstring>

#include "crumb_layout.h"
#include "synface/plugin/crumb.h"

namespace synface::plugin {
namespace {

// A field that a dying process may have left unterminated.
template <std::size_t N>
std::string field(const char (&from)[N]) {
  std::string text(from, strnlen(from, N));
  return is_utf8(text) ? text : "(damaged)";
}

}  // namespace

std::string CrumbReport::text() const {
  std::string all;
  for (const Crumb& crumb : calls) {
    if (!all.empty() && calls.front().crashed) break;  // we know who it was
    all += fmt::format("{}{}, call {}, step {}", all.empty() ? "" : " or ", crumb.plugin,
                       crumb.call, crumb.step);
  }
  return all;
}

std::optional<CrumbReport> read_crumb(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
  const std::string bytes = read_file(file, ExitCode::kInternal);
  if (bytes.size() < kCrumbSize) return std::nullopt;
  CrumbHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kCrumbMagic, sizeof kCrumbMagic) != 0 ||
      header.version != kCrumbVersion || header.slots != kCrumbSlots ||
      header.slot_size != sizeof(CrumbSlot)) {
    return std::nullopt;
  }
  CrumbReport report;
  report.pid = header.pid;
  report.signal = static_cast<int>(header.signal);
  for (std::uint32_t i = 0; i < kCrumbSlots; ++i) {
    CrumbSlot slot;
    std::memcpy(&slot, bytes.data() + sizeof header + i * sizeof slot, sizeof slot);
    if (slot.depth == 0) continue;
    report.calls.push_back({field(slot.plugin), field(slot.call), slot.step, slot.entered_ns,
                            slot.thread, header.signal_slot == i + 1});
  }
  std::stable_partition(report.calls.begin(), report.calls.end(),
                        [](const Crumb& c) { return c.crashed; });
  return report;
}

}  // namespace synface::plugin
