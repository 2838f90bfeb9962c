// SPDX-License-Identifier: Apache-2.0
// The state of one boot while it runs; boot.cpp drives it, boot_events.cpp takes in what the agent says, ladder.cpp
// finds out about a guest that does not do what it should.
#pragma once
#include <memory>

#include "channel/session.h"
#include "guest/console_log.h"
#include "ktap/parser.h"
#include "runner/artifacts.h"
#include "runner/boot.h"
#include "runner/charged_time.h"
#include "runner/log_watch.h"
#include "runner/samples.h"
#include "runner/starvation.h"
#include "runner/verdicts.h"

namespace runner {

class BootRun {
 public:
  BootRun(const JobInput& input, model::JobRecord& record, std::deque<const JobTest*>& queue, int attempt,
          JobSink& sink, const base::fs::path& folder);

  async::task<BootEnd> run();

 private:
  enum class Phase { booting, between_tests, testing, told_to_kill, saying_goodbye };

  // boot.cpp
  async::task<void> loop();
  async::task<void> end_guest();
  async::task<void> on_closed();
  void tick();
  void enter(Phase phase);
  std::chrono::nanoseconds phase_limit() const;
  BootEnd conclude();
  std::optional<std::string> lost_words(const guest::GuestEnd& end) const;
  BootEnd boot_failure(std::string reason) const;

  // ladder.cpp: what is done when time is up, step by step.
  async::task<void> climb();
  // The agent has not said a word for long, although its time is not up: dead guests need not be waited for.
  async::task<void> look_into_silence();
  // Why the agent is silent: registers, SysRq on the console. Sets infra_ or limit_text_, unless it speaks again.
  async::task<void> explain_silence();
  async::task<std::string> ask_sysrq(char key);
  async::task<void> collect_registers();
  async::task<void> last_resort();
  async::task<void> dump_memory();
  // Takes one message if there is any: a silent agent has come back.
  async::task<bool> agent_is_back();
  void read_console();
  void feed_console();
  bool agent_speaks() const;

  // debugger.cpp: the test has started where input_.stop asks for it.
  async::task<void> stop_for_debugger();

  // boot_events.cpp
  void on(const channel::Hello& hello);
  void on(const channel::Facts& facts);
  void on(const channel::Heartbeat& heartbeat);
  void on(const channel::TestStart& start);
  void on(const channel::Output& output);
  void on(const channel::TestEnd& end);
  void on(const channel::Vmstat& vmstat);
  void on(const channel::Kmsg& kmsg);
  void on(const channel::Setup& setup);
  void on(const channel::Evidence& evidence);
  void on(const channel::Log& log);
  void on(const channel::Goodbye& goodbye);
  void on(const channel::Pong& pong);
  void on(const channel::Ready& ready);
  void on(const channel::Trouble& trouble);
  const JobTest* test_at_front(std::uint32_t index);
  void keep_hang_evidence(const channel::Evidence& evidence);
  void tell_boot_reports();
  // Why reports that are stalls only say nothing about the kernel; empty where they do.
  std::string excuse_for(const std::vector<CrashSeen>& crashes) const;
  void finish_test(TestEnding ending, ktap::ProcessEnd process, double duration_ms, bool final);
  void transport_failed(std::string what);

  const JobInput& input_;
  model::JobRecord& record_;
  std::deque<const JobTest*>& queue_;
  int attempt_;
  JobSink& sink_;
  Artifacts artifacts_;
  LogWatch log_;

  std::unique_ptr<guest::Guest> guest_;
  std::optional<channel::Session> session_;
  std::chrono::steady_clock::time_point started_;
  ChargedTime charged_;
  ChargedTime silence_;      // since the agent's last word
  std::chrono::nanoseconds charged_before_{};  // in earlier phases
  Starvation starvation_{input_.limits.starved};
  std::optional<double> share_at_report_;      // of the host's time, when an unexpected report was first seen
  int overdue_ticks_ = 0;    // with messages still coming
  bool heard_ = true;        // since the last tick
  bool looked_ = false;      // into the silence since the agent's last word
  std::optional<std::chrono::nanoseconds> crash_at_;  // charged time of the test when a crash was first seen
  std::string console_end_;  // the console's latest text, while somebody reads it
  std::optional<guest::ConsoleLog> whole_console_;    // for the merged log
  std::optional<std::uint64_t> console_stop_;         // what follows is our doing, and no evidence
  std::chrono::steady_clock::time_point last_tick_{};
  Phase phase_ = Phase::booting;
  std::optional<ktap::Parser> parser_;
  VmstatAround vmstat_;       // of the running test
  std::string last_output_;   // the end of what the running test printed
  std::string setup_text_;    // the agent's words on the needs of the test that is next
  bool setup_failed_ = false;
  std::optional<std::string> limit_text_;  // set when a limit was hit: what to say of it
  std::string hang_evidence_;              // what was found out since
  bool dumped_ = false;
  bool stop_due_ = false;     // for a debugger
  std::optional<std::string> infra_;       // set when host, QEMU or transport failed
  bool shaken_ = false;       // a crash, a hang: the guest is not to be trusted with another test
  bool said_goodbye_ = false;
  int error_notes_ = 0;
  bool done_ = false;         // leave the loop
  std::size_t planned_ = 0;   // tests in the guest's plan
  bool heard_enough_ = false; // nobody listens to the guest any more: what becomes of it means nothing
  bool front_reported_ = false;
  bool boot_told_ = false;
  int position_ = 0;  // tests reported in this boot
};

ChargedTime::Usage usage_of(guest::Guest& guest);
std::string duration_text(std::chrono::nanoseconds time);

}  // namespace runner
