// SPDX-License-Identifier: Apache-2.0
// The stream: lines, open reports, and what belongs to the same incident.
//
// A boot is in one of three states:
//   healthy --fatal report--> dead (taint D: later reports that carry it are secondary)
//   healthy, dead --panic--> panicked (whatever follows is secondary)
//   any --"Linux version"--> healthy (a report of its own if nobody asked for it)
#include "triage/triage.h"

#include <algorithm>
#include <cstring>

#include "triage/builder.h"
#include "triage/line.h"
#include "triage/matcher.h"

namespace triage {
namespace {

constexpr std::size_t kMaxLine = 4096;     // longer lines are cut
constexpr std::uint64_t kQuietLines = 24;  // lines without report text that close a report
constexpr std::uint64_t kEndedLines = 40;  // the same after "end trace": a panic may still follow
constexpr std::uint64_t kMaxSpan = 6000;   // lines of one report
constexpr std::size_t kMaxOpen = 8;        // CPUs that report at once
constexpr std::uint64_t kMarkLines = 12;   // how far before a head its "cut here" may be
constexpr std::uint64_t kIncident = 500;   // lines in which a panic is the consequence of a report

bool is_consequence_text(std::string_view text) {
  static constexpr std::string_view kTexts[] = {"Fatal exception",
                                                "panic_on_warn",
                                                "warned too often",
                                                "hung_task: blocked tasks",
                                                "softlockup: hung tasks",
                                                "RCU Stall",
                                                "Hard LOCKUP",
                                                "kasan.fault",
                                                "kmsan.panic",
                                                "Attempted to kill",
                                                "Oopsed too often",
                                                "panic_on_taint",
                                                "stack guard hit",
                                                "Fatal machine check",
                                                "Aiee, killing",
                                                "kernel stack overflow",
                                                "Kernel stack overflow",
                                                "Asynchronous SError",
                                                "System is deadlocked",
                                                "Unhandled exception",
                                                "Kernel mode fault",
                                                "Machine halted",
                                                "cannot return from double fault",
                                                "Unable to mount root",
                                                "UBSAN",
                                                "KASAN",
                                                "KFENCE",
                                                "Unrecoverable",
                                                "System Reset",
                                                "kernel BUG",
                                                "Oops",
                                                "UNKNOWN"};
  return std::ranges::any_of(kTexts, [text](std::string_view known) {
    return text.find(known) != std::string_view::npos;
  });
}

bool is_sanitizer(Kind kind) {
  return kind == Kind::kasan || kind == Kind::kfence || kind == Kind::ubsan ||
         kind == Kind::kmsan || kind == Kind::corruption;
}

bool is_stall(Kind kind) {
  return kind == Kind::rcu_stall || kind == Kind::soft_lockup || kind == Kind::hard_lockup ||
         kind == Kind::hung_task || kind == Kind::hang;
}

}  // namespace

struct Triage::State {
  explicit State(Options chosen)
      : options(std::move(chosen)),
        table(options.matcher ? options.matcher : make_matcher()),
        matcher(*table) {}

  Options options;
  std::shared_ptr<const Matcher> table;
  const Matcher& matcher;
  std::string carry;       // an unfinished line
  bool carry_cut = false;  // it was longer than kMaxLine: the rest is dropped
  std::uint64_t line_number = 0;
  std::vector<std::unique_ptr<Builder>> open;
  std::vector<Report> done;
  std::uint64_t dropped = 0;
  std::function<void(const Opened&)> on_open;
  std::function<void(const Report&)> on_report;

  // marks before a report
  std::uint64_t mark_line = 0;
  std::uint64_t banner_line = 0;

  // a line that looked like the start of a head: mail may have wrapped it
  std::string pending;
  std::uint64_t pending_line = 0;
  Builder* pending_head = nullptr;  // it was a head all the same
  bool pending_stamped = false;

  // the current boot
  std::uint64_t boot_lines = 0;  // lines since the banner
  bool banner_seen = false;
  bool user_space = false;
  bool orderly = false;
  bool boot_console = false;
  bool dead = false;
  bool panicked = false;
  std::ptrdiff_t culprit = -1;   // index in `done` of the report that consequences belong to
  std::ptrdiff_t previous = -1;  // index in `done` of the last report of this boot
  std::uint64_t previous_end = 0;
  std::string previous_pid;

