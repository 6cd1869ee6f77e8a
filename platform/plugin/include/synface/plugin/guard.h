// The host's property in a run: what no call of a plugin may change. A Guard stands between the
// instances and another trace, looks at the watched state when a call has returned, and complains
// in the name of that call; the trial then fails with plugin, call and remedy instead of going on
// with wrong numbers.
//
// HOW OFTEN. Watches that cost nanoseconds are looked at after every call. The others, which need
// system calls, after the first calls of each name ("loss/x", "margin"), then after every
// kDeepEvery-th call: what only one of those calls can have done is said of it, otherwise all that
// were made since are named. After calls on other threads than the guard's own only what belongs to
// a thread is looked at (the floating-point mode).
#pragma once

#include <synface/plugin/trace.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace synface::plugin {

// One kind of state, remembered when the watch was made.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual bool same() noexcept = 0;
  // After same() said no: "changed the locale from C to de_DE.UTF-8; <what to do instead>".
  virtual std::string difference() = 0;
  // Puts it back where that is possible; what is now is what is remembered from here on.
  virtual void restore() noexcept = 0;
};

class Guard final : public CallTrace {
 public:
  static constexpr std::uint32_t kDeepEvery = 64, kDeepAtFirst = 2;

  // On the thread that will make the calls; `next` is told of all calls and must outlive this.
  explicit Guard(CallTrace& next) : next_(next), home_(std::this_thread::get_id()) {}

  // Before the first call. `Often`: after each call on the guard's thread; `deep`: now and then;
  // `thread`: after each call on any thread, several at a time.
  void watch_thread(std::unique_ptr<Watch> watch) { thread_.push_back(std::move(watch)); }
  void watch_often(std::unique_ptr<Watch> watch) { often_.push_back(std::move(watch)); }
  void watch_deep(std::unique_ptr<Watch> watch) { deep_.push_back(std::move(watch)); }

  // Is called before the first call, to add watches: what the host sets up until then (a GPU's
  // driver, say) is not yet watched.
  void before_first_call(std::function<void(Guard&)> begin) { begin_ = std::move(begin); }

  void enter(std::string_view plugin, const char* call, std::uint64_t step) noexcept override;
  void leave() noexcept override;
  bool complains() const noexcept override { return complains_.load(std::memory_order_relaxed); }
  Complaint take_complaint() override;

  // Looks at everything, as after a call; on the guard's thread. For the end of a trial.
  void look_at_all() noexcept;

 private:
  struct Name {
    std::string plugin;
    const char* call = nullptr;
    std::uint32_t calls = 0;
    bool since = false;  // called since the last deep look
  };
  struct Call {
    std::string_view plugin;
    const char* name = nullptr;
  };
  Name& name_of(const Call& call);
  // `call`: the only one that can have done it; nullptr: any since the last deep look.
  void look(const std::vector<std::unique_ptr<Watch>>& watches, const Call* call) noexcept;
  void look_deeply() noexcept;
  Complaint suspicion() const;

  CallTrace& next_;
  std::function<void(Guard&)> begin_;  // empty once it was called
  std::thread::id home_;
  std::vector<std::unique_ptr<Watch>> thread_, often_, deep_;
  std::vector<Name> names_;  // of calls on the guard's thread
  std::uint32_t calls_ = 0;  // since the last deep look
  std::atomic<bool> complains_{false};
  std::mutex mutex_;
  std::optional<Complaint> complaint_;  // the first one
};

// Rounding, flushing of denormals, trapping (of the calling thread).
std::unique_ptr<Watch> watch_float_mode();
// The process's locale, and that the thread has none of its own.
std::unique_ptr<Watch> watch_locale();
// Handlers of signals, the thread's mask and its signal stack. SIGINT and SIGTERM may fall back to
// their defaults, as they do when the host's own handlers have run.
std::unique_ptr<Watch> watch_signals();
std::unique_ptr<Watch> watch_folder();       // the working folder
std::unique_ptr<Watch> watch_environment();  // the variables
// A number that somebody else knows; `text` names it: "the number of OpenMP threads".
std::unique_ptr<Watch> watch_number(std::string text, std::string remedy, int (*get)() noexcept,
                                    void (*set)(int) noexcept);

}  // namespace synface::plugin
