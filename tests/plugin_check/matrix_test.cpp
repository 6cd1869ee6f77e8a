// Every core test has a plugin with the one fault that it is there for: that plugin fails it, and
// it alone.
#include <iostream>
#include <map>
#include <set>

#include "support.h"

namespace synface::plugin::check::test {
namespace {

struct Broken {
  const char* fixture;
  const char* fails;
};

constexpr Broken kBroken[] = {
    {"no_note", "file-note"},
    {"extra_symbol", "file-symbols"},
    {"other_torch", "file-torch"},
    {"executable_stack", "file-stack"},
    {"text_relocations", "file-relocations"},
    {"init_fails", "load"},
    {"undocumented", "param-docs"},
    {"choice_index", "param-schema"},
    {"create_fails", "create"},
    {"leaks_instance", "create-many"},
    {"calls_null", "bare-host"},
    {"id_prefix", "unknown-extension"},
    {"unstable_info", "description-stable"},
    {"fails_at_bound", "param-bounds"},
    {"crashes_in_range", "param-random"},
    {"c_string", "hostile-strings"},
    {"calls_exit", "first-call"},
    {"calls_abort", "first-call"},
    {"unwinds", "first-call"},
    {"sleeps", "first-call"},
    {"allocates", "first-call"},
    {"unrepeatable", "same-seed"},
    {"writes_error", "error-untouched"},
    {"leaves_hole", "outputs-written"},
    {"past_end", "guard-bytes"},
    {"writes_input", "inputs-read-only"},
    {"reads_beyond", "inputs-overread"},
    {"refuses_empty", "empty-batch"},
    {"needs_norm", "optional-null"},
    {"keeps_pointer", "kept-pointer"},
    {"leaks_call", "memory-growth"},
    {"ignores_cancel", "cancel"},
    {"thread_local_state", "other-thread"},
    {"shared_margin", "two-instances"},
    {"row_number", "rows-independent"},
    {"planes_only", "tensor-layouts"},
    {"any_type", "tensor-types"},
    {"ignores_ramp", "margin-scale"},
    {"updates_in_eval", "eval-read-only"},
    {"wrong_slope", "gradient"},
    {"wrong_logits", "gradient"},
    {"wrong_embedding", "gradient"},
    {"wrong_backward", "gradient"},
    {"always_adds", "gradient-accumulate"},
    {"one_tape", "tape-order"},
    {"sets_locale", "global-locale"},
    {"sets_rounding", "global-float-mode"},
    {"sets_signal", "global-signals"},
    {"changes_folder", "global-folder"},
    {"sets_umask", "global-umask"},
    {"sets_environment", "global-environment"},
    {"draws_random", "global-random"},
    {"starts_thread", "global-threads"},
    {"sets_threads", "global-threads"},
    {"prints", "global-stdout"},
    {"opens_file", "global-descriptors"},
    {"forgets_state", "state-round-trip"},
    {"reads_once", "state-short-reads"},
    {"takes_half_state", "state-garbage"},
    {"ignores_sink", "sink-status"},
    {"weights_beyond_one", "mixup-sources"},
    {"depends_on_step", "mixup-pure"},
    {"changing_identity", "identity-blocks"},
    {"undeclared_metric", "metrics-declared"},
};
// The only test that never fails a plugin: it warns.
constexpr const char* kWithoutFixture[] = {"file-libraries"};

Report checked(const std::string& name) {
  Options options = options_for(fixture(name));
  if (name == "sleeps") options.limit = std::chrono::seconds(10);
  return run(options);
}

// One column a test, numbered; '#' where a fixture is bad, '.' where it is not.
void print_row(const Broken& broken, const std::set<std::string>& bad) {
  std::string row;
  for (const Described& test : catalogue()) row += bad.contains(std::string(test.id)) ? '#' : '.';
  std::printf("%-20s %s %s\n", broken.fixture, row.c_str(), broken.fails);
}

// AddressSanitizer's memory is not counted.
bool skipped_here(std::string_view test) {
#ifdef __SANITIZE_ADDRESS__
  return test == "create-many" || test == "memory-growth";
#else
  return test.empty();
#endif
}

TEST(CheckMatrix, EachBrokenPluginFailsItsTestAndNoOther) {
  for (const Broken& broken : kBroken) {
    if (skipped_here(broken.fails)) continue;
    const Report report = checked(broken.fixture);
    const std::vector<std::string> ids = bad_ids(report);
    print_row(broken, {ids.begin(), ids.end()});
    EXPECT_THAT(ids, ::testing::ElementsAre(broken.fails)) << broken.fixture << "\n"
                                                           << bad_of(report);
  }
}

TEST(CheckMatrix, EveryTestHasABrokenPlugin) {
  std::set<std::string> covered(std::begin(kWithoutFixture), std::end(kWithoutFixture));
  for (const Broken& broken : kBroken) covered.insert(broken.fails);
  for (const Described& test : catalogue()) {
    EXPECT_TRUE(covered.contains(std::string(test.id))) << test.id << " has no broken fixture";
  }
}

class GoodPluginTest : public ::testing::TestWithParam<const char*> {};

TEST_P(GoodPluginTest, FailsNothing) {
  const Report report = checked(GetParam());
  EXPECT_EQ(bad_of(report), "");
  EXPECT_EQ(report.count(Status::kWarning), 0U);
  EXPECT_GT(report.count(Status::kPassed), 25U);
}
INSTANTIATE_TEST_SUITE_P(Bases, GoodPluginTest,
                         ::testing::Values("loss_good", "logits_good", "embedding_good",
                                           "backbone_good", "generator_good", "mixup_good",
                                           "benchmark_good"),
                         [](const auto& given) { return std::string(given.param); });

}  // namespace
}  // namespace synface::plugin::check::test
