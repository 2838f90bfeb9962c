// SPDX-License-Identifier: Apache-2.0
// Drives one boot: waits for what the agent says, keeps the limits, and decides what the end of the guest means.
#include "runner/boot.h"

#include <fmt/format.h>

#include "base/units.h"
#include "runner/boot_run.h"

namespace runner {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using Nanoseconds = std::chrono::nanoseconds;

constexpr std::chrono::milliseconds kTick = 250ms;
constexpr auto kTickAtMost = 20ms;
constexpr std::chrono::milliseconds kDrain = 5ms;
constexpr int kOverdueTicks = 100;  // more than it takes to read what a guest can have queued
// Real time past which a limit in charged time is the host's trouble: it gave the guest next to no processor.
constexpr int kBackstopFactor = 20;
constexpr Nanoseconds kBackstopExtra = 600s;
// What the agent prints on the console before it powers off (guest-tools/agent/main.c), and among how many last lines.
constexpr std::string_view kPowersOff = "vmlab: the agent powers off";
constexpr std::size_t kLastLines = 100;

}  // namespace

ChargedTime::Usage usage_of(guest::Guest& guest) {
  const guest::CpuUse use = guest.cpu_use();
  return {.used = use.used, .waiting = use.waiting, .wants_processor = use.wants_processor, .stopped = use.stopped};
}

