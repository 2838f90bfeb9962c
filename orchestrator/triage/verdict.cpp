// SPDX-License-Identifier: Apache-2.0
// What the lines of a report amount to: the function to name, the title, the guilty file.
#include <algorithm>

#include "triage/builder.h"
#include "triage/frame.h"
#include "triage/plumbing.h"
#include "triage/title.h"

namespace triage {
namespace {

// What a backtrace of crash(8) says of why the machine died, most telling frame first.
struct VmcoreCause {
  std::string_view frame;
  std::string_view title;
  Kind kind;
};
constexpr VmcoreCause kVmcoreCauses[] = {
    {"sysrq_handle_crash", "sysrq: crash triggered", Kind::panic},
    {"watchdog_timer_fn", "BUG: soft lockup in {f}", Kind::soft_lockup},
    {"watchdog_overflow_callback", "BUG: hard lockup in {f}", Kind::hard_lockup},
    {"watchdog_hardlockup_check", "BUG: hard lockup in {f}", Kind::hard_lockup},
    {"check_hung_uninterruptible_tasks", "INFO: task hung in {f}", Kind::hung_task},
    {"exc_general_protection", "general protection fault in {f}", Kind::oops},
    {"general_protection", "general protection fault in {f}", Kind::oops},
    {"exc_invalid_op", "kernel BUG in {f}", Kind::bug},
    {"do_invalid_op", "kernel BUG in {f}", Kind::bug},
    {"invalid_op", "kernel BUG in {f}", Kind::bug},
    {"exc_divide_error", "divide error in {f}", Kind::oops},
    {"page_fault_oops", "BUG: unable to handle kernel paging request in {f}", Kind::oops},
    {"no_context", "BUG: unable to handle kernel paging request in {f}", Kind::oops},
    {"bad_area_nosemaphore", "BUG: unable to handle kernel paging request in {f}", Kind::oops},
    {"do_page_fault", "BUG: unable to handle kernel paging request in {f}", Kind::oops},
    {"bad_page_fault", "BUG: unable to handle kernel paging request in {f}", Kind::oops},
    {"die_kernel_fault", "BUG: unable to handle kernel paging request in {f}", Kind::oops},
    {"do_mem_abort", "BUG: unable to handle kernel paging request in {f}", Kind::oops},
    {"bug_handler", "kernel BUG in {f}", Kind::bug},
    {"panic", "kernel panic in {f}", Kind::panic},
};

bool skipped(const Format& format, std::string_view name) {
  std::string_view starts = format.skips;
  while (!starts.empty()) {
    const std::string_view start = starts.substr(0, starts.find(' '));
    if (name.starts_with(start)) return true;
    starts.remove_prefix(std::min(starts.size(), start.size() + 1));
  }
  return false;
}

}  // namespace

Builder::Choice Builder::choose(const Format& format, bool asserting) const {
  // How deep into plumbing a name may be, from what we want to what we put up with.
  struct Pass {
    Plumbing deepest;
    bool unreliable;
    bool inlined;
  };
  const Pass passes[] = {{Plumbing::none, false, false},    {Plumbing::none, true, false},
                         {Plumbing::none, false, true},     {Plumbing::helper, false, false},
                         {Plumbing::waiting, false, false}, {Plumbing::core, false, false}};
  const bool use_locks = format.where == Where::lock;
  const bool use_registers =
      format.where == Where::pc || format.where == Where::header || is_stall(format.kind);
  // The link register is the way back to the caller of a leaf such as memcpy(), or into the
  // function itself: as good as the program counter where that says nothing.
  const bool telling_pc = std::ranges::any_of(events_, [](const Event& event) {
    return event.source == Source::pc && !event.function.empty() &&
           plumbing_of(event.function) == Plumbing::none;
  });
  std::string header = clean_function(match_.function);
  // "Kernel stack is corrupted in: ffffffff81234567" of a kernel without kallsyms
  if (header.size() >= 8 && header.find_first_not_of("0123456789abcdef") == std::string::npos)
    header.clear();
  if (asserting) {
    // The function that asserts is the one to name, unless it is the reporting machinery.
    if (!header.empty() && !is_messenger(header)) return {header, ""};
    if (use_registers)
      for (const Event& event : events_)
        if (event.source == Source::pc && !event.function.empty() && !is_messenger(event.function))
          return {event.function, event.file};
  }
  // What an interrupt stopped has nothing to do with what went wrong in the interrupt; for a stall
  // it is the other way round.
  const bool stall = is_stall(format.kind) || format.group == "vmcore";
  const bool split =
      !stall && std::ranges::any_of(events_, [](const Event& event) { return event.interrupted; });
  for (const bool all : {false, true}) {
    if (!all && !split) continue;
    for (const Pass& pass : passes) {
      // Every detector's own path goes through the core.
      if (pass.deepest == Plumbing::core && stall) break;
      auto fits = [&](std::string_view name) {
        // The grace-period thread that got no CPU waits there; nothing stalled in it.
        if (format.kind == Kind::rcu_stall &&
            (name == "__schedule" || name.starts_with("schedule")))
          return false;
        return !name.empty() && plumbing_of(name) <= pass.deepest && !skipped(format, name);
      };
      if (fits(header)) return {header, ""};
      if (use_locks)
        for (const Event& event : events_)
          if (event.source == Source::lock && (!event.inlined || pass.inlined) &&
              fits(event.function))
            return {event.function, event.file};
      for (const Event& event : events_) {
        if (event.source == Source::lock || event.source == Source::stray) continue;
        if (event.interrupted && !all) continue;
        if (event.source == Source::lr && (telling_pc || !use_registers)) continue;
        if (event.source == Source::pc && !use_registers) continue;
        if (!event.reliable && !pass.unreliable) continue;
        if (event.inlined && !pass.inlined) continue;
        if (fits(event.function)) return {event.function, event.file};
      }
    }
  }
  for (const Event& event : events_)
    if (event.source == Source::stray && event.reliable && !event.function.empty() &&
        plumbing_of(event.function) == Plumbing::none)
      return {event.function, event.file};
  return {};
}

Report Builder::finish(bool cut) const {
  Report report;
  const Format& row = format();
  std::string_view title = row.title;
  Kind kind = row.kind;
  bool asserting = (row.flags & kAsserting) != 0;
  std::string head_file = clean_file(match_.file);
  if (kind == Kind::warning || kind == Kind::bug) {
    for (const Refinement& refinement : refinements()) {
      if (!head_file.ends_with(refinement.file)) continue;
      std::string_view asserting_in = match_.function;
      while (asserting_in.starts_with('_')) asserting_in.remove_prefix(1);
      if (!asserting_in.starts_with(refinement.function)) continue;
      title = kind == Kind::bug && !refinement.bug.empty() ? refinement.bug : refinement.title;
      kind = refinement.kind;
      asserting = false;
      break;
    }
  }
  if (orphan_) {
    title = "kernel crash in {f}";
    kind = Kind::oops;
  }
  if (row.group == "vmcore") {
    for (const VmcoreCause& cause : kVmcoreCauses) {
      bool seen = std::ranges::any_of(
          events_, [&](const Event& event) { return event.function == cause.frame; });
      if (!seen) continue;
      title = cause.title;
      kind = cause.kind;
      break;
    }
  }
  Choice choice;
  if (row.where != Where::none) choice = choose(row, asserting);
  TitleParts parts{match_, choice.function, head_file, access_, slab_object_};
  report.title = make_title(title, row.bare, parts);
  report.kind = kind;
  report.function = choice.function;
  report.file = !choice.file.empty() ? choice.file : (asserting ? head_file : "");
  if (report.file.empty() && !head_file.starts_with("lib/") && !head_file.starts_with("include/"))
    report.file = head_file;
  report.signature = make_signature(row, kind, report.title, parts);
  report.process = process_;
  report.trace = trace_;
  report.start_line = start_line_;
  report.end_line = last_line_;
  bool wants_trace = !(row.flags & kNoTrace);
  report.corrupted = cut || orphan_ || (row.where != Where::none && choice.function.empty()) ||
                     (wants_trace && frames_ == 0 && addresses_found_ == 0 && !pc_seen_) ||
                     (row.flags & kHeadLost) != 0;
  return report;
}

}  // namespace triage
