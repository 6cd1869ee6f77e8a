// What a run makes of plugins that do what they must not: each sin costs its own attempt, with a
// message that names plugin, call and remedy, and the grid goes on.
#include <gtest/gtest.h>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

struct Sin {
  const char* name;
  std::vector<std::string> says;  // in the error that is recorded
  std::string signal = "";        // by which the worker died, as the database has it
  int at = 0;                     // the call of margin() in which it is committed
};

const Sin kSins[] = {
    {"unwind", {"std::runtime_error", "thrown on purpose", "return a status"}},
    {"exit", {"call margin, step 2", "exit code 0", "never calls exit()", "sin_exit"}, "", 2},
    {"quick_exit", {"call margin, step 2", "exit code 8", "sin_quick_exit"}, "", 2},
    {"bare_exit", {"call margin, step 2", "exit code 143", "never calls exit()"}, "", 2},
    {"abort", {"call margin, step 3", "SIGABRT", "sin_abort"}, "6", 3},
    {"null", {"call margin, step 3", "SIGSEGV", "NULL pointer", "sin_null"}, "11", 3},
    {"recursion", {"call margin, step 3", "SIGSEGV", "recursion", "dig", "times"}, "11", 3},
    {"locale", {"margin()", "the locale from C to C.UTF-8", "to_chars"}},
    {"rounding", {"margin()", "floating-point mode (rounding)", "put it back"}},
    {"denormals", {"margin()", "floating-point mode", "put it back"}},
    {"threads", {"margin()", "number of threads from 1 to 7", "synface.parallel/1"}},
    {"handler", {"margin()", "SIGSEGV", "Install no handlers"}},
    {"folder", {"margin()", "working folder", "whole paths"}},
    {"environment", {"margin()", "SINNER_WAS_HERE", "parameter"}},
    {"thread", {"destroy()", "left a thread behind", "in sinner.so (+0x", "join"}},
    {"memory", {"memory limit of 900.0 MiB", "call margin, step 2"}, "9", 2},
    {"sleep", {"time limit of 30", "call margin, step 2"}, "9", 2},
    {"overrun", {"margin()", "byte 1 behind the end of `z`", "-fsanitize=address"}},
    {"kept", {"call margin, step 1", "SIGSEGV", "lent to an earlier call", "sinner_margin"}, "11"},
};

std::string cell(const Sin& sin) {
  return std::string("loss/sinner with the sin ") + sin.name;
}

// All sins beside two trials that commit none, in one grid.
class Sins : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    sandbox_ = std::make_unique<Sandbox>();
    sandbox_->set_environment("SYNFACE_PLUGIN_PATH", test_plugin("sins"));
    sandbox_->write("sins.toml", tiny("[run]\nretries = 0\nmemory_limit = 900\ntime_limit = 30\n"
                                      "[axes]\nzip = [ { \"loss.sin\" = [" +
                                          names() + "], \"loss.at\" = [" + calls() + "] } ]\n",
                                      "sins"));
    outcome_ = sandbox_->synface(
        {"run", "sins.toml", "--jobs", "2", "--set", "loss={plugin = \"sinner\"}"});
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  static std::string names() {
    std::string list = "\"none\"";
    for (const Sin& sin : kSins) list += ", \"" + std::string(sin.name) + "\"";
    return list + ", \"virtue\"";
  }
  static std::string calls() {
    std::string list = "0";
    for (const Sin& sin : kSins) list += ", " + std::to_string(sin.at);
    return list + ", 0";
  }
  static std::string of_attempt(const std::string& sin, const std::string& column) {
    return Records(sandbox_->database())
        .text("SELECT coalesce(" + column +
              ", '') FROM attempt a JOIN trial t ON t.id = a.trial "
              "WHERE t.config ->> '$.loss.sin' = '" +
              sin + "'");
  }

  static std::unique_ptr<Sandbox> sandbox_;
  static Outcome outcome_;
};
std::unique_ptr<Sandbox> Sins::sandbox_;
Outcome Sins::outcome_;

