// After a crash the breadcrumb names plugin, call and step.
#include <signal.h>
#include <synface/plugin/crumb.h>
#include <synface/plugin/loss.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::HasSubstr;

// Runs body in a child process and gives the wait status.
template <typename Body>
int in_child(Body&& body) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      body();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
      _exit(99);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

void crash_in_margin(const std::filesystem::path& file) {
  CrumbWriter crumb(file);
  crumb.mark_crashes(file.string() + ".stack");
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  const Loss loss(plugin, params_of(plugin, {{"fail", "crash"}}), make_dims(), &crumb);
  const Floats cos({1, 1}), norm({1}), weights({1, 1}), z({1, 1}), dz({1, 1});
  loss.margin(context(812), cos, norm, weights, z, dz, nullptr);
}

TEST(CrumbTest, ACrashInAPluginNamesPluginCallAndStep) {
  const Scene scene;
  const int status = in_child([&] { crash_in_margin(scene.file("a.crumb")); });
  ASSERT_TRUE(WIFSIGNALED(status) || WIFEXITED(status));
#if !defined(__SANITIZE_ADDRESS__)  // which turns the signal into an exit of its own
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
#endif
  const auto report = read_crumb(scene.file("a.crumb"));
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->signal, SIGSEGV);
  ASSERT_EQ(report->calls.size(), 1U);
  EXPECT_TRUE(report->calls[0].crashed);
  EXPECT_EQ(report->text(), "loss/good, call margin, step 812");
}

TEST(CrumbTest, AKillFromOutsideLeavesTheCallsUnderWay) {
  const Scene scene;
  const int status = in_child([&] {
    CrumbWriter crumb(scene.file("a.crumb"));
    std::thread([&] { crumb.enter("generator/x", "render", 3); }).join();
    crumb.enter("backbone/y", "forward", 4);
    raise(SIGKILL);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto report = read_crumb(scene.file("a.crumb"));
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->signal, 0);
  EXPECT_EQ(report->text(), "generator/x, call render, step 3 or backbone/y, call forward, step 4");
  EXPECT_GT(report->calls[0].entered_ns, 0U);
  EXPECT_NE(report->calls[0].thread, report->calls[1].thread);
}

TEST(CrumbTest, OfSeveralThreadsTheOneThatCrashedIsNamed) {
  const Scene scene;
  in_child([&] {
    CrumbWriter crumb(scene.file("a.crumb"));
    crumb.mark_crashes(scene.file("a.stack"));
    std::thread([&] { crumb.enter("generator/x", "render", 3); }).join();
    crumb.enter("backbone/y", "forward", 4);
    raise(SIGABRT);
  });
  EXPECT_EQ(read_crumb(scene.file("a.crumb"))->text(), "backbone/y, call forward, step 4");
}

TEST(CrumbTest, NestedCallsComeBack) {
  const Scene scene;
  CrumbWriter crumb(scene.file("a.crumb"));
  const auto text = [&] { return read_crumb(scene.file("a.crumb"))->text(); };
  EXPECT_EQ(text(), "");
  crumb.enter("mixup/a", "pick", 1);
  crumb.enter("generator/b", "render", 1);
  EXPECT_EQ(text(), "generator/b, call render, step 1");
  crumb.leave();
  EXPECT_EQ(text(), "mixup/a, call pick, step 1");
  crumb.leave();
  EXPECT_EQ(text(), "");
  for (int i = 0; i < 20; ++i) crumb.enter("loss/deep", "margin", static_cast<std::uint64_t>(i));
  EXPECT_THAT(text(), HasSubstr("step 19"));
  for (int i = 0; i < 20; ++i) crumb.leave();
  EXPECT_EQ(text(), "");
}

TEST(CrumbTest, MoreThreadsThanSlotsAndLongNamesAreSurvived) {
  const Scene scene;
  CrumbWriter crumb(scene.file("a.crumb"));
  const std::string name(300, 'n');
  for (int i = 0; i < 100; ++i) {
    std::thread([&] { crumb.enter(name, "margin", 7); }).join();
  }
  const auto report = read_crumb(scene.file("a.crumb"));
  ASSERT_EQ(report->calls.size(), 64U);
  EXPECT_EQ(report->calls[0].plugin, std::string(55, 'n'));
}

TEST(CrumbTest, ThreadsThatHaveEndedGiveTheirSlotsBack) {
  const Scene scene;
  CrumbWriter crumb(scene.file("a.crumb"));
  for (int i = 0; i < 100; ++i) {
    std::thread([&] {
      crumb.enter("loss/short", "margin", 1);
      crumb.leave();
    }).join();
  }
  std::thread([&] { crumb.enter("generator/x", "render", 3); }).join();
  crumb.enter("backbone/y", "forward", 4);
  EXPECT_EQ(read_crumb(scene.file("a.crumb"))->calls.size(), 2U);
}

TEST(CrumbTest, ASecondWriterStartsAnew) {
  const Scene scene;
  { CrumbWriter(scene.file("a.crumb")).enter("loss/a", "margin", 1); }
  CrumbWriter second(scene.file("a.crumb"));
  EXPECT_EQ(read_crumb(scene.file("a.crumb"))->text(), "");
  second.leave();  // of a call that was never entered
  second.enter("loss/b", "margin", 2);
  EXPECT_EQ(read_crumb(scene.file("a.crumb"))->text(), "loss/b, call margin, step 2");
}

TEST(CrumbTest, ForeignFilesAreNoCrumbs) {
  const Scene scene;
  EXPECT_FALSE(read_crumb(scene.file("gone")).has_value());
  write_file_atomic(scene.file("short"), "SYNCRUMB");
  EXPECT_FALSE(read_crumb(scene.file("short")).has_value());
  write_file_atomic(scene.file("other"), std::string(20000, 'x'));
  EXPECT_FALSE(read_crumb(scene.file("other")).has_value());
}

}  // namespace
}  // namespace synface::plugin::test
