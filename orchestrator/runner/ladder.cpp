// SPDX-License-Identifier: Apache-2.0
// The hang ladder: what is done, in this order, when a test's time is up.
//
//   1. A mark in the kernel log; the guest's memory, if it was asked for.
//   2. The agent is told to kill the test. It sends what the test's tasks are doing, SysRq w, l and t, then SIGTERM,
//      then SIGKILL, and reports the end: the test hung. The next test gets a fresh guest.
//   3. No answer: the registers of every vCPU, then SysRq on the console. The answer tells a dead guest (a hang)
//      from a dead transport (infra); silence.h has the rules.
//   4. No answer there either: a non-maskable interrupt, for what it makes the kernel print; then QEMU is ended.
#include <fmt/format.h>

#include "base/text.h"
#include "runner/boot_run.h"
#include "runner/silence.h"

namespace runner {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A console that says more is a flood; its file is whole, the merged log is not.
constexpr std::size_t kMostConsole = std::size_t{256} << 20;
constexpr std::size_t kConsoleEnd = std::size_t{1} << 20;
constexpr auto kLook = 50ms;
constexpr auto kQuiet = 400ms;   // an answer that has paused this long is whole
constexpr auto kTalkative = 60s;  // a console that never pauses is not listened to for longer, real time

}  // namespace

void BootRun::read_console() {
  const auto now = steady_clock::now();
  // Bounded, so that a flood leaves time for the agent.
  for (int i = 0; i < 16; ++i) {
    const std::string text = guest_->take_console();
    log_.glance(text, now);
    if (text.empty()) return;
    console_end_ += text;
    if (console_end_.size() > 2 * kConsoleEnd) console_end_.erase(0, console_end_.size() - kConsoleEnd);
  }
}

void BootRun::feed_console() {
  while (whole_console_ && whole_console_->taken() < kMostConsole) {
    std::string text = whole_console_->take();
    if (text.empty()) return;
    const std::uint64_t end = whole_console_->taken();
    if (console_stop_ && end > *console_stop_)
      text.resize(text.size() - static_cast<std::size_t>(std::min<std::uint64_t>(end - *console_stop_, text.size())));
    log_.console(text);
  }
}

bool BootRun::agent_speaks() const { return heard_ || silence_.charged() < input_.limits.heard; }

async::task<bool> BootRun::agent_is_back() {
  auto message = co_await session_->next(steady_clock::now() + 1ms);
  if (!message) co_return false;
  heard_ = true;
  std::visit([this](const auto& m) { on(m); }, *message);
  co_return true;
}

async::task<void> BootRun::climb() {
  switch (phase_) {
    case Phase::testing: {
      const JobTest& test = *queue_.front();
      limit_text_ = crash_at_ ? fmt::format("no end within {} of a crash", duration_text(charged_.charged() - *crash_at_))
                              : fmt::format("no end within its limit of {}", duration_text(test.test.limit));
      log_.remark(fmt::format("{}: {}", test.test.id, *limit_text_));
      co_await dump_memory();
      session_->send_kill(static_cast<std::uint32_t>(test.planned.index));
      enter(Phase::told_to_kill);
      co_return;
    }
    case Phase::told_to_kill:
      if (agent_speaks()) *limit_text_ += "; the agent lives but could not end it";
      else co_await explain_silence();
      break;
    case Phase::between_tests:
      limit_text_ = fmt::format("the guest did not get ready for the test within {}", duration_text(input_.limits.between));
      if (!agent_speaks()) co_await explain_silence();
      break;
    case Phase::booting:
      co_await collect_registers();
      done_ = true;
      co_return;
    case Phase::saying_goodbye:
      done_ = true;
      co_return;
  }
  // The agent may have come back meanwhile, with the end of the test or with no more than a word.
  if (limit_text_ || infra_) done_ = true;
}

async::task<void> BootRun::look_into_silence() {
  looked_ = true;
  artifacts_.append("agent.log", fmt::format("no word from the agent for {}\n", duration_text(silence_.charged())));
  for (int i = 0; i < 2; ++i) {
    const std::string answer = co_await ask_sysrq('w');
    // A kernel that answers may be busy; what that means is judged when the test's time is up.
    if (guest_->ended() || read_sysrq(answer).any || co_await agent_is_back()) co_return;
  }
  limit_text_ = fmt::format("nothing from its guest for {}", duration_text(silence_.charged()));
  log_.remark(fmt::format("{}: {}", queue_.front()->test.id, *limit_text_));
  co_await dump_memory();
  co_await explain_silence();
  if (limit_text_ || infra_) done_ = true;
}

