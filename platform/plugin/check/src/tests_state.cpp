// synface.state/1, and sinks that fail.
#include <synface/ext/state.h>

#include "drive.h"
#include "drive_benchmark.h"
#include "sinks.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

const synface_ext_state& state_of(Scene& scene, const Drive& drive) {
  const auto get_ext = scene.plugin().tables.base().get_ext;
  note_call("get_ext");
  const void* table = get_ext == nullptr ? nullptr : get_ext(drive.self(), SYNFACE_EXT_STATE);
  if (table == nullptr) skipped("it keeps no state (synface.state/1)");
  const auto& state = *static_cast<const synface_ext_state*>(table);
  if (state.save == nullptr || state.load == nullptr) failed("save() and load()", "one is NULL");
  return state;
}

std::string save(Scene& scene, const Drive& drive) {
  const synface_ext_state& state = state_of(scene, drive);
  std::string bytes;
  const TextSink sink(bytes);
  must("state.save",
       [&](synface_error* error) { return state.save(drive.self(), sink.abi(), error); });
  return bytes;
}

std::optional<CallFailed> load(Scene& scene, const Drive& drive, const std::string& bytes,
                               std::size_t most, std::uint32_t version_more = 0) {
  const synface_ext_state& state = state_of(scene, drive);
  const TextSource source(bytes, most);
  return attempt("state.load", [&](synface_error* error) {
    return state.load(drive.self(), state.version + version_more, source.abi(), error);
  });
}

// An instance that has something to remember.
std::unique_ptr<Drive> worn(Scene& scene) {
  auto drive = make_drive(scene);
  state_of(scene, *drive);
  for (std::uint32_t i = 0; i < 3; ++i) drive->run(drive->with_rows(i, drive->usual_rows()));
  return drive;
}

// Loads into a new instance, which must then be like the old one.
void round_trip(Scene& scene, std::size_t most, const std::string& how) {
  const auto old = worn(scene);
  const std::string bytes = save(scene, *old);
  const auto restored = make_drive(scene);
  if (auto failure = load(scene, *restored, bytes, most)) {
    failed("load() takes what save() wrote" + how, failure->text());
  }
  const std::string again = save(scene, *restored);
  if (again != bytes) {
    failed("save() after load() writes the same bytes" + how,
           fmt::format("{} and {} bytes that differ", bytes.size(), again.size()));
  }
  const Round round = old->usual();
  const std::string gap = difference(old->run(round), restored->run(round));
  if (!gap.empty()) failed("the restored instance goes on like the old one" + how, gap);
}

}  // namespace

void state_round_trip(Scene& scene) {
  round_trip(scene, SIZE_MAX, "");
}

void state_short_reads(Scene& scene) {
  for (const std::size_t most : {1, 3, 7}) {
    round_trip(scene, most, fmt::format(" when read() gives at most {} bytes at a time", most));
  }
}

void state_garbage(Scene& scene) {
  const auto drive = worn(scene);
  const std::string bytes = save(scene, *drive);
  const auto refuses = [&](const std::string& given, std::uint32_t version,
                           const std::string& what) {
    const auto failure = load(scene, *drive, given, SIZE_MAX, version);
    if (!failure) failed(fmt::format("load() refuses {}", what), "it succeeded");
    if (save(scene, *drive) != bytes) {
      failed(fmt::format("the instance is as it was after load() of {}", what),
             "its state changed");
    }
  };
  if (!bytes.empty()) {
    refuses(bytes.substr(0, bytes.size() / 2), 0, "the first half");
    refuses("", 0, "an empty stream");
  }
  refuses(bytes, 1, "a format of a later version");
  std::string noise = bytes;
  Random random(scene.seed());
  for (char& c : noise) c = static_cast<char>(random.below(256));
  if (!bytes.empty() && !load(scene, *drive, noise, SIZE_MAX)) {
    warned("load() refuses garbage (a magic number or a check sum would tell)",
           fmt::format("{} random bytes were taken for a state", noise.size()));
  }
}

// ---- sinks --------------------------------------------------------------------------------------

namespace {

void passes_on(const char* call, const std::optional<CallFailed>& failure) {
  const std::string expected = fmt::format("{}() passes on the status of a sink that fails ({})",
                                           call, status_name(kSinkRefuses));
  if (!failure) failed(expected, "it returned OK");
  if (failure->status != kSinkRefuses) failed(expected, failure->text());
}

template <typename Body>
std::optional<CallFailed> caught(Body&& body) {
  try {
    body();
  } catch (const CallFailed& failure) {
    return failure;
  }
  return std::nullopt;
}

bool generator_sinks(Scene& scene, Drive& drive) {
  const auto& table = std::get<synface_generator_table>(scene.plugin().tables.table);
  std::string nothing;
  const TextSink sink(nothing, true);
  const synface_key key{};
  if (table.fetch != nullptr) {
    passes_on("fetch", attempt("fetch", [&](synface_error* error) {
                return table.fetch(drive.self(), &key, sink.abi(), error);
              }));
  }
  if (table.identity_name != nullptr) {
    passes_on("identity_name", attempt("identity_name", [&](synface_error* error) {
                return table.identity_name(drive.self(), 0, sink.abi(), error);
              }));
  }
  return table.fetch != nullptr || table.identity_name != nullptr;
}

bool benchmark_sinks(Scene& scene) {
  {
    const auto drive = make_drive(scene);
    dynamic_cast<BenchmarkDrive&>(*drive).refuse_requests();
    passes_on("requests", caught([&] { drive->run(drive->usual()); }));
  }
  const auto drive = make_drive(scene);
  dynamic_cast<BenchmarkDrive&>(*drive).refuse_results();
  passes_on("evaluate", caught([&] { drive->run(drive->usual()); }));
  return true;
}

}  // namespace

void sink_status(Scene& scene) {
  bool any = false;
  const auto drive = make_drive(scene);
  if (scene.kind() == Kind::kGenerator) any = generator_sinks(scene, *drive);
  if (scene.kind() == Kind::kBenchmark) any = benchmark_sinks(scene);
  const auto get_ext = scene.plugin().tables.base().get_ext;
  if (get_ext != nullptr && get_ext(drive->self(), SYNFACE_EXT_STATE) != nullptr) {
    any = true;
    const synface_ext_state& state = state_of(scene, *drive);
    std::string nothing;
    const TextSink sink(nothing, true);
    passes_on("state.save", attempt("state.save", [&](synface_error* error) {
                return state.save(drive->self(), sink.abi(), error);
              }));
  }
  if (!any) skipped("it writes to no sink");
}

}  // namespace synface::plugin::check
