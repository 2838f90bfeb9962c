// SPDX-License-Identifier: Apache-2.0
// Console text to crash reports, as a stream. Memory is bounded whatever the text: long lines are
// cut, at most a few reports are open at once, and after `max_reports` the rest is only counted.
//
// Owner: whoever reads a console; one Triage for each stream (the console and /dev/kmsg are two).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "triage/report.h"

namespace triage {

class Matcher;
class Symbols;

// The compiled table. Building it takes milliseconds: share one where many short texts are read.
std::shared_ptr<const Matcher> make_matcher();

struct Options {
  std::shared_ptr<const Matcher> matcher;  // null: the Triage makes its own
  // Processes whose death is a report; PID 1 always matters.
  std::vector<std::string> vital_processes{"init", "vmlab-agent", "agent"};
  std::size_t max_reports = 2000;
  // Whether a second "Linux version" line is a report. False where the owner of the guest restarts
  // it.
  bool report_reboots = true;
  // The kernel's own (symbols.h): frames get their source lines, bare addresses their functions.
  std::shared_ptr<const Symbols> symbols;
};

// A report whose first line has been seen; for live use. The title may still get better.
struct Opened {
  std::uint64_t line = 0;
  std::string text;  // the head line, guest text
  Kind kind = Kind::bug;
  bool fatal = false;  // the kernel does not go on as before
};

class Triage {
 public:
  explicit Triage(Options options = {});
  ~Triage();
  Triage(Triage&&) noexcept;
  Triage& operator=(Triage&&) noexcept;

  // Any bytes, cut anywhere.
  void feed(std::string_view chunk);
  // Ends the stream: open reports are closed. The reports in order of their first line. Call once.
  std::vector<Report> finish();

  // Live use. `on_open` runs inside feed() when a report's head is seen that is not known to be a
  // consequence; `on_report` when its end is known. Set before the first feed().
  void on_open(std::function<void(const Opened&)> callback);
  void on_report(std::function<void(const Report&)> callback);
  // Closes what is open without ending the stream: at the end of a test, or when the guest is
  // silent.
  void flush();

  // What is known so far, closed reports only.
  const std::vector<Report>& reports() const;
  bool anything_open() const;
  bool panicked() const;          // a panic in the current boot
  std::uint64_t lines() const;    // complete lines seen
  std::uint64_t dropped() const;  // reports beyond max_reports

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The reports in a whole text.
std::vector<Report> triage_text(std::string_view text, Options options = {});

}  // namespace triage
