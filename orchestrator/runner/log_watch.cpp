// SPDX-License-Identifier: Apache-2.0
#include "runner/log_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "base/text.h"
#include "channel/kernel_log.h"
#include "runner/source_lines.h"
#include "triage/triage.h"

namespace runner {
namespace {

constexpr std::size_t kKeptLines = 6000;     // recent log, for evidence
constexpr std::size_t kEvidenceLines = 40;   // of one report
constexpr std::size_t kMostHeads = 1000;     // a guest may print any number of them
// Looks at the console that a lone report must outlive: we may have been stopped between two of them.
constexpr int kGraceLooks = 8;

// "Out of memory: Killed process 77 (cow) total-vm:..." (mm/oom_kill.c; a cgroup's begins "Memory cgroup out of").
std::optional<std::string> oom_victim(std::string_view line) {
  const auto head = line.find("Out of memory: Killed process ");
  if (head == std::string_view::npos) return std::nullopt;
  const auto open = line.find('(', head), close = line.find(')', head);
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  return base::printable(line.substr(open + 1, close - open - 1));
}

triage::Options options() {
  // A reboot is the end of a guest here, and seen as such.
  triage::Options options;
  options.report_reboots = false;
  return options;
}

}  // namespace

struct LogWatch::Impl {
  Impl(base::fs::path file_path, std::chrono::nanoseconds grace_time, base::fs::path vmlinux)
      : file(std::move(file_path)), grace(grace_time), source_lines(std::move(vmlinux)) {
    triage.on_report([this](const triage::Report& report) { take(report); });
    triage.on_open([this](const triage::Opened& opened) { open(opened.text); });
    lookout.on_open([this](const triage::Opened& opened) { sight(opened.text); });
  }

  void add(std::string_view text) {
    for (const std::string_view line : base::split_lines(text)) {
      kept.emplace_back(line.substr(0, 500));
      ++lines;
      if (kept.size() > kKeptLines) kept.pop_front();
      announced.count(line);
      if (auto victim = oom_victim(line)) starved = std::move(victim);
    }
    triage.feed(text);
  }

  // A report's first line in the merged log.
  void open(const std::string& head) {
    const auto same = std::ranges::find(lone, head, &Lone::head);
    if (same != lone.end()) lone.erase(same);
    else if (heads.size() < kMostHeads) heads.insert(head);
    if (!opening.claim(head)) open_crash = true;
  }

  // A report's first line on the console.
  void sight(const std::string& head) {
    if (const auto same = heads.find(head); same != heads.end()) heads.erase(same);
    else if (lone.size() < kMostHeads) lone.push_back({head, now, looks});
  }

  // 1-based line of the whole log; empty when it is too old to be kept.
  std::string_view line(std::uint64_t number) const {
    const std::uint64_t first = lines - kept.size() + 1;
    return number >= first && number <= lines ? std::string_view(kept[number - first]) : std::string_view();
  }

  void take(const triage::Report& report) {
    if (report.expected || announced.claim(line(report.start_line))) return;
    CrashSeen crash{report.title, {}, triage::is_stall(report.kind)};
    const std::uint64_t last = std::min(report.end_line, report.start_line + kEvidenceLines - 1);
    for (std::uint64_t n = report.start_line; n <= last; ++n)
      crash.evidence += std::string(line(n)) + "\n";
    crash.evidence += source_lines.of(crash.evidence);
    crashes.push_back(std::move(crash));
  }

  struct Lone {
    std::string head;
    Time seen;
    std::uint64_t look = 0;
  };

  base::fs::path file;
  std::chrono::nanoseconds grace;
  SourceLines source_lines;
  channel::KernelLog log;
  triage::Triage triage{options()}, lookout{options()};
  Announced announced;  // for the reports as they are closed
  Announced opening;    // for the same reports as they are opened
  std::vector<CrashSeen> crashes;
  bool open_crash = false;
  std::optional<std::string> starved;
  std::vector<Lone> lone;           // on the console and not, or not yet, in the merged log
  std::multiset<std::string> heads;  // in the merged log and not yet on the console
  Time now{};
  std::uint64_t looks = 0;
  std::deque<std::string> kept;
  std::uint64_t lines = 0;
};

LogWatch::LogWatch(const base::fs::path& kernel_log, std::chrono::nanoseconds grace, base::fs::path vmlinux)
    : impl_(std::make_unique<Impl>(kernel_log, grace, std::move(vmlinux))) {}
LogWatch::~LogWatch() = default;

void LogWatch::kmsg(const channel::Kmsg& records) { impl_->add(impl_->log.add_records(records.lost, records.records)); }
void LogWatch::console(std::string_view text) { impl_->add(impl_->log.add_console(text)); }
void LogWatch::remark(std::string_view text) { impl_->add(impl_->log.add_remark(std::string(text))); }

void LogWatch::glance(std::string_view text, Time now) {
  impl_->now = now;
  ++impl_->looks;
  if (!text.empty()) impl_->lookout.feed(text);
}

std::vector<CrashSeen> LogWatch::end_boot() {
  impl_->triage.flush();
  impl_->open_crash = false;
  return std::exchange(impl_->crashes, {});
}

void LogWatch::begin_test(const model::TestSpec& test) {
  // What was open before belongs to whoever came before, and was given to it by end_test().
  impl_->triage.flush();
  impl_->announced = impl_->opening = Announced(test);
  impl_->open_crash = !impl_->crashes.empty();
}

LogWatch::Seen LogWatch::end_test(bool final) {
  if (final) impl_->add(impl_->log.finish());
  impl_->triage.flush();
  Seen seen{std::exchange(impl_->crashes, {}), impl_->announced.take(),
            std::exchange(impl_->starved, std::nullopt)};
  impl_->announced = impl_->opening = Announced();
  impl_->open_crash = false;
  const base::Result<void> written = base::write_file_atomic(impl_->file, impl_->log.text());
  if (!written) throw base::InfraError(written.error());
  return seen;
}

bool LogWatch::only_console_knows(Time now) const {
  return std::ranges::any_of(impl_->lone, [&](const Impl::Lone& one) {
    return now - one.seen >= impl_->grace && impl_->looks >= one.look + kGraceLooks && !impl_->opening.allows(one.head);
  });
}

bool LogWatch::crash_open(Time now) const { return impl_->open_crash || only_console_knows(now); }

std::string LogWatch::tail(std::size_t lines) const {
  std::string text;
  const std::size_t n = std::min(lines, impl_->kept.size());
  for (auto it = impl_->kept.end() - static_cast<std::ptrdiff_t>(n); it != impl_->kept.end(); ++it) text += *it + "\n";
  return text;
}

}  // namespace runner