  void feed(std::string_view chunk);
  void raw_line(std::string_view raw);
  void handle(const Line& line, std::string_view raw);
  bool continue_head(const Line& line);
  bool head(Match match, const Line& line);
  void start(Match match, const Line& line);
  void close(std::size_t index, bool cut);
  void close_all(bool cut);
  Builder* builder_for(const Line& line);
  void reboot(Match match, const Line& line);
  bool vital(const Match& match) const;
  void secondary(std::ptrdiff_t of, std::uint64_t end_line);
  void keep(Report report, const Builder& from);
};

void Triage::State::feed(std::string_view chunk) {
  while (!chunk.empty()) {
    const void* found = std::memchr(chunk.data(), '\n', chunk.size());
    if (!found) {
      if (carry.size() < kMaxLine) carry.append(chunk.substr(0, kMaxLine - carry.size()));
      return;
    }
    auto length = static_cast<std::size_t>(static_cast<const char*>(found) - chunk.data());
    std::string_view line = chunk.substr(0, length);
    chunk.remove_prefix(length + 1);
    if (carry.empty()) {
      raw_line(line.substr(0, kMaxLine));
    } else {
      if (carry.size() < kMaxLine) carry.append(line.substr(0, kMaxLine - carry.size()));
      std::string whole;
      whole.swap(carry);
      raw_line(whole);
      whole.clear();
      carry.swap(whole);  // keep the buffer
    }
  }
}

void Triage::State::raw_line(std::string_view raw) {
  ++line_number;
  ++boot_lines;
  if (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
  if (open.empty() && pending_line + 1 != line_number && !matcher.interesting(raw)) {
    // A ruler: lockdep and KASAN draw one above their head. Cheap to see, and it dates the report's
    // start.
    if (raw.size() > 1 && raw.back() == '=' && raw[raw.size() - 2] == '=')
      banner_line = line_number;
    return;
  }
  std::string clean;
  if (raw.find('\x1b') != std::string_view::npos || raw.find('\0') != std::string_view::npos) {
    clean = raw;
    clean.resize(strip_escapes(clean.data(), clean.size()));
    raw = clean;
  }
  handle(parse_line(raw), raw);
}

// Mail breaks long heads: tries the line before and this one as one. True if the line was used up.
bool Triage::State::continue_head(const Line& line) {
  const bool next = pending_line + 1 == line_number;
  pending_line = 0;
  if (!next || line.body.empty() || (line.stamped && pending_stamped)) return false;
  std::string joined = pending + " " + std::string(line.body);
  Line whole{joined, line.caller, line.stamped};
  auto match = matcher.match(whole);
  if (!match) return false;
  if (!pending_head) {
    // Only a head that neither line is by itself counts.
    return match->text.size() > line.body.size() && head(std::move(*match), whole);
  }
  const bool still_open = !open.empty() && open.back().get() == pending_head;
  const bool certain = pending_stamped && !line.stamped;
  if (!still_open || (!certain && pending.size() < 30) || is_report_text(line.body) ||
      match->text.size() <= line.body.size() || match->format->role != pending_head->format().role)
    return false;
  // Where the logger stamps every line a bare one is certainly the rest; elsewhere a free text must
  // not grow.
  const std::string_view was = pending_head->format().title;
  const bool vague = was.find("{text}") != std::string_view::npos ||
                     was.find("panic}") != std::string_view::npos || was == "kernel panic";
  if (vague ? (match->format == &pending_head->format() && !certain)
            : match->format->kind != pending_head->format().kind)
    return false;
  pending_head->rehead(std::move(*match), line_number);
  return false;
}

Builder* Triage::State::builder_for(const Line& line) {
  if (open.empty()) return nullptr;
  if (line.caller.empty()) return open.back().get();
  for (auto it = open.rbegin(); it != open.rend(); ++it)
    if ((*it)->caller() == line.caller) return it->get();
  for (auto it = open.rbegin(); it != open.rend(); ++it)
    if ((*it)->caller().empty() || is_stall((*it)->format().kind)) return it->get();
  return nullptr;
}

void Triage::State::handle(const Line& line, std::string_view raw) {
  if (line.body.size() > 1 && line.body.starts_with("==") &&
      line.body.find_first_not_of('=') == std::string_view::npos)
    banner_line = line_number;
  if (pending_line != 0 && continue_head(line)) return;
  if (matcher.interesting(line.body)) {
    auto match = matcher.match(line);
    const std::size_t before = open.size();
    const bool used = match && head(std::move(*match), line);
    if (line.body.size() > 20 &&
        (!match || (used && !open.empty() && open.size() > before - (before > 0)))) {
      pending = line.body;
      pending_line = line_number;
      pending_stamped = line.stamped;
      pending_head = used && open.back()->last_line() == line_number ? open.back().get() : nullptr;
    }
    if (used) return;
  }
  if (Builder* builder = builder_for(line)) {
    builder->take(line_number, line);
  }
  for (std::size_t i = open.size(); i-- > 0;) {
    Builder& builder = *open[i];
    std::uint64_t quiet = line_number - builder.last_line();
    if (quiet > (builder.ended() ? kEndedLines : kQuietLines) ||
        line_number - builder.start_line() > kMaxSpan)
      close(i, false);
  }
}

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

  if (panicked) {
    // Nothing after a panic is news in this boot.
    if (Builder* builder = builder_for(line))
      builder->extend(line_number);
    else
      secondary(culprit, line_number);
    return true;
  }

  Builder* current = builder_for(line);
  const bool dying = dead || (current && current->fatal());
  if (dying && (format.kind == Kind::bad_rss ||
                (!current && format.role == Role::detail && (format.flags & kNoTrace)))) {
    // What a task leaves behind that died in the middle of something.
    if (current)
      current->extend(line_number);
    else
      secondary(culprit, line_number);
    return true;
  }
  if (format.role == Role::marked) {
    const bool busy =
        std::ranges::any_of(open, [](const auto& builder) { return !builder->ended(); });
    if (busy || mark_line == 0 || line_number - mark_line > kMarkLines) return false;
    close_all(false);
    start(std::move(match), line);
    open.back()->take(line_number, line);
    return true;
  }
  const bool panic = format.role == Role::consequence;
  if (panic) {
    if (!current && !open.empty()) current = open.back().get();
    bool caused = is_consequence_text(match.text);
    if (current && (caused || current->fatal() || current->format().role == Role::early)) {
      current->absorb(std::move(match), line_number);
      panicked = true;
      return true;
    }
    if (!current && (dead || (caused && previous >= 0 && line_number - previous_end < kIncident))) {
      panicked = true;
      secondary(dead ? culprit : previous, line_number);
      return true;
    }
    start(std::move(match), line);
    panicked = true;
    return true;
  }

  if (current) {
    const Format& now = current->format();
    bool belongs = false;
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
      std::make_unique<Builder>(std::move(match), first, line_number, std::string(line.caller)));
}

void Triage::State::secondary(std::ptrdiff_t of, std::uint64_t end_line) {
  if (of < 0 || static_cast<std::size_t>(of) >= done.size()) return;
  ++done[static_cast<std::size_t>(of)].secondaries;
  (void)end_line;
}

void Triage::State::close(std::size_t index, bool cut) {
  std::unique_ptr<Builder> builder = std::move(open[index]);
  open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
  Report report = builder->finish(cut);
  if (report.title.empty()) return;

  if (builder->tainted_by_death() && dead && culprit >= 0)
    return secondary(culprit, report.end_line);
  if (panicked && culprit >= 0) return secondary(culprit, report.end_line);
  if (previous >= 0 && static_cast<std::size_t>(previous) < done.size()) {
    Report& before = done[static_cast<std::size_t>(previous)];
    bool near = report.start_line - std::min(report.start_line, previous_end) < 80;
    // A sanitizer saw the access that then faults.
    if (near && is_sanitizer(before.kind) && report.kind == Kind::oops &&
        (before.function == report.function ||
         (!previous_pid.empty() && previous_pid == builder->pid()))) {
      dead = dead || builder->fatal();
      if (dead && culprit < 0) culprit = previous;
      before.end_line = std::max(before.end_line, report.end_line);
      return secondary(previous, report.end_line);
    }
  }
  if (report.kind == Kind::bad_rss && previous >= 0 &&
      done[static_cast<std::size_t>(previous)].kind == Kind::bad_rss &&
      report.start_line - previous_end <= 6) {
    // One dying mm has several counters.
    done[static_cast<std::size_t>(previous)].end_line = previous_end = report.end_line;
    return secondary(previous, report.end_line);
  }
  if (builder->format().flags & kRepeats) {
    // The same thing said again: still hung, still stalled.
    for (std::size_t i = done.size(); i-- > 0 && done.size() - i < 64;) {
      if (done[i].signature == report.signature && done[i].process == report.process)
        return secondary(static_cast<std::ptrdiff_t>(i), report.end_line);
    }
  }
  keep(std::move(report), *builder);
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

void Triage::State::reboot(Match match, const Line& line) {
  close_all(false);
  bool explained = orderly || panicked || dead || !banner_seen || boot_lines < 8;
  // A boot console is replayed on the real one: the banner comes twice, with nothing but boot
  // between.
  if (boot_console && !user_space) explained = true;
  banner_seen = true;
  boot_lines = 0;
  user_space = orderly = boot_console = dead = panicked = false;
  culprit = previous = -1;
  if (!explained && options.report_reboots) {
    start(std::move(match), line);
    close_all(false);
    previous = -1;
  }
}

std::shared_ptr<const Matcher> make_matcher() { return std::make_shared<const Matcher>(); }

Triage::Triage(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Triage::~Triage() = default;
Triage::Triage(Triage&&) noexcept = default;
Triage& Triage::operator=(Triage&&) noexcept = default;

void Triage::feed(std::string_view chunk) { state_->feed(chunk); }

std::vector<Report> Triage::finish() {
  bool partial = !state_->carry.empty();
  if (partial) {
    std::string last;
    last.swap(state_->carry);
    state_->raw_line(last);
  }
  state_->close_all(false);
  std::ranges::sort(state_->done, {}, &Report::start_line);
  return state_->done;
}

void Triage::on_open(std::function<void(const Opened&)> callback) {
  state_->on_open = std::move(callback);
}
void Triage::on_report(std::function<void(const Report&)> callback) {
  state_->on_report = std::move(callback);
}
void Triage::flush() { state_->close_all(false); }
const std::vector<Report>& Triage::reports() const { return state_->done; }
bool Triage::anything_open() const { return !state_->open.empty(); }
bool Triage::panicked() const { return state_->panicked; }
std::uint64_t Triage::lines() const { return state_->line_number; }
std::uint64_t Triage::dropped() const { return state_->dropped; }

std::vector<Report> triage_text(std::string_view text, Options options) {
  Triage triage(std::move(options));
  triage.feed(text);
  return triage.finish();
}

}  // namespace triage
