// SPDX-License-Identifier: Apache-2.0
// The stream: bytes to lines, lines to the report they belong to.
#include "triage/triage.h"

#include <algorithm>
#include <cstring>

#include "triage/state.h"

namespace triage {
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
  if (banner_seen && boot_lines < kBootLines && !doubt) boots.note(raw);
  if (doubt) settle(boots.judge(raw));
  if (options.symbols && !kernel_offset) read_kernel_offset(raw);
  const auto remember = [&] {
    // What a boot says before its banner is not what stood above it.
    if (!raw.empty() && raw.substr(0, 40).find(" 0.000000]") == std::string_view::npos)
      line_before.assign(raw.substr(0, 160));
  };
  if (open.empty() && pending_line + 1 != line_number && !matcher.interesting(raw)) {
    // A ruler: lockdep and KASAN draw one above their head. Cheap to see, and it dates the report's
    // start.
    if (raw.size() > 1 && raw.back() == '=' && raw[raw.size() - 2] == '=')
      banner_line = line_number;
    remember();
    return;
  }
  std::string clean;
  if (raw.find('\x1b') != std::string_view::npos || raw.find('\0') != std::string_view::npos) {
    clean = raw;
    clean.resize(strip_escapes(clean.data(), clean.size()));
    raw = clean;
  }
  Line line = parse_line(raw);
  if (!line.time.empty() && !times_differ) {
    if (first_time.empty())
      first_time = line.time;
    else
      times_differ = line.time != first_time;
  }
  handle(line);
  remember();
}

// Mail breaks long heads: tries the line before and this one as one. True if the line was used up.
bool Triage::State::continue_head(const Line& line) {
  const bool next = pending_line + 1 == line_number;
  pending_line = 0;
  if (!next || line.body.empty() || (line.stamped && pending_stamped)) return false;
  std::string joined = pending + " " + std::string(line.body);
  Line whole{joined, line.caller.empty() ? pending_caller : line.caller, line.time, line.stamped};
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
  // A sentence that goes on in lower case after a full line.
  const bool goes_on = pending.size() >= 45 && line.body.size() < 70 && line.body[0] >= 'a' &&
                       line.body[0] <= 'z' &&
                       line.body.find_first_of(":[=") == std::string_view::npos;
  if (vague ? (match->format == &pending_head->format() && !certain && !goes_on)
            : match->format->kind != pending_head->format().kind)
    return false;
  pending_head->rehead(std::move(*match), line_number);
  if (certain) {
    pending = std::move(joined);  // there may be a third line
    pending_line = line_number;
  }
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

// The row that the line matches, perhaps after a name that stands before every line.
std::optional<Match> Triage::State::match_line(Line& line) {
  auto match = matcher.match(line);
  const std::size_t name = line.stamped ? 0 : name_length(line.body);
  if (name == 0 || (match && !match->lead.starts_with(line.body.substr(0, name)))) return match;
  if (match && match->format->group == "user-death") return match;  // the name is who died
  const Line named{line.body.substr(name), line.caller, line.time, line.stamped};
  auto bare = matcher.match(named);
  if (!bare || bare->format->title.empty()) return match;
  if (match ? match->format != bare->format : (bare->format->flags & kNeedsProof) != 0)
    return match;
  learned = line.body.substr(0, name);
  line = named;
  return bare;
}

void Triage::State::handle(Line line) {
  if (!learned.empty() && !line.stamped && line.body.starts_with(learned))
    line.body.remove_prefix(
        std::min(line.body.find_first_not_of(" \t", learned.size()), line.body.size()));
  if (line.body.size() > 1 && line.body.starts_with("==") &&
      line.body.find_first_not_of('=') == std::string_view::npos)
    banner_line = line_number;
  if (pending_line != 0 && continue_head(line)) return;
  if (matcher.interesting(line.body)) {
    auto match = match_line(line);
    const std::size_t before = open.size();
    const bool used = match && head(std::move(*match), line);
    if (line.body.size() > 20 && !line.body.ends_with("[inline]") &&
        (!match || (used && !open.empty() && open.size() > before - (before > 0)))) {
      pending = line.body;
      pending_line = line_number;
      pending_stamped = line.stamped;
      pending_caller = line.caller;
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
  if (state_->doubt) state_->settle(state_->boots.settle());
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
bool Triage::anything_open() const {
  return std::ranges::any_of(state_->open, [](const auto& builder) { return !builder->orphan(); });
}
bool Triage::panicked() const { return state_->panicked; }
std::uint64_t Triage::lines() const { return state_->line_number; }
std::uint64_t Triage::dropped() const { return state_->dropped; }

std::vector<Report> triage_text(std::string_view text, Options options) {
  Triage triage(std::move(options));
  triage.feed(text);
  return triage.finish();
}

}  // namespace triage