async::task<void> BootRun::explain_silence() {
  co_await collect_registers();
  const auto use_before = guest_->cpu_use().used;
  const auto before = steady_clock::now();
  std::string answers;
  // 8 makes the console speak although a test has quietened it.
  for (const char key : {'8', 'l', 'w', 't'}) {
    const std::string answer = co_await ask_sysrq(key);
    answers += answer;
    if (key == 'l' && !read_sysrq(answers).any) break;
    if (guest_->ended()) co_return;
    if (co_await agent_is_back()) {
      if (phase_ != Phase::told_to_kill) limit_text_.reset();
      co_return;
    }
  }
  artifacts_.append("sysrq.txt", answers);
  const std::chrono::duration<double> wall = steady_clock::now() - before, used = guest_->cpu_use().used - use_before;
  const SilenceVerdict verdict =
      judge_silence({.sysrq = read_sysrq(answers), .busy = wall.count() > 0 ? used / wall : 0});
  artifacts_.append("agent.log", verdict.text + "\n");
  if (verdict.death == Death::transport) {
    infra_ = verdict.text;
    limit_text_.reset();
    co_return;
  }
  limit_text_ = limit_text_.value_or("no end within its limit") + "; " + verdict.text;
  if (verdict.death == Death::guest) co_await last_resort();
}

async::task<std::string> BootRun::ask_sysrq(char key) {
  // hvc has no break: its driver takes ^O for SysRq (drivers/tty/hvc/hvc_console.c).
  const bool hvc = input_.machine->console.starts_with("hvc");
  read_console();
  console_end_.clear();
  std::string keys = hvc ? "\x0f" : "";
  keys += key;
  const auto typed = co_await guest_->type(std::move(keys), !hvc);
  if (!typed) {
    artifacts_.append("agent.log", fmt::format("SysRq {} on the console: {}\n", key, typed.error().text()));
    co_return std::string();
  }
  ChargedTime patience;
  patience.start(steady_clock::now().time_since_epoch(), usage_of(*guest_));
  const auto started = steady_clock::now();
  auto last_word = started;
  std::size_t size = 0;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!guest_->ended() && patience.charged() < input_.limits.sysrq && steady_clock::now() - started < kTalkative) {
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::use_awaitable);
    const auto now = steady_clock::now();
    patience.tick(now.time_since_epoch(), usage_of(*guest_));
    read_console();
    if (console_end_.size() != size) {
      size = console_end_.size();
      last_word = now;
      patience.start(now.time_since_epoch(), usage_of(*guest_));
    } else if (now - last_word > kQuiet && read_sysrq(console_end_).any) {
      break;
    }
  }
  co_return std::exchange(console_end_, {});
}

async::task<void> BootRun::collect_registers() {
  auto registers = co_await guest_->monitor("info registers -a");
  artifacts_.append("registers.txt", registers ? *registers : registers.error().text() + "\n");
  if (registers) hang_evidence_ += describe(read_registers(*registers, input_.machine->arch));
}

async::task<void> BootRun::last_resort() {
  // On pseries this makes the kernel die with its registers on the console: worth reading, but our doing.
  feed_console();
  if (whole_console_) console_stop_ = whole_console_->taken();
  read_console();
  console_end_.clear();
  const auto sent = co_await guest_->inject_nmi();
  if (!sent) {
    artifacts_.append("agent.log", "non-maskable interrupt: " + sent.error().text() + "\n");
    co_return;
  }
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int i = 0; i < 40 && !guest_->ended(); ++i) {
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::use_awaitable);
    read_console();
  }
  artifacts_.append("after-nmi.txt", console_end_);
}

async::task<void> BootRun::dump_memory() {
  if (!input_.dump_on_hang || std::exchange(dumped_, true)) co_return;
  const base::fs::path file = guest_->console_log().parent_path() / "memory.elf";
  const auto dumped = co_await guest_->dump_memory(file);
  sink_.note(record_, dumped ? fmt::format("the guest's memory is in {}", file.string())
                             : "the guest's memory could not be kept: " + dumped.error().text());
}

}  // namespace runner
