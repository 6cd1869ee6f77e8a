// What goes wrong in .py files becomes an error that names file and line; the process goes on.
#include <fcntl.h>
#include <synface/ext/state.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "support.h"

namespace bridge_test {
namespace {

using abi_test::Array;
using abi_test::must;
using testing::AllOf;
using testing::HasSubstr;

class FaultTest : public PythonTest {
 protected:
  Failure made(const std::string& text, const Settings& more = {},
               const char* id = "python_margin") {
    const std::string py = file(text);
    Settings settings = more;
    settings["file"] = py.c_str();
    return failure_of([&] { const Loss loss(kLibrary, id, settings, dims(), logging_host()); });
  }
  // Of a call of margin().
  Failure called(const std::string& text) {
    const std::string py = file(text);
    const Loss loss(kLibrary, "python_margin", {{"file", py.c_str()}}, dims(), logging_host());
    return failure_of([&] { call(loss); });
  }
  static void call(const Loss& loss) {
    Array<float> c({2, 1}, {.1F, .2F}), w({2, 1}, {1, 1}), norm({2}, {1, 1}), z({2, 1}),
        slope({2, 1});
    const synface_context ctx = abi_test::context();
    must([&](synface_error* error) {
      return loss->margin(loss.self(), &ctx, c.view(), norm.view(), w.view(), z.view(),
                          slope.view(), nullptr, error);
    });
  }
  static std::string margin(const std::string& body) {
    return "import sys\n"
           "class Plugin:\n"
           "    def margin(self, ctx, cos, norm, weights, z, dz_dcos, dz_dnorm):\n" +
           body;
  }
};

TEST_F(FaultTest, AnExceptionNamesFileLineAndText) {
  const Failure failure =
      called(margin("        z[:] = cos\n        dz_dcos[:] = 1 / (z - z).nope\n"));
  EXPECT_EQ(failure.code, SYNFACE_ERR_INTERNAL);
  EXPECT_EQ(failure.where, "mine.py:5");
  EXPECT_THAT(failure.message, AllOf(HasSubstr("AttributeError"), HasSubstr("in margin()"),
                                     HasSubstr("`dz_dcos[:] = 1 / (z - z).nope`")));
  EXPECT_THAT(log_text(), HasSubstr("Traceback")) << "the whole of it is in the log";
}

TEST_F(FaultTest, SysExitEndsTheCallAlone) {
  EXPECT_THAT(called(margin("        sys.exit(3)\n")).message, HasSubstr("SystemExit: 3"));
}

TEST_F(FaultTest, ASyntaxErrorNamesItsLine) {
  const Failure failure = made("class Plugin:\n    def margin(self:\n");
  EXPECT_EQ(failure.code, SYNFACE_ERR_INVALID);
  EXPECT_THAT(failure.where, HasSubstr("mine.py:2"));
}

TEST_F(FaultTest, AViewThatIsKeptIsRefused) {
  const Failure failure =
      called(margin("        self.kept = cos[1:]\n        z[:] = cos\n        dz_dcos[:] = 1\n"));
  EXPECT_EQ(failure.where, "cos");
  EXPECT_THAT(failure.message, HasSubstr("keep a copy (cos.copy()"));
}

TEST_F(FaultTest, AnOutputThatIsNotWrittenIsRefused) {
  const Failure failure = called(margin("        z = cos - 0.1\n        dz_dcos[:] = 1\n"));
  EXPECT_EQ(failure.where, "z");
  EXPECT_THAT(failure.message, HasSubstr("z[:] = ..."));
}

TEST_F(FaultTest, InputsCannotBeWritten) {
  EXPECT_THAT(called(margin("        cos[:] = 0\n")).message, HasSubstr("read-only"));
}

TEST_F(FaultTest, ArgumentsThatTheClassDoesNotTakeAreRefused) {
  const std::string text =
      "class Plugin:\n"
      "    def __init__(self, dims, steps=1): pass\n"
      "    def margin(self, *a): pass\n";
  EXPECT_THAT(made(text, {{"args", "{\"step\": 2}"}}).message,
              AllOf(HasSubstr("'step'"), HasSubstr("it takes steps")));
  EXPECT_THAT(made(text, {{"args", "{steps: 2}"}}).message, HasSubstr("args is no JSON"));
  EXPECT_THAT(made(text, {{"margin", 0.3}}).message, HasSubstr("does not take it"));
  EXPECT_EQ(made(text, {{"args", "{\"steps\": 2}"}}).message, "");
}

TEST_F(FaultTest, AClassThatIsNotThereOrOfAnotherFormIsNamed) {
  EXPECT_THAT(made("class Mine: pass\n").message, HasSubstr("it has Mine"));
  EXPECT_THAT(made(margin("        pass\n"), {}, "python_logits").message,
              AllOf(HasSubstr("no logits()"), HasSubstr("python_margin")));
  EXPECT_THAT(
      made("class Plugin:\n  margin = len\n  def __init__(self, d): raise ValueError('no')\n")
          .message,
      HasSubstr("ValueError: no; mine.py:3"));
}

TEST_F(FaultTest, AFileThatIsNotThereIsAnErrorOfInput) {
  const std::string absent_file = (folder() / "none.py").string(), here = folder().string();
  const auto with = [](const std::string& path) {
    return failure_of(
        [&] { const Loss loss(kLibrary, "python_margin", {{"file", path.c_str()}}); });
  };
  EXPECT_EQ(with(absent_file).code, SYNFACE_ERR_IO);
  EXPECT_THAT(with(absent_file).message, HasSubstr("No such file"));
  EXPECT_THAT(with(here).message, HasSubstr("is a folder"));
}

TEST_F(FaultTest, ANeighbourIsNotImportedSinceItsContentWouldNotCount) {
  file("x = 1\n", "neighbour.py");
  const Failure failure = made("import neighbour\n");
  EXPECT_EQ(failure.code, SYNFACE_ERR_UNSUPPORTED);
  EXPECT_THAT(failure.message, HasSubstr("No module named 'neighbour'"));
}

TEST_F(FaultTest, WhatIsPrintedIsLogged) {
  made(margin("        pass\n") + "print('two\\nlines')\n");
  EXPECT_THAT(log_text(), HasSubstr("two\nlines\n"));
}

TEST_F(FaultTest, AGpuIsRefused) {
  synface_dims gpu = dims();
  gpu.dev_type = SYNFACE_DEVICE_CUDA;
  const std::string py = example("arcface.py");
  const Failure failure =
      failure_of([&] { const Loss loss(kLibrary, "python_margin", {{"file", py.c_str()}}, gpu); });
  EXPECT_EQ(failure.code, SYNFACE_ERR_UNSUPPORTED);
  EXPECT_EQ(failure.where, "device");
}

synface_status append(void* user, const void* bytes, uint64_t size, synface_error*) noexcept {
  static_cast<std::string*>(user)->append(static_cast<const char*>(bytes), size);
  return SYNFACE_OK;
}
synface_status take(void* user, void* bytes, uint64_t size, uint64_t* got,
                    synface_error*) noexcept {
  auto& rest = *static_cast<std::string*>(user);
  *got = rest.copy(static_cast<char*>(bytes), std::min<std::size_t>(size, 5));
  rest.erase(0, *got);
  return SYNFACE_OK;
}

TEST_F(FaultTest, AStateGoesRoundAndADamagedOneIsRefused) {
  const std::string py = file(R"(
class Plugin:
    n = 0
    def margin(self, ctx, cos, norm, weights, z, dz_dcos, dz_dnorm):
        self.n += 1
        z[:] = cos - self.n
        dz_dcos[:] = 1
    def save(self):
        return str(self.n).encode()
    def load(self, state):
        self.n = int(state)
)");
  const Loss first(kLibrary, "python_margin", {{"file", py.c_str()}});
  const Loss second(kLibrary, "python_margin", {{"file", py.c_str()}});
  const auto* state =
      static_cast<const synface_ext_state*>(first->base.get_ext(first.self(), SYNFACE_EXT_STATE));
  ASSERT_NE(state, nullptr);
  for (int i = 0; i < 12; ++i) call(first);
  const auto saved = [&](const Loss& loss) {
    std::string bytes;
    const synface_sink sink = {sizeof sink, 0, &bytes, &append};
    must([&](synface_error* error) { return state->save(loss.self(), &sink, error); });
    return bytes;
  };
  const auto load = [&](std::string bytes) {
    const synface_source source = {sizeof source, 0, &bytes, &take};
    must([&](synface_error* error) {
      return state->load(second.self(), state->version, &source, error);
    });
  };
  const std::string whole = saved(first);
  std::string damaged = whole;
  damaged.back() = '9';
  EXPECT_EQ(failure_of([&] { load(damaged); }).code, SYNFACE_ERR_INVALID);
  EXPECT_EQ(failure_of([&] { load(whole.substr(0, whole.size() - 1)); }).code, SYNFACE_ERR_INVALID);
  load(whole);
  EXPECT_EQ(saved(second), whole);
}

// The bridge looks for a mapped libtorch_cpu.so: a file of that name will do.
TEST_F(FaultTest, AnotherBuildOfTorchThanTheProcesssIsRefusedBeforeItIsLoaded) {
  const std::filesystem::path ours = folder() / "host" / "libtorch_cpu.so";
  const std::filesystem::path package = folder() / "site" / "torch";
  const std::string build(5000, 'a');
  synface::write_file_atomic(ours, build, false);
  synface::write_file_atomic(package / "lib" / "libtorch_cpu.so", build, false);
  synface::write_file_atomic(package / "__init__.py", "__version__ = 'fake'\n", false);
  const int fd = open(ours.c_str(), O_RDONLY);
  void* mapped = mmap(nullptr, build.size(), PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  ASSERT_NE(mapped, MAP_FAILED);
  const auto importing = [&] {
    return made("import sys\nsys.modules.pop('torch', None)\nsys.path.insert(0, '" +
                (folder() / "site").string() + "')\nimport torch\nsys.path.pop(0)\n" +
                margin("        pass\n"));
  };
  EXPECT_EQ(importing().message, "");
  EXPECT_THAT(log_text(), HasSubstr("torch fake"));
  synface::write_file_atomic(package / "lib" / "libtorch_cpu.so", std::string(5000, 'b'), false);
  const Failure failure = failure_of([&] {
    const std::string other =
        file("import sys\nsys.modules.pop('torch', None)\nsys.path.insert(0, '" +
                 (folder() / "site").string() + "')\nimport torch\n",
             "other.py");
    const Loss loss(kLibrary, "python_margin", {{"file", other.c_str()}});
  });
  munmap(mapped, build.size());
  EXPECT_EQ(failure.code, SYNFACE_ERR_UNSUPPORTED);
  EXPECT_THAT(failure.message, HasSubstr("another build: two in one process crash"));
}

// In a process of its own: Python is looked for once.
TEST(NoPythonDeathTest, SaysWhatWasLookedForAndWhatToInstall) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto tries = [] {
    setenv("SYNFACE_PYTHON", "/nonexistent/python3", 1);
    const std::string py = example("arcface.py");
    const Failure failure =
        failure_of([&] { const Loss loss(kLibrary, "python_margin", {{"file", py.c_str()}}); });
    std::fprintf(stderr, "%s\n", failure.message.c_str());
    std::exit(failure.code);
  };
  EXPECT_EXIT(tries(), testing::ExitedWithCode(SYNFACE_ERR_UNSUPPORTED),
              "was found as /nonexistent/python3: there is no such program.*apt install");
}

}  // namespace
}  // namespace bridge_test