std::string duration_text(Nanoseconds time) {
  return base::format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

ResultFrame frame_of(const JobInput& input, const model::JobRecord& record, int attempt) {
  return {.job = input.record.job,
          .machine = input.record.machine,
          .clock = input.clock,
          .seed = input.seed,
          .attempt = attempt,
          .boot = record.boots};
}

BootRun::BootRun(const JobInput& input, model::JobRecord& record, std::deque<const JobTest*>& queue, int attempt,
                 JobSink& sink, const base::fs::path& folder)
    : input_(input), record_(record), queue_(queue), attempt_(attempt), sink_(sink), artifacts_(folder),
      log_(folder / "kernel.log", input.limits.console_grace, input.vmlinux) {}

async::task<BootEnd> BootRun::run() {
  model::Plan plan;
  plan.seed = input_.seed.value_or(0);
  // Under the instruction clock the agent is silent, so that its own work is no part of the numbers.
  const bool exact = input_.clock == model::Clock::instructions;
  plan.heartbeat_ms = exact ? 0 : 1000;
  if (exact && input_.seed) plan.perturb = input_.hunt ? model::Perturb::hunt : model::Perturb::seeded;
  for (const JobTest* test : queue_) {
    plan.tests.push_back(test->planned);
    if (input_.fresh_guest_per_test) break;
  }
  planned_ = plan.tests.size();
  sink_.booting(record_);
  started_ = std::chrono::steady_clock::now();
  auto started = co_await input_.start(plan, input_.folder / fmt::format("boot-{}", record_.boots));
  if (!started) co_return BootEnd{BootEnd::Kind::infra, started.error().text(), {}};
  guest_ = std::move(*started);
  auto session = channel::Session::open(co_await asio::this_coro::executor, guest_->port(), guest_->said_before());
  if (!session) co_return BootEnd{BootEnd::Kind::infra, session.error().text(), {}};
  session_.emplace(std::move(*session));
  if (!guest_->said_before().empty()) session_->send_plan(plan.text());  // restored: there is none in its image
  whole_console_.emplace(guest_->console_log());
  enter(Phase::booting);
  if (input_.stop && input_.stop->test.empty()) co_await stop_for_debugger();
  if (!done_) co_await loop();
  co_await end_guest();
  BootEnd end = conclude();
  end.in_copy = !guest_->said_before().empty();
  co_return end;
}

async::task<void> BootRun::end_guest() {
  if (input_.clock == model::Clock::instructions) {
    // Exact guests are held against each other: one that has nothing left to do gets the time to end by itself.
    const bool about_to_end = heard_enough_ && input_.machine->powers_off && position_ >= static_cast<int>(planned_);
    const auto now = [] { return std::chrono::steady_clock::now().time_since_epoch(); };
    asio::steady_timer timer(co_await asio::this_coro::executor);
    if (about_to_end) charged_.start(now(), usage_of(*guest_));
    while (about_to_end && !guest_->ended() && charged_.charged() < input_.limits.goodbye) {
      timer.expires_after(kTickAtMost);
      co_await timer.async_wait(asio::use_awaitable);
      charged_.tick(now(), usage_of(*guest_));
    }
    if (!guest_->ended()) artifacts_.append(kCutFile, "its console and its words may end anywhere\n");
  }
  if (!guest_->ended()) co_await guest_->end(2s);
}

void BootRun::enter(Phase phase) {
  phase_ = phase;
  crash_at_.reset();
  looked_ = false;
  overdue_ticks_ = 0;
  charged_before_ += charged_.charged();
  charged_.start(std::chrono::steady_clock::now().time_since_epoch(), usage_of(*guest_));
}

Nanoseconds BootRun::phase_limit() const {
  const Limits& limits = input_.limits;
  switch (phase_) {
    case Phase::booting: return limits.boot;
    case Phase::between_tests: return limits.between;
    case Phase::testing: {
      const Nanoseconds limit = queue_.front()->test.limit;
      return crash_at_ ? std::min(limit, *crash_at_ + limits.after_crash) : limit;
    }
    case Phase::told_to_kill: return limits.kill;
    case Phase::saying_goodbye: return limits.goodbye;
  }
  return limits.between;
}

async::task<void> BootRun::loop() {
  while (!done_) {
    // Once time is up, only what waits already is taken.
    const auto patience = overdue_ticks_ > 0 ? kDrain : kTick;
    auto message = co_await session_->next(std::chrono::steady_clock::now() + patience);
    if (message) {
      // Half a frame at the end of the line is no word of the agent's.
      heard_ = heard_ || !std::holds_alternative<channel::Trouble>(*message);
      std::visit([this](const auto& m) { on(m); }, *message);
      if (said_goodbye_ && !input_.machine->powers_off) co_return;
    } else if (message.error() == channel::ChannelEnd::closed) {
      co_await on_closed();
      co_return;
    }
    if (done_) co_return;
    if (std::exchange(stop_due_, false)) co_await stop_for_debugger();
    // A flood of messages must not cost a look into /proc each.
    const auto now = std::chrono::steady_clock::now();
    if (message && now - last_tick_ < kTickAtMost) continue;
    last_tick_ = now;
    tick();
    const bool beats = input_.clock == model::Clock::wall;  // otherwise its silence says nothing
    if (charged_.charged() > phase_limit()) {
      // What the agent said before the time was up may still be waiting here, if it was us who stood still.
      if ((!message && overdue_ticks_ > 0) || ++overdue_ticks_ > kOverdueTicks) co_await climb();
    } else if (beats && !looked_ && phase_ == Phase::testing && silence_.charged() > input_.limits.silence) {
      co_await look_into_silence();
    } else if (!input_.stop && charged_.wall() > kBackstopFactor * phase_limit() + kBackstopExtra) {
      infra_ = fmt::format("the host gave the guest {} of processor time in {}", duration_text(charged_.charged()),
                           duration_text(charged_.wall()));
      done_ = true;
    }
  }
}

void BootRun::tick() {
  const auto now = std::chrono::steady_clock::now();
  const ChargedTime::Usage usage = usage_of(*guest_);
  charged_.tick(now.time_since_epoch(), usage);
  if (std::exchange(heard_, false)) {
    silence_.start(now.time_since_epoch(), usage);
    looked_ = false;
  } else {
    silence_.tick(now.time_since_epoch(), usage);
  }
  starvation_.tick(now.time_since_epoch(), charged_before_ + charged_.charged());
  read_console();
  if (!share_at_report_ && log_.crash_open(now)) share_at_report_ = starvation_.share();
  if (phase_ == Phase::testing && !crash_at_ && log_.crash_open(now)) crash_at_ = charged_.charged();
}

async::task<void> BootRun::on_closed() {
  // The port closes when QEMU goes; what it leaves behind is read in conclude().
  if (!guest_->ended()) {
    async::asio::steady_timer timer(co_await asio::this_coro::executor, 100ms);
    for (int i = 0; i < 100 && !guest_->ended(); ++i) {
      timer.expires_after(100ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (!guest_->ended() && !infra_) infra_ = "QEMU closed the agent's port and lives on";
  }
}

BootEnd BootRun::boot_failure(std::string reason) const {
  return {BootEnd::Kind::boot_failed, std::move(reason), log_.tail(30)};
}

// A guest whose agent had its work done and powered off, without a word of that: the transport lost it, and what it
// lost is not known. Without the agent's mark (a quietened console), by a silence in which there should have been
// heartbeats; a test that switches the machine off does it while its agent is heard.
std::optional<std::string> BootRun::lost_words(const guest::GuestEnd& end) const {
  using Kind = guest::GuestEnd::Kind;
  if (said_goodbye_ || phase_ == Phase::booting || (end.kind != Kind::powered_off && end.kind != Kind::reset)) return {};
  if (log_.tail(kLastLines).find(kPowersOff) != std::string::npos)
    return "the transport failed: the agent ended its work, and its words did not arrive";
  const bool beats = input_.clock == model::Clock::wall;
  if (beats && end.kind == Kind::powered_off && silence_.charged() > input_.limits.heard)
    return fmt::format("the transport failed: no word from the agent for {}, and then an orderly end", duration_text(silence_.charged()));
  return {};
}

BootEnd BootRun::conclude() {
  feed_console();  // its last words: what /dev/kmsg had no time to bring
  const guest::GuestEnd end = guest_->ended().value_or(guest::GuestEnd{});
  using Kind = guest::GuestEnd::Kind;
  // It may have powered off before we came to end it, its goodbye unread.
  if (heard_enough_) {
    (void)log_.end_test(true);
    return {BootEnd::Kind::finished, {}, {}};
  }
  if (!infra_ && end.kind == Kind::failed) infra_ = end.text;
  if (!infra_) infra_ = lost_words(end);

  if (phase_ == Phase::booting) {
    if (infra_) return {BootEnd::Kind::infra, *infra_, guest_->complaints()};
    const LogWatch::Seen seen = log_.end_test(true);
    if (const std::string excuse = excuse_for(seen.crashes); !excuse.empty()) return {BootEnd::Kind::infra, excuse, seen.crashes.front().evidence};
    if (!seen.crashes.empty())
      return {BootEnd::Kind::boot_failed, seen.crashes.front().title, seen.crashes.front().evidence};
    if (end.kind == Kind::told_to)
      return boot_failure(fmt::format("no word from the agent within {}", duration_text(input_.limits.boot)));
    return boot_failure("the guest ended before its agent said a word: " + end.text);
  }

  const bool in_test = !queue_.empty() && (phase_ == Phase::testing || phase_ == Phase::told_to_kill);
  const bool hung = limit_text_.has_value();
  if (infra_) {
    if (in_test && !front_reported_) finish_test({.how = TestEnding::How::infra, .text = *infra_}, ktap::ProcessEnd::cut(), 0, true);
    return {BootEnd::Kind::infra, *infra_, guest_->complaints(), front_reported_};
  }
  const bool died = !said_goodbye_ && (end.kind == Kind::reset || end.kind == Kind::powered_off);
  if (!queue_.empty() && (hung || died) && (in_test || phase_ == Phase::between_tests)) {
    TestEnding ending;
    ending.how = hung ? TestEnding::How::limit : TestEnding::How::guest_died;
    ending.text = hung ? *limit_text_ : "the guest ended under the test: " + end.text;
    ending.evidence = std::exchange(hang_evidence_, {});
    if (!in_test && !hung) ending.text = "the guest ended while it got ready for the test: " + end.text;
    finish_test(std::move(ending), hung ? ktap::ProcessEnd::limit() : ktap::ProcessEnd::cut(),
                std::chrono::duration<double, std::milli>(charged_.charged()).count(), true);
    if (infra_) return {BootEnd::Kind::infra, *infra_, guest_->complaints(), front_reported_};
  } else {
    (void)log_.end_test(true);
  }
  return {BootEnd::Kind::finished, {}, {}};
}

async::task<BootEnd> run_boot(const JobInput& input, model::JobRecord& record, std::deque<const JobTest*>& queue,
                              int attempt, JobSink& sink) {
  const base::fs::path folder = input.folder / fmt::format("boot-{}", record.boots);
  std::error_code error;
  base::fs::create_directories(folder, error);
  if (error) co_return BootEnd{BootEnd::Kind::infra, "cannot create " + folder.string() + ": " + error.message(), {}};
  BootRun boot(input, record, queue, attempt, sink, folder);
  co_return co_await boot.run();
}

}  // namespace runner
