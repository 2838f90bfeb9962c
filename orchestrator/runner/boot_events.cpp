// SPDX-License-Identifier: Apache-2.0
// What the agent says, taken in. The guest is hostile: an event that does not fit the state it is in is a
// broken transport (which is part of the kernel under test), not something to guess about.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "runner/boot_run.h"

namespace runner {
namespace {

constexpr std::size_t kLastOutput = 4000;
constexpr std::size_t kMostEvidence = 4000;

std::string output_name(const JobTest& test) {
  return fmt::format("{:03}-{}.out", test.planned.index, Artifacts::file_name(test.test.id));
}

}  // namespace

void BootRun::on(const channel::Hello& hello) {
  if (phase_ != Phase::booting) return transport_failed("the agent said hello twice");
  const auto now = std::chrono::steady_clock::now();
  record_.boot_ms = std::chrono::duration<double, std::milli>(now - started_).count();
  artifacts_.append("agent.log", fmt::format("hello: {} {}, {}-bit {}-endian, page size {}, agent {}\n",
                                             base::printable(hello.release), base::printable(hello.machine),
                                             hello.word_bits, hello.big_endian ? "big" : "little", hello.page_size,
                                             base::printable(hello.build)));
  sink_.booted(record_);
  enter(Phase::between_tests);
}

void BootRun::on(const channel::Facts& facts) { artifacts_.append("facts.txt", facts.text); }

void BootRun::on(const channel::Heartbeat&) {}

const JobTest* BootRun::test_at_front(std::uint32_t index) {
  if (queue_.empty() || queue_.front()->planned.index != static_cast<int>(index)) {
    transport_failed(fmt::format("the agent speaks of test {}, which is not its turn", index));
    return nullptr;
  }
  return queue_.front();
}

void BootRun::on(const channel::TestStart& start) {
  const JobTest* test = test_at_front(start.test);
  if (test == nullptr) return;
  if (phase_ != Phase::between_tests) return transport_failed("a test started out of turn");
  parser_.emplace(test->test.id, test->test.dialect, record_.machine);
  last_output_.clear();
  tell_boot_reports();
  log_.begin_test(test->test);
  enter(Phase::testing);
  sink_.test_started(record_, test->test);
  stop_due_ = input_.stop && input_.stop->test == test->test.id;
}

void BootRun::on(const channel::Output& output) {
  const JobTest* test = test_at_front(output.test);
  if (test == nullptr || !parser_) return;
  artifacts_.append(output_name(*test), output.data);
  // Results stand on stdout only; stderr often says why.
  if (output.is_stderr) parser_->feed_stderr(output.data);
  else parser_->feed(output.data);
  last_output_ += output.data;
  if (last_output_.size() > 2 * kLastOutput) last_output_.erase(0, last_output_.size() - kLastOutput);
}

void BootRun::on(const channel::TestEnd& end) {
  const JobTest* test = test_at_front(end.test);
  if (test == nullptr) return;
  using How = channel::TestEnd::How;
  using Limit = channel::TestEnd::Limit;
  const bool runs = phase_ == Phase::testing || phase_ == Phase::told_to_kill;
  if (!runs && end.how != How::not_started) return transport_failed("a test ended that had not started");
  TestEnding ending;
  ktap::ProcessEnd process = ktap::ProcessEnd::exited(static_cast<int>(end.code));
  ending.how = TestEnding::How::finished;
  if (end.how == How::signalled) process = ktap::ProcessEnd::signalled(static_cast<int>(end.code));
  if (end.how == How::not_started) {
    tell_boot_reports();
    ending.how = TestEnding::How::not_started;
    ending.unmet_need = setup_failed_;
    ending.text = setup_failed_ ? "the guest could not meet a need: " + std::string(base::trim(setup_text_))
                                : fmt::format("the program could not be started (guest errno {})", end.code);
    ending.text = base::printable(ending.text);
    process = ktap::ProcessEnd::unknown();
  } else if (end.limit != Limit::in_time || phase_ == Phase::told_to_kill) {
    ending.how = TestEnding::How::limit;
    ending.text = limit_text_.value_or(
        fmt::format("no end within {} ms of guest time", test->planned.guest_limit_ms));
    if (end.limit == Limit::unkillable) ending.text += "; it could not even be killed";
    ending.evidence = std::exchange(hang_evidence_, {});
    process = ktap::ProcessEnd::limit();
    shaken_ = true;
  }
  finish_test(std::move(ending), process, static_cast<double>(end.duration_ns) / 1e6, false);
  if (!done_) enter(Phase::between_tests);
}

void BootRun::on(const channel::Vmstat& vmstat) {
  (vmstat.after ? vmstat_.after : vmstat_.before) = vmstat.text;
  artifacts_.append(fmt::format("{:03}-vmstat-{}.txt", vmstat.test, vmstat.after ? "after" : "before"), vmstat.text);
}

void BootRun::on(const channel::Kmsg& kmsg) { log_.kmsg(kmsg); }

void BootRun::on(const channel::Setup& setup) {
  if (test_at_front(setup.test) == nullptr) return;
  setup_text_ = setup.text;
  setup_failed_ = !setup.ok;
  artifacts_.append("agent.log", fmt::format("setup of test {}: {}\n{}\n", setup.test, setup.ok ? "ok" : "not met",
                                             base::printable(setup.text, true)));
}

void BootRun::on(const channel::Evidence& evidence) {
  const std::string prefix = evidence.test ? fmt::format("{:03}-", *evidence.test) : std::string();
  artifacts_.append(prefix + "evidence.txt",
                    fmt::format("== {}\n{}\n", base::printable(evidence.name), evidence.text));
  if (limit_text_) keep_hang_evidence(evidence);
}

// The few lines that matter of what the test's tasks were doing: names, where they wait, stacks.
void BootRun::keep_hang_evidence(const channel::Evidence& evidence) {
  if (hang_evidence_.size() > kMostEvidence) return;
  hang_evidence_ += evidence.name + "\n";
  bool wanted = true;
  for (const std::string_view line : base::split_lines(evidence.text)) {
    if (line.starts_with("status:") || line.starts_with("syscall:")) wanted = false;
    else if (line.starts_with("thread ") || line.starts_with("stack:") || line.starts_with("wchan:")) wanted = true;
    if (wanted && hang_evidence_.size() <= kMostEvidence) hang_evidence_ += std::string(line.substr(0, 200)) + "\n";
  }
}

void BootRun::on(const channel::Log& log) {
  constexpr std::string_view kLevels[] = {"info", "warning", "error"};
  artifacts_.append("agent.log", fmt::format("{}: {}\n", kLevels[static_cast<int>(log.level)],
                                             base::printable(log.text)));
  // What goes wrong before the first test explains what goes wrong in it: a module that does not load, a bad plan.
  constexpr int kMostNotes = 8;
  const bool setting_up = phase_ == Phase::between_tests && position_ == 0;
  if (log.level == channel::Log::Level::error && setting_up && error_notes_++ < kMostNotes)
    sink_.note(record_, "the guest says: " + log.text);
}

void BootRun::on(const channel::Goodbye& goodbye) {
  artifacts_.append("agent.log", fmt::format("goodbye: {}\n", base::printable(goodbye.reason)));
  said_goodbye_ = true;
  enter(Phase::saying_goodbye);
}

void BootRun::on(const channel::Pong&) {}

void BootRun::on(const channel::Ready& ready) {
  artifacts_.append("agent.log", fmt::format("restored from a snapshot: clock errno {}, entropy errno {}\n",
                                             ready.clock_errno, ready.entropy_errno));
}

void BootRun::on(const channel::Trouble& trouble) {
  // A guest that panics, or is ended, goes in mid-sentence: what its end means is for conclude() to say.
  if (trouble.kind == channel::Trouble::Kind::cut) {
    artifacts_.append("agent.log", trouble.text + "\n");
    return;
  }
  transport_failed(trouble.text);
}

void BootRun::transport_failed(std::string what) {
  if (infra_) return;
  infra_ = "the transport failed: " + base::printable(what);
  artifacts_.append("agent.log", *infra_ + "\n");
  done_ = true;
}

// A kernel that warns while it boots does so for every test, and none of them is to blame. Each boot that did is an
// attempt of "boot", so that reports say how often.
void BootRun::tell_boot_reports() {
  if (std::exchange(boot_told_, true)) return;
  std::vector<CrashSeen> reports = log_.end_boot();
  if (const std::string excuse = excuse_for(reports); !excuse.empty()) {
    sink_.note(record_, excuse + ", while the kernel booted");
    reports.clear();
  }
  share_at_report_.reset();
  auto results = boot_verdicts(reports, frame_of(input_, record_, record_.boots));
  if (!results.empty()) sink_.results(record_, std::move(results));
}

std::string BootRun::excuse_for(const std::vector<CrashSeen>& crashes) const {
  if (input_.clock == model::Clock::instructions) return {};  // its time goes by only while it runs
  const double share = share_at_report_.value_or(starvation_.share());
  if (crashes.empty() || share >= Starvation::kStarvedBelow || !std::ranges::all_of(crashes, &CrashSeen::stall)) return {};
  return fmt::format("the host gave the guest {:.0f}% of its time: '{}' says nothing about the kernel", share * 100,
                     base::printable(crashes.front().title));
}

void BootRun::finish_test(TestEnding ending, ktap::ProcessEnd process, double duration_ms, bool final) {
  const JobTest* test = queue_.front();
  TestSeen seen;
  seen.test = &test->test;
  if (ending.how != TestEnding::How::not_started) {
    if (!parser_) parser_.emplace(test->test.id, test->test.dialect, record_.machine);
    seen.report = parser_->finish(process);
  }
  parser_.reset();
  seen.ending = std::move(ending);
  if (!final && log_.only_console_knows(std::chrono::steady_clock::now())) {
    feed_console();
    shaken_ = true;
  }
  LogWatch::Seen watched = log_.end_test(final);
  seen.crashes = std::move(watched.crashes);
  if (const std::string excuse = excuse_for(seen.crashes); !excuse.empty() && seen.ending.how != TestEnding::How::infra) {
    seen.ending = {.how = TestEnding::How::infra, .text = excuse};
    infra_ = excuse;
    done_ = true;
  }
  share_at_report_.reset();
  seen.announced = std::move(watched.announced);
  // What took all memory may still hold some, and the next test is not to pay for it.
  if (watched.starved) shaken_ = true;
  seen.starved = std::move(watched.starved);
  seen.duration_ms = duration_ms;
  seen.last_output = std::move(last_output_);
  last_output_.clear();
  setup_failed_ = false;
  setup_text_.clear();
  limit_text_.reset();
  hang_evidence_.clear();
  artifacts_.flush();

  const bool infra = seen.ending.how == TestEnding::How::infra;
  // A kernel that crashed or was stuck is tainted: the next test gets a fresh guest.
  if (!seen.crashes.empty() || seen.ending.how == TestEnding::How::limit) shaken_ = true;
  ResultFrame frame = frame_of(input_, record_, attempt_);
  frame.position = position_++;
  sink_.results(record_, verdicts(seen, frame));
  // A number from a kernel that was in trouble is none.
  if (test->test.dialect == model::Dialect::benchmark && seen.ending.how == TestEnding::How::finished && !shaken_ &&
      !seen.report.measured.empty())
    sink_.samples(record_, samples_of(seen.report, test->test.id, vmstat_, frame));
  vmstat_ = {};
  if (infra) {
    front_reported_ = true;
    return;
  }
  queue_.pop_front();
  attempt_ = queue_.empty() ? 1 : queue_.front()->first_attempt;
  if (shaken_ || input_.fresh_guest_per_test) done_ = heard_enough_ = true;
}

}  // namespace runner
