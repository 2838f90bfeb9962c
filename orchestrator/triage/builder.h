// SPDX-License-Identifier: Apache-2.0
// One report that is being read: takes the lines that follow its head and says what they amount to.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "triage/frame.h"
#include "triage/line.h"
#include "triage/matcher.h"
#include "triage/report.h"
#include "triage/symbols.h"

namespace triage {

inline constexpr std::size_t kMaxEvents = 160;  // frames of one report; more repeat the way in

class Builder {
 public:
  Builder(Match match, std::uint64_t start_line, std::uint64_t head_line, const Line& line,
          std::shared_ptr<const Symbols> symbols = nullptr);

  // A line that may belong to the report. False when it says nothing a report would say.
  bool take(std::uint64_t line_number, const Line& line);
  // Another head that belongs to this report: keeps the better title of the two.
  void absorb(Match match, std::uint64_t line_number);
  // The head again, with the line that mail had broken off it.
  void rehead(Match match, std::uint64_t line_number);
  // Extends the span without looking at the text.
  void extend(std::uint64_t line_number) { last_line_ = line_number; }

  // Finds the functions of bare addresses. `offset`: how far KASLR moved the kernel, if the log
  // said so; may be called again when it says so later. Before finish().
  void resolve(std::optional<std::uint64_t> offset);
  bool has_addresses() const;

  Report finish(bool cut) const;

  const Format& format() const { return *match_.format; }
  const std::string& caller() const { return caller_; }
  std::uint64_t start_line() const { return start_line_; }
  std::uint64_t last_line() const { return last_line_; }
  bool ended() const { return ended_; }
  // One frame outside a trace may be a piece of a head that mail broke.
  bool has_trace() const { return frames_ > 1 || (frames_ == 1 && in_trace_); }
  // The head names an inlined function: a symboliser wrote one head for each, the last is the real
  // one. Mail may have broken the line.
  bool head_inlined() const { return inline_head_ && lines_ <= 3 && !pc_seen_; }
  // The head is missing: only the end of a report proves that there was one.
  void make_orphan() { orphan_ = true; }
  bool orphan() const { return orphan_; }
  // Nothing but one line that any program could have written.
  bool unproven() const;
  // A sanitizer's own tests make it report; `suite` is the KUnit suite that runs.
  bool in_self_test(std::string_view suite) const;
  // The taint letters of the CPU line held D: a previous oops or BUG in the same boot.
  bool tainted_by_death() const { return dead_taint_; }
  bool fatal() const { return fatal_; }
  const std::string& process() const { return process_; }
  const std::string& pid() const { return pid_; }

 private:
  enum class Source : std::uint8_t {
    pc,
    lr,
    frame,
    lock,
    stray
  };  // stray: a frame outside the trace
  struct Event {
    std::string function;
    std::string file;
    Source source;
    bool reliable;
    bool inlined;
    bool interrupted = false;   // below an interrupt's entry
    std::uint64_t address = 0;  // of a line that named no function; resolve() finds it
  };
  struct Choice {
    std::string function;
    std::string file;
  };

  void add(Source source, const Frame& frame, bool reliable);
  void locate(Source source, const Frame& frame, std::string& file);
  bool take_address(std::string_view body, Source source);
  void name_unknown();  // UBSAN's kind, until a line says it
  void read_task(std::string_view body);
  void read_details(std::string_view body);
  Choice choose(const Format& format, bool asserting) const;
  std::string expand(std::string_view title, std::string_view function) const;

  Match match_;
  std::shared_ptr<const Symbols> symbols_;
  std::vector<TraceLine> trace_;
  std::string caller_;
  std::uint64_t start_line_;
  std::uint64_t last_line_;
  std::vector<Event> events_;
  std::string process_, pid_;
  std::string access_;        // "Read" or "Write"
  bool slab_object_ = false;  // KASAN named the slab cache of the object
  bool in_trace_ = false;
  bool trace_done_ = false;
  bool test_module_ = false;      // a frame or the head names a sanitizer's test module
  bool interrupted_ = false;      // the trace has come to what an interrupt stopped
  std::uint8_t expect_lock_ = 0;  // a line ended in "at:": the lock is in one of these many
  bool expect_function_ = false;  // the head was wrapped before its function
  bool expect_pc_ = false;        // the program counter's symbol was wrapped to the next line
  bool question_ = false;         // the line before ended in "?": the next symbol is unreliable
  bool ended_ = false;
  bool stamped_ = false;  // the head carried a printk prefix
  bool dead_taint_ = false;
  bool orphan_ = false;
  bool inline_head_ = false;  // all lines so far were such heads
  bool fatal_ = false;
  bool pc_seen_ = false;
  std::uint32_t addresses_found_ = 0;
  std::uint32_t frames_ = 0;
  std::uint32_t lines_ = 0;
};

// UBSAN's head before 5.6 said no kind.
inline constexpr std::string_view kUnknownUbsan = "undefined-behaviour";
// Whether a line names a module whose tests make a sanitizer report.
bool names_test_module(std::string_view body);
// True for text that only occurs inside reports: registers, dumps, lock lists, page descriptions.
bool is_report_text(std::string_view body);

}  // namespace triage
