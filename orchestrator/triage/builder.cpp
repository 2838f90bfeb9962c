// SPDX-License-Identifier: Apache-2.0
#include "triage/builder.h"

#include <algorithm>
#include <utility>

#include "triage/frame.h"
#include "triage/plumbing.h"

namespace triage {
namespace {

// What follows a trace and is not the report's own path: KASAN's object history and the like.
bool ends_trace(std::string_view body) {
  static constexpr std::string_view kStarts[] = {
      "Allocated by",    "Freed by",          "Uninit was",   "Local variable", "Last potentially",
      "Second to last",  "The buggy address", "Memory state", "page last",      "page_owner",
      "kfence-#",        "allocated by",      "freed by",     "Showing all",    "The existing",
      "INFO: Allocated", "INFO: Freed"};
  if (body.ends_with("):"))
    return false;  // "Corrupted memory at 0x.. (in kfence-#12):", broken by mail
  return std::ranges::any_of(kStarts,
                             [body](std::string_view start) { return body.starts_with(start); });
}

bool starts_trace(std::string_view body) {
  return body.starts_with("Call Trace") || body.starts_with("Call trace") ||
         body.starts_with("stack backtrace") || body.starts_with("Backtrace:") ||
         body.starts_with("backtrace") || body.starts_with("Stack trace") ||
         // riscv's show_regs() goes on with the trace at once
         (body.starts_with("status: ") && body.find(" cause: ") != std::string_view::npos);
}

}  // namespace

Builder::Builder(Match match, std::uint64_t start_line, std::uint64_t head_line, const Line& line,
                 std::shared_ptr<const Symbols> symbols)
    : match_(std::move(match)),
      symbols_(std::move(symbols)),
      caller_(line.caller),
      start_line_(start_line),
      last_line_(head_line),
      stamped_(line.stamped) {
  fatal_ = (format().flags & kFatal) != 0;
  test_module_ = names_test_module(match_.text);
  inline_head_ = match_.text.ends_with("[inline]");
  expect_function_ = format().where == Where::header && match_.function.empty();
  name_unknown();
  if (format().kind == Kind::hung_task) {
    process_ = match_.groups[0];
    pid_ = match_.groups[1];
  }
}

bool Builder::unproven() const {
  if (orphan_ && !ended_) return true;
  if ((format().flags & kNeedsTrace) != 0 && frames_ == 0 && !pc_seen_ && !has_addresses())
    return true;
  return (format().flags & kNeedsProof) != 0 && !stamped_ && frames_ == 0 && !pc_seen_ &&
         !has_addresses();
}

void Builder::name_unknown() {
  if (format().kind == Kind::ubsan && match_.groups[0].empty()) match_.groups[0] = kUnknownUbsan;
}

void Builder::add(Source source, const Frame& frame, bool reliable) {
  if (events_.size() >= kMaxEvents) return;
  // "? __pfx_kthread+0x10/0x10" is the address of a function that lay on the stack, no call.
  if (!reliable && frame.function.starts_with("__pfx_")) return;
  std::string name = clean_function(frame.function);
  if (!events_.empty() && events_.back().function == name && events_.back().source == source) {
    if (reliable) events_.back().reliable = true;
    return;
  }
  std::string file = clean_file(frame.file);
  if (symbols_ && reliable) locate(source, frame, file);
  if (source == Source::frame && reliable && is_interrupt_entry(name)) interrupted_ = true;
  events_.push_back({std::move(name), std::move(file), source, reliable, frame.inlined,
                     interrupted_ && (source == Source::frame || source == Source::pc)});
}

bool Builder::take(std::uint64_t line_number, const Line& line) {
  ++lines_;
  std::string_view body = line.body;
  if (body.empty()) return false;
  if (inline_head_ || lines_ <= 2) inline_head_ = body.ends_with("[inline]") && frames_ == 0;

  if (body.starts_with("---[ end ") || body.starts_with("[ end trace") ||
      body.starts_with("-[ end trace")) {
    ended_ = true;
    last_line_ = line_number;
    return true;
  }
  if (ended_) {
    if (body.starts_with("==") || body.find("cut here") != std::string_view::npos) return false;
    if (!is_report_text(body) && !parse_frame(body)) return false;
    last_line_ = line_number;
    read_task(body);
    return true;
  }

  if ((format().flags & kBanner) && body.starts_with("==") &&
      body.find_first_not_of('=') == std::string_view::npos && (lines_ > 3)) {
    ended_ = true;
    last_line_ = line_number;
    return true;
  }
  if (expect_function_ && lines_ <= 2) {
    if (auto frame = parse_frame(body); frame && frame->reliable) {
      match_.function = frame->function;
      expect_function_ = false;
      last_line_ = line_number;
      return true;
    }
  }
  read_task(body);
  read_details(body);
  if (auto exception = body.find("[exception RIP: "); exception != std::string_view::npos) {
    // crash(8): "[exception RIP: foo+203]"
    std::string_view name = body.substr(exception + 16);
    add(Source::pc, Frame{name.substr(0, name.find_first_of("+] ")), {}}, true);
    pc_seen_ = true;
    last_line_ = line_number;
    return true;
  }
  if (body == "RIP:" || body == "pc :" || body == "NIP" || body == "PC is at") {
    expect_pc_ = true;  // mail broke the line right after the register's name
    last_line_ = line_number;
    return true;
  }
  Frame reg;
  if (Register what = parse_register(body, reg); what != Register::none) {
    last_line_ = line_number;
    if (!reg.function.empty()) {
      add(what == Register::pc ? Source::pc : Source::lr, reg, true);
      if (what == Register::pc) pc_seen_ = true;
    }
    if (reg.function.empty() && take_address(body, what == Register::pc ? Source::pc : Source::lr))
      return true;
    expect_pc_ = what == Register::pc && reg.function.empty() && body.ends_with(']') &&
                 !body.ends_with("[inline]");
    return true;
  }
  if (std::exchange(expect_pc_, false)) {
    if (auto frame = parse_frame(body)) {
      add(Source::pc, *frame, true);
      pc_seen_ = true;
      last_line_ = line_number;
      return true;
    }
  }
  if (body.starts_with("</IRQ>") || body.starts_with("<EOI>") || body.starts_with("--- interrupt"))
    interrupted_ = true;
  if (starts_trace(body)) {
    interrupted_ = false;
    in_trace_ = true;
    trace_done_ = false;
    last_line_ = line_number;
    return true;
  }
  if (ends_trace(body)) {
    trace_done_ = !is_stall(format().kind);
    in_trace_ = false;
    last_line_ = line_number;
    return true;
  }
  auto at = body.starts_with("at: ") ? 0 : body.find(" at: ");
  if (at != std::string_view::npos && format().where == Where::lock) {
    if (auto symbol = find_symbol(body, at))
      add(Source::lock, Frame{symbol->name, symbol->file}, true);
    last_line_ = line_number;
    return true;
  }
  // Other lines may come in between.
  if (expect_lock_ > 0) --expect_lock_;
  const bool expected_lock = expect_lock_ > 0;
  if (format().where == Where::lock && body.ends_with("at:")) expect_lock_ = 5;
  std::optional<Frame> from;
  if (auto frame = parse_frame(body, &from)) {
    last_line_ = line_number;
    bool reliable = frame->reliable && !question_;
    question_ = false;
    if (++frames_ <= 8 && names_test_module(body)) test_module_ = true;
    if (expected_lock) {
      expect_lock_ = 0;
      add(Source::lock, *frame, true);
    } else if (!trace_done_ && (in_trace_ || from || (format().flags & kDirect))) {
      add(Source::frame, *frame, reliable);
      if (from) add(Source::frame, *from, true);
    } else if (!trace_done_ && frames_ <= 16) {
      add(Source::stray, *frame, reliable);
    }
    return true;
  }
  if (in_trace_ && !trace_done_ && take_address(body, Source::frame)) {
    last_line_ = line_number;
    return true;
  }
  question_ = body.ends_with("?");
  if (is_report_text(body)) {
    last_line_ = line_number;
    return true;
  }
  return false;
}

void Builder::rehead(Match match, std::uint64_t line_number) {
  match_ = std::move(match);
  name_unknown();
  last_line_ = std::max(last_line_, line_number);
  inline_head_ = match_.text.ends_with("[inline]");
  if (inline_head_ || frames_ <= 1) {
    lines_ = frames_ = 0;
    events_.clear();
  }
  expect_function_ = format().where == Where::header && match_.function.empty();
}

void Builder::absorb(Match match, std::uint64_t line_number) {
  last_line_ = std::max(last_line_, line_number);
  if (match.format->flags & kFatal) fatal_ = true;
  const Format& now = format();
  const Format& then = *match.format;
  bool better =
      now.role == Role::early && (then.role == Role::primary || then.role == Role::consequence);
  if (now.role == Role::early && then.role == Role::detail && now.kind != Kind::corruption)
    better = true;
  if (now.role == Role::detail && then.role == Role::primary) better = true;
  if (!better) return;
  // What the first line said of the kind of corruption says more than the BUG or WARNING it led to.
  if (now.role == Role::early && now.kind == Kind::corruption) {
    if (match_.file.empty()) match_.file = match.file;
    return;
  }
  match_ = std::move(match);
  name_unknown();
  expect_function_ = format().where == Where::header && match_.function.empty();
  lines_ = 0;
}

}  // namespace triage
