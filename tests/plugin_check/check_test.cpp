// What `plugin check` does with plugins: processes, limits, options, reports.
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/plugin/check/print.h>

#include <algorithm>
#include <filesystem>

#include "headers.h"
#include "support.h"

namespace synface::plugin::check::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Report only(const std::string& name, const std::string& id,
            std::chrono::milliseconds limit = std::chrono::minutes(2)) {
  Options options = options_for(fixture(name));
  options.only = {id};
  options.limit = limit;
  return run(options);
}

TEST(CheckProcess, ACallThatExitsIsNamed) {
  const Report report = only("calls_exit", "first-call");
  const Outcome& o = outcome(report, "first-call");
  EXPECT_EQ(o.status, Status::kCrashed);
  EXPECT_EQ(o.seen, "margin() called exit()");
}

TEST(CheckProcess, ACallThatAbortsIsNamedWithItsSignal) {
  const Report report = only("calls_abort", "first-call");
  EXPECT_THAT(outcome(report, "first-call").seen, HasSubstr("signal 6 (Aborted) in margin()"));
}

TEST(CheckProcess, AnExceptionThatLeavesACallIsNamed) {
  const Report report = only("unwinds", "first-call");
  EXPECT_EQ(outcome(report, "first-call").seen, "an exception left margin()");
}

TEST(CheckProcess, AllocationWithoutEndBecomesAFailedAllocation) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address space cannot be limited under AddressSanitizer";
#endif
  const Report report = only("allocates", "first-call");
  EXPECT_THAT(outcome(report, "first-call").seen, HasSubstr("margin() returned MEMORY"));
}

TEST(CheckProcess, ACallThatDoesNotReturnIsKilledAndWhatFollowsIsSkipped) {
  const Report report = only("sleeps", "gradient", std::chrono::seconds(3));
  EXPECT_EQ(outcome(report, "first-call").status, Status::kTimedOut);
  EXPECT_THAT(outcome(report, "first-call").seen, HasSubstr("still in margin()"));
  EXPECT_EQ(outcome(report, "gradient").status, Status::kSkipped);
  EXPECT_FALSE(report.good());
}

TEST(CheckProcess, AFaultInLentMemoryNamesTheTensor) {
  EXPECT_EQ(outcome(only("writes_input", "inputs-read-only"), "inputs-read-only").seen,
            "margin() wrote to `weights`, byte 0 of 512");
  EXPECT_THAT(outcome(only("keeps_pointer", "kept-pointer"), "kept-pointer").seen,
              HasSubstr("margin() read from `cos`"));
}

TEST(CheckProcess, InThisProcessTheVerdictsAreTheSame) {
  Options options = options_for(fixture("wrong_slope"));
  options.only = {"gradient"};
  options.in_process = true;
  const Report report = run(options);
  EXPECT_THAT(bad_ids(report), ElementsAre("gradient"));
}

TEST(CheckProcess, WhatTheCLibraryKeepsOfFreedMemoryIsNoGrowth) {
  Options options = options_for(fixture("frees_all"));
  options.only = {"memory-growth"};
  const Outcome apart = outcome(run(options), "memory-growth");
  EXPECT_EQ(apart.status, Status::kPassed) << apart.seen;
  options.in_process = true;
  const Outcome here = outcome(run(options), "memory-growth");
  EXPECT_FALSE(is_bad(here.status)) << here.seen;
}

TEST(CheckOptions, OnlyRunsATestAndWhatItNeeds) {
  const Report report = only("loss_good", "gradient");
  std::vector<std::string> ids;
  for (const Outcome& o : report.outcomes) ids.push_back(o.id);
  EXPECT_THAT(ids, ElementsAre("file-note", "file-torch", "load", "create", "first-call",
                               "same-seed", "gradient"));
}

TEST(CheckOptions, AnUnknownTestIsAnErrorWithTheNearest) {
  try {
    only("loss_good", "gradent");
    FAIL() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::kUsage);
    EXPECT_THAT(e.what(), HasSubstr("did you mean 'gradient'?"));
  }
}

TEST(CheckOptions, APluginThatTheFileDoesNotHaveIsAnError) {
  Options options = options_for(fixture("loss_good"));
  options.plugin = "loss/another";
  try {
    run(options);
    FAIL() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::kUsage);
    EXPECT_THAT(e.what(), HasSubstr("has no plugin 'loss/another' by its note"));
  }
}

TEST(CheckOptions, AMissingFileIsAnError) {
  Options options = options_for("/nowhere/at_all.so");
  EXPECT_THROW(run(options), Error);
}

