// The journal: one append-only file an attempt. A worker writes it, the coordinator tails it into
// the database, a cluster's task leaves it to be merged: one transport for all of them.
//
// PROMISES. What a call had put down when it returned is in the kernel's page cache: it survives
// the death of any process, by whatever signal. Every second it is written to the disk: a power cut
// loses at most what the last second brought. A call of point() costs well under 1 us.
//
// FORMAT, version 1; all numbers little endian.
//   file    magic "SYNJRNL\x01" (8 bytes), u64 0, then records one after another.
//   record  u32 size of the body; u32 CRC-32 (zlib's) of the body; body; zeros up to the next
//           multiple of 8. Body: u8 type, then the fields below without padding.
//   string  u32 length, then that many bytes of UTF-8.
//   A size of 0 ends the records that are there so far: the file is grown in steps, ahead of its
//   content, and cut to its length by close(). The size is written last, so that a reader of a live
//   file sees whole records only. A record whose CRC does not fit is a torn tail (a power cut) and
//   ends the journal; readers of unknown types skip them.
//   1 header    u32 version, u8[16] uuid, string trial key, u32 attempt number. The first record.
//   2 define    u32 metric, string name, u8 class (0 metric, 1 timing), u8 goal (0 none, 1 min,
//               2 max), string unit
//   3 point     u32 metric, i64 step, f64 value (NaN and infinities as they are)
//   4 final     u32 metric, f64 value
//   5 interval  u32 metric, f64 lo, f64 hi, f64 level
//   6 curve     string name, string x label, string y label, u32 n, f64[n] x, f64[n] y
//   7 artifact  string name, string path, string mime, string sha256
//   8 event     string kind, string JSON
//   9 log       u8 level (0 trace, 1 debug, 2 info, 3 warning, 4 error), string text
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "synface/base/file.h"
#include "synface/base/json.h"

namespace synface {

inline constexpr std::uint32_t kJournalVersion = 1;

// 16 bytes of the kernel's randomness, as a UUID of version 4.
std::array<std::uint8_t, 16> random_uuid();
// From 32 hex digits; throws kUsage for anything else. to_hex() of hash.h is the other way.
std::array<std::uint8_t, 16> uuid_from_hex(std::string_view text);

struct JournalHeader {
  std::uint32_t version = kJournalVersion;
  std::array<std::uint8_t, 16> uuid{};
  std::string trial_key;  // 64 hex digits
  std::uint32_t attempt = 1;
};

enum class MetricClass : std::uint8_t { kMetric = 0, kTiming = 1 };
enum class MetricGoal : std::uint8_t { kNone = 0, kMin = 1, kMax = 2 };
enum class LogLevel : std::uint8_t { kTrace = 0, kDebug, kInfo, kWarning, kError };

struct JournalDefine {
  std::uint32_t metric = 0;  // number within this journal
  std::string name;          // "train.loss", "heldout.auc"
  MetricClass metric_class = MetricClass::kMetric;
  MetricGoal goal = MetricGoal::kNone;
  std::string unit;  // "" for a pure number
};
struct JournalPoint {
  std::uint32_t metric = 0;
  std::int64_t step = 0;
  double value = 0;
};
// The scalar that stands for the trial at its end.
struct JournalFinal {
  std::uint32_t metric = 0;
  double value = 0;
};
// The confidence interval of a final, of `level` (0.95).
struct JournalInterval {
  std::uint32_t metric = 0;
  double lo = 0, hi = 0, level = 0;
};
struct JournalCurve {
  std::string name, x_label, y_label;
  std::vector<double> x, y;  // of one length
};
struct JournalArtifact {
  std::string name, path, mime, sha256;  // path: relative to <db>.d
};
struct JournalEvent {
  std::string kind;  // see journal_event
  Json data;
};
struct JournalLog {
  LogLevel level = LogLevel::kInfo;
  std::string text;
};
using JournalRecord =
    std::variant<JournalHeader, JournalDefine, JournalPoint, JournalFinal, JournalInterval,
                 JournalCurve, JournalArtifact, JournalEvent, JournalLog>;

// Events that have a meaning to the store and the scheduler, with the members of their JSON.
namespace journal_event {
// host, pid, isa, device, threads, environment{}, binaries{name: sha256}
inline constexpr std::string_view kStarted = "started";
inline constexpr std::string_view kCheckpoint = "checkpoint";  // step, path
inline constexpr std::string_view kResumed = "resumed";        // step, from_attempt
inline constexpr std::string_view kPhase = "phase";            // name, done, total
inline constexpr std::string_view kTrained = "trained";        // weights, sha256
inline constexpr std::string_view kEvaluated = "evaluated";    // evaluation
inline constexpr std::string_view kDiverged = "diverged";      // step, metric
inline constexpr std::string_view kError = "error";            // where, message, plugin, call, step
inline constexpr std::string_view kFinished = "finished";      // status
}  // namespace journal_event

// Thread-safe. Throws kNoSpace where the disk is full (what was written before stays whole) and
// kInternal for a misuse (an unknown metric number, a record over 64 MiB).
class JournalWriter {
 public:
  // Makes the file, which must not exist, with its folder, and writes the header.
  static JournalWriter create(const std::filesystem::path& path, const JournalHeader& header);
  ~JournalWriter();  // as close(), in silence
  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;

