// SPDX-License-Identifier: Apache-2.0
// Heads: what belongs to the same incident.
#include <algorithm>

#include "triage/state.h"

namespace triage {
namespace {

bool is_consequence_text(std::string_view text) {
  static constexpr std::string_view kTexts[] = {"Fatal exception",
                                                "panic_on_warn",
                                                "warned too often",
                                                "hung_task: blocked tasks",
                                                "softlockup: hung tasks",
                                                "RCU Stall",
                                                "Hard LOCKUP",
                                                "hard LOCKUP",
                                                "kasan.fault",
                                                "kmsan.panic",
                                                "Oopsed too often",
                                                "panic_on_taint",
                                                "stack guard hit",
                                                "Fatal machine check",
                                                "Aiee, killing",
                                                "kernel stack overflow",
                                                "Kernel stack overflow",
                                                "Asynchronous SError",
                                                "Unhandled exception",
                                                "Kernel mode fault",
                                                "Machine halted",
                                                "cannot return from double fault",
                                                "UBSAN",
                                                "KASAN",
                                                "KFENCE",
                                                "Unrecoverable",
                                                "System Reset",
                                                "kernel BUG",
                                                "Oops",
                                                "UNKNOWN",
                                                "HYP panic"};
  return std::ranges::any_of(kTexts, [text](std::string_view known) {
    return text.find(known) != std::string_view::npos;
  });
}

}  // namespace

bool Triage::State::vital(const Match& match) const {
  if (match.format->kind == Kind::oom && match.format->group == "oom-victim")
    return std::ranges::find(options.vital_processes, match.groups[0]) !=
           options.vital_processes.end();
  // "init[1]: segfault at ..."
  std::string_view lead = match.lead;
  std::size_t bracket = lead.rfind('[');
  if (bracket == std::string_view::npos) return false;
  if (lead.substr(bracket).starts_with("[1]")) return true;
  std::string_view name = lead.substr(0, bracket);
  if (auto space = name.rfind(' '); space != std::string_view::npos) name = name.substr(space + 1);
  return std::ranges::find(options.vital_processes, name) != options.vital_processes.end();
}

// True if the line was used up.
bool Triage::State::head(Match match, const Line& line) {
  const Format& format = *match.format;
  switch (format.role) {
    case Role::benign:
      return false;
    case Role::silent:
      if (mark_line == 0 || line_number - mark_line > kMarkLines) mark_line = line_number;
      return false;
    case Role::self_test:
      suite = match.groups[0];
      return false;
    case Role::orderly:
      orderly = true;
      return false;
    case Role::user_space:
      user_space = true;
      return false;
    case Role::boot_console:
      boot_console = true;
      return false;
    case Role::boot:
      reboot(std::move(match), line);
      return true;
    default:
      break;
  }
  if ((format.group == "oom-victim" || format.group == "user-death") && !vital(match)) return false;
  if (said_before(line)) {
    if (Builder* builder = builder_for(line)) builder->extend(line_number);
    return true;
  }

  if (panicked) {
    // Nothing after a panic is news in this boot.
    if (Builder* builder = builder_for(line))
      builder->extend(line_number);
    else
      secondary(culprit);
    return true;
  }

  Builder* current = builder_for(line);
  if (current && current->orphan()) {
    // The rest of something whose head was lost is not worth a real head.
    std::erase_if(open, [](const auto& builder) { return builder->orphan(); });
    current = nullptr;
  }
  // A stall takes the lines of all CPUs, but no other report's head.
  if (current && current->caller() != line.caller && !line.caller.empty() &&
      !current->caller().empty() && current->format().kind != format.kind &&
      is_stall(current->format().kind) &&
      (format.role == Role::primary || format.role == Role::early))
    current = nullptr;
  const bool dying = dead || (current && current->fatal());
  if (dying && (format.kind == Kind::bad_rss || format.kind == Kind::hang ||
                (!current && format.role == Role::detail && (format.flags & kNoTrace)))) {
    // What a task leaves behind that died in the middle of something.
    if (current)
      current->extend(line_number);
    else
      secondary(culprit);
    return true;
  }
  if (format.role == Role::marked) {
    const bool busy =
        std::ranges::any_of(open, [](const auto& builder) { return !builder->ended(); });
    if (busy) return false;
    if (mark_line == 0 || line_number - mark_line > kMarkLines) {
      if (!open.empty() || dead) return false;
      // Perhaps the log starts in the middle of a report: its end would prove it.
      open.push_back(std::make_unique<Builder>(std::move(match), line_number, line_number, line,
                                               options.symbols));
      open.back()->make_orphan();
      open.back()->take(line_number, line);
      return true;
    }
    close_all(false);
    start(std::move(match), line);
    open.back()->take(line_number, line);
    return true;
  }
  const bool panic = format.role == Role::consequence;
  if (panic) {
    if (!current && !open.empty()) current = open.back().get();
    // An init that the OOM killer chose takes the kernel along.
    const bool init_killed =
        match.text.find("Attempted to kill init") != std::string::npos &&
        (current ? current->format().group == "oom-victim"
                 : previous >= 0 && done[static_cast<std::size_t>(previous)].kind == Kind::oom);
    bool caused = init_killed || is_consequence_text(match.text);
    if (current && (caused || current->fatal() || current->format().role == Role::early)) {
      current->absorb(std::move(match), line_number);
      panicked = true;
      return true;
    }
    if (!current && (dead || (caused && previous >= 0 && line_number - previous_end < kIncident))) {
      panicked = true;
      secondary(dead ? culprit : previous);
      return true;
    }
    close_all(false);  // what came before has another cause
    start(std::move(match), line);
    panicked = true;
    return true;
  }

  if (current) {
    const Format& now = current->format();
    bool belongs = false;
    if (current->head_inlined() && now.kind == format.kind) {
      current->rehead(std::move(match), line_number);
      return true;
    }
    if (format.role == Role::detail) {
      current->absorb(std::move(match), line_number);
      return false;  // it may hold more: a program counter, an access
    } else if (format.role == Role::primary || format.role == Role::early) {
      bool young = !current->ended() && !current->has_trace();
      // An early line is taken over by what it led to; a detail by the head that was late.
      if ((now.role == Role::early || now.role == Role::detail) && young &&
          format.role == Role::primary)
        belongs = true;
      if (now.role == Role::early && format.role == Role::early && young) belongs = true;
      // "refcount_t: underflow" follows the WARNING line on older kernels; so does the list's
      // state.
      if (format.role == Role::early && young && format.kind != Kind::user_death &&
          format.kind != Kind::oom && format.kind != Kind::oops)
        belongs = true;
      // A fault while a dying CPU prints its oops.
      if (current->fatal() && !current->ended() && young && (format.flags & kFatal)) belongs = true;
    }
    if (belongs) {
      current->absorb(std::move(match), line_number);
      return true;
    }
    for (std::size_t i = 0; i < open.size(); ++i)
      if (open[i].get() == current) {
        close(i, false);
        break;
      }
  }
  const bool detail = format.role == Role::detail;
  start(std::move(match), line);
  if (detail) open.back()->take(line_number, line);
  return true;
}

void Triage::State::start(Match match, const Line& line) {
  std::uint64_t first = line_number;
  if (mark_line != 0 && line_number - mark_line <= kMarkLines) first = std::min(first, mark_line);
  if (banner_line != 0 && line_number - banner_line <= 1) first = std::min(first, banner_line);
  mark_line = 0;
  if (open.size() >= kMaxOpen) close(0, true);
  if (on_open && !dead)
    on_open(Opened{line_number, std::string(line.body), match.format->kind,
                   (match.format->flags & kFatal) != 0});
  open.push_back(
      std::make_unique<Builder>(std::move(match), first, line_number, line, options.symbols));
}

}  // namespace triage