TEST(CheckOptions, AParameterIsSet) {
  Options options = options_for(fixture("loss_good"));
  options.only = {"margin-scale"};
  options.set = {"margin=0.0"};
  EXPECT_EQ(outcome(run(options), "margin-scale").status, Status::kSkipped);
}

TEST(CheckFile, WhatIsNoPluginIsOneFailureAndNoCrash) {
  const TemporaryFolder folder("synface_check");
  const auto file = folder.path() / "text.so";
  write_file_atomic(file, "hello\n", false);
  const Report report = run(options_for(file));
  EXPECT_THAT(bad_ids(report), ElementsAre("file-note"));
  EXPECT_THAT(outcome(report, "file-note").seen, HasSubstr("is a text file"));
}

TEST(CheckReport, JsonAndJUnitSayTheSame) {
  const Report report = only("wrong_slope", "gradient");
  const Json json = to_json(report);
  EXPECT_FALSE(json.at("good").get<bool>());
  EXPECT_EQ(json.at("counts").at("failed"), 1);
  EXPECT_EQ(json.at("results").size(), report.outcomes.size());
  const std::string junit = to_junit(report);
  EXPECT_THAT(junit, HasSubstr("<testsuite name=\"loss/checked\" tests=\"4\" failures=\"1\" "
                               "errors=\"0\" skipped=\"0\">"));
  EXPECT_THAT(junit, HasSubstr("<testcase classname=\"loss/checked\" name=\"gradient\""));
}

TEST(CheckReport, TheTextNamesExpectationSightAndRule) {
  const std::string text = to_text(only("wrong_slope", "gradient"), {false, 100, false});
  EXPECT_THAT(text, HasSubstr("✗ gradient"));
  EXPECT_THAT(text, HasSubstr("expected  the derivative of z by the cosine"));
  EXPECT_THAT(text, HasSubstr("seen      0.98"));
  EXPECT_THAT(text, HasSubstr("rule      synface/backbone.h:"));
  EXPECT_THAT(text, HasSubstr("--in-process --only gradient"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b[")));
}

// ---- the catalogue ------------------------------------------------------------------------------

TEST(CheckCatalogue, EveryRuleStandsOnceInAHeader) {
  for (const Described& test : catalogue()) {
    const std::string header = test.place.substr(8, test.place.find(':') - 8);
    EXPECT_EQ(occurrences({header, test.rule}), 1)
        << test.id << ": \"" << test.rule << "\" in " << test.place;
  }
}

TEST(CheckCatalogue, AnIdIsUniqueAndWhatATestNeedsComesBefore) {
  std::vector<std::string_view> seen;
  for (const Described& test : catalogue()) {
    EXPECT_EQ(std::count(seen.begin(), seen.end(), test.id), 0) << test.id;
    EXPECT_TRUE(test.needs.empty() || std::count(seen.begin(), seen.end(), test.needs) == 1)
        << test.id << " needs " << test.needs;
    seen.push_back(test.id);
  }
}

// The row of a test in platform/sdk/docs/check.md.
std::string row(const Described& test) {
  std::string kinds;
  for (const std::string_view kind : test.kinds) {
    kinds += std::string(kinds.empty() ? "" : ", ") + std::string(kind);
  }
  if (test.kinds.empty()) kinds = "the file";
  if (test.kinds.size() == 5) kinds = "all";
  const std::string header = test.place.substr(0, test.place.find(':'));
  return fmt::format("| `{}` | {} | {} | {} | {}: \"{}\" |\n", test.id, kinds, test.what, test.why,
                     header, test.rule);
}

TEST(CheckCatalogue, TheDocumentAgrees) {
  const std::string document =
      read_file(std::filesystem::path(SYNFACE_TEST_SOURCE_DIR) / "platform/sdk/docs/check.md");
  std::string missing;
  for (const Described& test : catalogue()) {
    if (document.find(row(test)) == std::string::npos) missing += row(test);
  }
  EXPECT_EQ(missing, "") << "rows that platform/sdk/docs/check.md lacks";
  std::size_t rows = 0;
  for (std::size_t at = document.find("\n| `"); at != std::string::npos;
       at = document.find("\n| `", at + 1)) {
    rows += document.compare(at, 6, "\n| `--") == 0 ? 0 : 1;  // not the table of options
  }
  EXPECT_EQ(rows, catalogue().size()) << "a row of the document belongs to no test";
}

}  // namespace
}  // namespace synface::plugin::check::test