  // The number of the metric of this name; defined at its first call, and that definition stays.
  std::uint32_t define(std::string_view name, MetricClass metric_class = MetricClass::kMetric,
                       MetricGoal goal = MetricGoal::kNone, std::string_view unit = {});
  void point(std::uint32_t metric, std::int64_t step, double value);
  void final_value(std::uint32_t metric, double value);
  void interval(std::uint32_t metric, double lo, double hi, double level);
  void curve(const JournalCurve& curve);
  void artifact(const JournalArtifact& artifact);
  void event(std::string_view kind, const Json& data);
  void log(LogLevel level, std::string_view text);

  // On the disk when it returns; otherwise that happens every second.
  void sync();
  // Syncs and cuts the file to its length; nothing may be written afterwards.
  void close();

  const std::filesystem::path& path() const noexcept;
  std::uint64_t size() const noexcept;  // bytes written so far

 private:
  struct Impl;
  explicit JournalWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Reads a finished or a live journal. Belongs to one thread at a time.
class JournalReader {
 public:
  using Visitor = std::function<void(const JournalRecord&)>;

  // Throws kData where the file cannot be read, is no journal, or is of a newer version. A file
  // that is still empty is taken for a journal that has not begun.
  static JournalReader open(const std::filesystem::path& path);

  // Hands over every whole record that has come since the last call (at most `limit`), in order;
  // returns how many. Where the visitor throws, the offset stays before the record that it threw
  // at. Throws kData where a record is whole and its content still makes no sense.
  std::size_t poll(const Visitor& visit, std::size_t limit = SIZE_MAX);

  // Cheap: has a record begun behind the last one that was handed over?
  bool ready() const;

  // Offset of the first byte that was not handed over; seek() takes only such a value (0 is the
  // start).
  std::uint64_t offset() const noexcept { return offset_; }
  void seek(std::uint64_t offset);

  // Reads the header without moving the offset; nothing where the journal has not begun.
  std::optional<JournalHeader> header() const;

  // After a poll: there is something behind the last whole record that is none (a torn tail).
  bool torn() const noexcept { return torn_; }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  JournalReader(std::filesystem::path path, UniqueFd fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}
  bool fill(std::size_t wanted);
  std::size_t available() const noexcept { return filled_ - taken_; }

  std::filesystem::path path_;
  UniqueFd fd_;
  std::uint64_t offset_ = 0;
  std::vector<std::byte> buffer_;  // bytes of the file from offset_ - taken_
  std::size_t taken_ = 0, filled_ = 0;
  bool torn_ = false;
};

}  // namespace synface
