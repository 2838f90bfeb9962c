// SPDX-License-Identifier: Apache-2.0
#include "runner/log_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/text.h"
#include "channel/kernel_log.h"
#include "triage/triage.h"

namespace runner {
namespace {

constexpr std::size_t kKeptLines = 6000;     // recent log, for evidence
constexpr std::size_t kEvidenceLines = 40;   // of one report

// "[    1.234567] text" and "[    1.234567][  T12] text" to "text".
std::string_view message_part(std::string_view line) {
  while (line.starts_with('[')) {
    const auto end = line.find(']');
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
    if (line.starts_with(' ')) line.remove_prefix(1);
  }
  return line;
}

}  // namespace

struct LogWatch::Impl {
  explicit Impl(base::fs::path file_path) : file(std::move(file_path)) {
    // A reboot is the end of a guest here, and seen as such.
    triage.on_report([this](const triage::Report& report) { take(report); });
    triage.on_open([this](const triage::Opened& opened) {
      if (!announced(opened.text)) open_crash = true;
    });
  }

  static triage::Options options() {
    triage::Options options;
    options.report_reboots = false;
    return options;
  }

  bool announced(std::string_view line) const {
    return test != nullptr && std::ranges::any_of(test->expected_log, [&](const std::string& pattern) {
             return base::glob_match(pattern, message_part(line));
           });
  }

  void add(std::string_view text) {
    for (const std::string_view line : base::split_lines(text)) {
      kept.emplace_back(line.substr(0, 500));
      ++lines;
      if (kept.size() > kKeptLines) kept.pop_front();
      for (LogCount& count : counts)
        if (base::glob_match(count.pattern, message_part(line))) ++count.seen;
    }
    triage.feed(text);
  }

  // 1-based line of the whole log; empty when it is too old to be kept.
  std::string_view line(std::uint64_t number) const {
    const std::uint64_t first = lines - kept.size() + 1;
    return number >= first && number <= lines ? std::string_view(kept[number - first]) : std::string_view();
  }

  void take(const triage::Report& report) {
    if (report.expected || announced(line(report.start_line))) return;
    CrashSeen crash{report.title, {}};
    const std::uint64_t last = std::min(report.end_line, report.start_line + kEvidenceLines - 1);
    for (std::uint64_t n = report.start_line; n <= last; ++n)
      crash.evidence += std::string(line(n)) + "\n";
    crashes.push_back(std::move(crash));
  }

  base::fs::path file;
  channel::KernelLog log;
  triage::Triage triage{options()};
  const model::TestSpec* test = nullptr;
  std::vector<LogCount> counts;
  std::vector<CrashSeen> crashes;
  bool open_crash = false;
  std::deque<std::string> kept;
  std::uint64_t lines = 0;
};

LogWatch::LogWatch(const base::fs::path& kernel_log) : impl_(std::make_unique<Impl>(kernel_log)) {}
LogWatch::~LogWatch() = default;

void LogWatch::kmsg(const channel::Kmsg& records) { impl_->add(impl_->log.add_records(records.lost, records.records)); }
void LogWatch::console(std::string_view text) { impl_->add(impl_->log.add_console(text)); }

void LogWatch::begin_test(const model::TestSpec& test) {
  // What was open before belongs to whoever came before, and was given to it by end_test().
  impl_->triage.flush();
  impl_->test = &test;
  impl_->counts.clear();
  for (const auto& [pattern, expected] : test.expected_log_counts) impl_->counts.push_back({pattern, expected, 0});
  impl_->open_crash = !impl_->crashes.empty();
}

LogWatch::Seen LogWatch::end_test(bool final) {
  if (final) impl_->add(impl_->log.finish());
  impl_->triage.flush();
  Seen seen{std::exchange(impl_->crashes, {}), std::exchange(impl_->counts, {})};
  impl_->test = nullptr;
  impl_->open_crash = false;
  const base::Result<void> written = base::write_file_atomic(impl_->file, impl_->log.text());
  if (!written) throw base::InfraError(written.error());
  return seen;
}

bool LogWatch::crash_open() const { return impl_->open_crash; }

std::string LogWatch::tail(std::size_t lines) const {
  std::string text;
  const std::size_t n = std::min(lines, impl_->kept.size());
  for (auto it = impl_->kept.end() - static_cast<std::ptrdiff_t>(n); it != impl_->kept.end(); ++it) text += *it + "\n";
  return text;
}

}  // namespace runner