TEST_F(Sins, EachCostsItsOwnAttemptWithAMessage) {
  for (const Sin& sin : kSins) {
    SCOPED_TRACE(cell(sin));
    const std::string error = of_attempt(sin.name, "a.error");
    EXPECT_EQ(of_attempt(sin.name, "a.status"), "failed");
    EXPECT_EQ(of_attempt(sin.name, "a.error_plugin"), "loss/sinner");
    EXPECT_EQ(of_attempt(sin.name, "a.signal"), sin.signal);
    EXPECT_NE(error.find("loss/sinner"), std::string::npos) << error;
    for (const std::string& word : sin.says) {
      EXPECT_NE(error.find(word), std::string::npos) << "no \"" << word << "\" in:\n" << error;
    }
    // And on the terminal, not only in the database.
    EXPECT_TRUE(outcome_.says(error.substr(0, error.find('\n')))) << outcome_.all();
  }
}

TEST_F(Sins, TheGridGoesOnAndTheGoodTrialsAreDone) {
  EXPECT_EQ(outcome_.code, 5) << outcome_.all();
  const Records records(sandbox_->database());
  // A trial that has trained is done, whatever becomes of its evaluation.
  EXPECT_EQ(records.number("SELECT count(*) FROM trial t JOIN evaluation e ON e.trial = t.id "
                           "WHERE t.status = 'done' AND e.status = 'done'"),
            2);
  EXPECT_EQ(records.number("SELECT count(*) FROM attempt WHERE status = 'failed'"),
            static_cast<std::int64_t>(std::size(kSins)));
  EXPECT_EQ(records.attempts(), static_cast<std::int64_t>(std::size(kSins)) + 2);
  EXPECT_EQ(of_attempt("none", "a.status"), "done");
  EXPECT_EQ(of_attempt("virtue", "a.status"), "done");
  EXPECT_EQ(records.integrity(), "ok");
}

TEST_F(Sins, TheLogHasTheWholeStackWithLinesOfTheSource) {
  const fs::path journal = sandbox_->database().string() + ".d/" + of_attempt("null", "a.journal");
  const std::string log = read_file(fs::path(journal).replace_extension(".log"));
  EXPECT_NE(log.find("sin_null"), std::string::npos) << log;
  EXPECT_NE(log.find("synface::plugin::Loss::margin"), std::string::npos) << log;
  EXPECT_NE(log.find("main"), std::string::npos) << log;
  if (sandbox_->program({"addr2line", "--version"}).code != 0) {
    GTEST_SKIP() << "addr2line (binutils) is not installed: no lines of the source";
  }
  EXPECT_NE(log.find("at sinner.c:"), std::string::npos) << log;
}

// What is seen only now and then is said of all calls that may have done it.
TEST(SinsLate, ASignalHandlerOfALaterCallIsFoundAllTheSame) {
  Sandbox sandbox;
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("sins"));
  sandbox.write("late.toml", tiny("[run]\nretries = 0\n", "late"));
  const Outcome run = sandbox.synface(
      {"run", "late.toml", "--set", "loss={plugin = \"sinner\", sin = \"handler\", at = 5}"});
  EXPECT_EQ(run.code, 5) << run.all();
  EXPECT_TRUE(run.says("SIGSEGV")) << run.all();
  EXPECT_TRUE(run.says("one of the calls since the last look")) << run.all();
  EXPECT_TRUE(run.says("loss/sinner margin()")) << run.all();
}

TEST(SinsHarmless, SymbolsTooManyAreAWarningInTheLog) {
  Sandbox sandbox;
  sandbox.set_environment("SYNFACE_PLUGIN_PATH", test_plugin("exports"));
  sandbox.write("exports.toml", tiny("", "exports"));
  const Outcome run =
      sandbox.synface({"run", "exports.toml", "--set", "loss={plugin = \"sinner\"}"});
  EXPECT_EQ(run.code, 0) << run.all();
  const std::string log =
      Records(sandbox.database())
          .text("SELECT group_concat(text, ' ') FROM log WHERE text LIKE '%exports%'");
  EXPECT_NE(log.find("sinner.so exports 1 symbol beside synface_plugin_entry (sinner_throw)"),
            std::string::npos)
      << log;
  EXPECT_NE(log.find("version script"), std::string::npos) << log;
}

}  // namespace
}  // namespace synface::test
