// SPDX-License-Identifier: Apache-2.0
// A report that has ended: whether it is news, or belongs to one before it.
#include <algorithm>

#include "triage/state.h"

namespace triage {
namespace {

// "insmod:77" of a CPU that makes no progress; nothing for the idle task.
std::string stuck_task(Kind kind, const Builder& builder) {
  const bool busy =
      kind == Kind::soft_lockup || kind == Kind::hard_lockup || kind == Kind::rcu_stall;
  if (!busy || builder.pid().empty() || builder.pid() == "0" || builder.process().empty())
    return {};
  return builder.process() + ":" + builder.pid();
}

bool is_sanitizer(Kind kind) {
  return kind == Kind::kasan || kind == Kind::kfence || kind == Kind::ubsan ||
         kind == Kind::kmsan || kind == Kind::corruption;
}

}  // namespace

void Triage::State::secondary(std::ptrdiff_t of) {
  if (of < 0 || static_cast<std::size_t>(of) >= done.size()) return;
  ++done[static_cast<std::size_t>(of)].secondaries;
}

void Triage::State::close(std::size_t index, bool cut) {
  std::unique_ptr<Builder> builder = std::move(open[index]);
  open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
  builder->resolve(kernel_offset);
  Report report = builder->finish(cut);
  if (report.title.empty() || builder->unproven() || builder->in_self_test(suite)) return;

  if (builder->tainted_by_death() && dead && culprit >= 0) return secondary(culprit);
  if (panicked && culprit >= 0) return secondary(culprit);
  // A sanitizer saw the access that then faults; other CPUs may have reported in between.
  for (std::ptrdiff_t at = previous; at >= 0 && at > previous - 4; --at) {
    Report& before = done[static_cast<std::size_t>(at)];
    const bool near = report.start_line - std::min(report.start_line, before.end_line) < 80;
    const bool same_task =
        at == previous && !previous_pid.empty() && previous_pid == builder->pid();
    if (near && is_sanitizer(before.kind) && report.kind == Kind::oops &&
        (before.function == report.function || same_task)) {
      dead = dead || builder->fatal();
      if (dead && culprit < 0) culprit = at;
      before.end_line = std::max(before.end_line, report.end_line);
      return secondary(at);
    }
  }
  if (report.kind == Kind::bad_rss && previous >= 0 &&
      done[static_cast<std::size_t>(previous)].kind == Kind::bad_rss &&
      report.start_line - previous_end <= 6) {
    // One dying mm has several counters.
    done[static_cast<std::size_t>(previous)].end_line = previous_end = report.end_line;
    return secondary(previous);
  }
  if (builder->format().flags & kRepeats) {
    // The same thing said again: still hung, still stalled.
    for (std::size_t i = done.size(); i-- > 0 && done.size() - i < 64;) {
      if (done[i].signature == report.signature && done[i].process == report.process)
        return secondary(static_cast<std::ptrdiff_t>(i));
    }
  }
  const std::string task = stuck_task(report.kind, *builder);
  if (!task.empty())
    if (const auto known = std::ranges::find(stuck, task, &Stuck::task); known != stuck.end())
      return secondary(static_cast<std::ptrdiff_t>(known->index));
  const std::size_t kept = done.size();
  keep(std::move(report), *builder);
  if (done.size() > kept && !task.empty() && stuck.size() < kMaxStuck)
    stuck.push_back({kept, task});
  if (done.size() > kept && !kernel_offset && builder->has_addresses() &&
      waiting.size() < kMaxWaiting)
    waiting.push_back({kept, std::move(builder), cut});
}

void Triage::State::keep(Report report, const Builder& from) {
  if (done.size() >= options.max_reports) {
    ++dropped;
    return;
  }
  done.push_back(std::move(report));
  previous = static_cast<std::ptrdiff_t>(done.size()) - 1;
  previous_end = from.last_line();
  previous_pid = from.pid();
  if (from.fatal() && !dead) {
    dead = true;
    culprit = previous;
  }
  if (panicked && culprit < 0) culprit = previous;
  if (on_report) on_report(done.back());
}

void Triage::State::close_all(bool cut) {
  while (!open.empty()) close(0, cut);
}

}  // namespace triage
