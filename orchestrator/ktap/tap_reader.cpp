// SPDX-License-Identifier: Apache-2.0
#include "ktap/tap_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/tap_text.h"

namespace ktap {
namespace {

// The directive decides before ok / not ok. SKIP is decided later, by the table of reasons.
model::Outcome outcome_of(const ResultLine& result) {
  using model::Outcome;
  switch (result.directive) {
    case Directive::skip:
      return Outcome::unfit;
    case Directive::todo:
      return result.ok ? Outcome::xpass : Outcome::xfail;
    case Directive::xfail:
      return Outcome::xfail;  // kselftest prints it with `ok`
    case Directive::xpass:
      return Outcome::xpass;
    case Directive::timeout:
      return Outcome::hang;
    case Directive::error:
      return Outcome::fail;
    case Directive::none:
      break;
  }
  return result.ok ? Outcome::pass : Outcome::fail;
}

}  // namespace

TapReader::TapReader(std::string test_id, CaseSink sink)
    : test_id_(std::move(test_id)), sink_(std::move(sink)), uffd_([this](RawCase raw) {
        const auto& child = levels_.back().next_child;
        if (raw.outcome == model::Outcome::fail) ++summary_.bad;
        if (raw.outcome == model::Outcome::missing) summary_.nested_complete = false;
        if (child) raw.name = *child + "/" + raw.name;
        emit(levels_.size() - 1, std::move(raw));
      }) {
  levels_.emplace_back();
  levels_.front().name = "";
}

void TapReader::line(std::string_view text, std::size_t number) {
  for (std::size_t cut = glued_at(text); cut != std::string_view::npos; cut = glued_at(text)) {
    one_line(text.substr(0, cut), number);
    text.remove_prefix(cut);
  }
  std::size_t cut = 0;
  const std::string glued = glued_line(text, cut);
  if (glued.empty()) return one_line(text, number);
  one_line(text.substr(0, cut), number);
  one_line(glued, number);
}

void TapReader::last_line(std::string_view text, std::size_t number) {
  const Line parsed = classify(text);
  const bool bad = !parsed.result.ok && parsed.result.directive == Directive::none;
  if (parsed.kind != LineKind::result || bad) return line(text, number);
  const Level& level = level_for(text);
  const Level& outer = levels_.front();
  const bool any_plan = outer.plan || level.plan || summary_.planned;
  const bool fulfils = level.lead == parsed.lead && level.plan && level.seen + 1 == *level.plan &&
                       (&level == &outer || !outer.plan);
  if ((fulfils || !any_plan) && !looks_cut(text, parsed.result)) return line(text, number);
  note(fmt::format("line {} has no end and was not counted: {}", number, bounded_text(text)));
  remember(text);
}

void TapReader::one_line(std::string_view text, std::size_t number) {
  Line parsed = classify(text);
  const bool yaml = inside_yaml(text, parsed);
  Level* level = nullptr;
  // KTAP numbers its results; what has none is somebody's remark. TAP leaves the number out at
  // will.
  if (parsed.kind == LineKind::result && ktap_ && !parsed.result.number && !parsed.result.dash)
    parsed.kind = LineKind::other;
  if (!yaml && parsed.kind != LineKind::other && parsed.kind != LineKind::subtest)
    level = level_of(parsed);
  if (level && parsed.kind == LineKind::result) level = past_flat(level, parsed.result);
  if (level) {
    summary_.any_structure = true;
    after_result_ = parsed.kind == LineKind::result;
    switch (parsed.kind) {
      case LineKind::version:
        version(*level, parsed.text);
        return;
      case LineKind::plan:
        plan(*level, parsed);
        return;
      case LineKind::result:
        result(*level, parsed, number);
        return;
      case LineKind::bail:
        bail_out(parsed);
        break;
      default:
        break;
    }
  }
  if (!yaml && !level && section_line(text, number)) return;
  remember(text);
  if (yaml || level) return;
  if (parsed.kind == LineKind::subtest) return subtest(parsed);
  remark(text, number);
}

// A YAML block ("---" to "...", indented below its result) may hold anything, `ok 1` too. It ends
// at the latest with the first line that is indented less.
bool TapReader::inside_yaml(std::string_view text, const Line& line) {
  if (!yaml_lead_) {
    if (!after_result_ || base::trim(line.text) != "---" || line.lead.empty() ||
        line.lead.back() == '#')
      return false;
    yaml_lead_ = line.lead.size();
    return true;
  }
  if (base::trim(text).empty()) return true;
  if (line.lead.size() < *yaml_lead_) {
    yaml_lead_.reset();
    return false;
  }
  if (base::trim(line.text) == "..." && line.lead.size() == *yaml_lead_) yaml_lead_.reset();
  return true;
}

void TapReader::version(Level& level, std::string_view text) {
  ktap_ = text.starts_with('K');
  // In the middle of a plan it may belong to another document, to a subtest whose indentation is
  // lost, or to nobody: the next line tells.
  level.restarted = level.plan && level.seen < *level.plan;
  if (level.restarted) return;
  settle_plan(level, false);
  if (level.versioned || level.plan || level.seen > 0) end_document(level, false);
  level.versioned = true;
}

void TapReader::plan(Level& level, const Line& line) {
  if (level.restarted && level.seen == 0 && level.plan == line.plan) {
    // A child of fork() wrote the header again that it found in its buffer.
    level.restarted = false;
    return;
  }
  if (level.restarted) {
    end_document(level, false);
    level.versioned = true;
  }
  if (level.plan_again) settle_plan(level, true);
  if (level.plan) {
    if (level.seen < *level.plan) {
      if (line.plan != *level.plan)
        note(fmt::format("a second plan, 1..{}, was ignored", line.plan));
      return;
    }
    // The same plan at the end, or text of several programs in a row without version lines: what
    // follows tells.
    level.plan_again = line.plan;
    return;
  }
  level.plan = line.plan;
  if (line.skip_all) level.skip_all = bounded_text(line.data);
  if (line.skip_all && &level == &levels_.front()) summary_.skip_all = level.skip_all;
}

// A plan came after the one before it was met. With more results behind it, or another count, it is
// the next document's.
void TapReader::settle_plan(Level& level, bool more) {
  const std::optional<std::size_t> again = std::exchange(level.plan_again, std::nullopt);
  if (!again || (!more && again == level.plan)) return;
  end_document(level, false);
  level.plan = again;
}

void TapReader::result(Level& level, const Line& line, std::size_t number) {
  const ResultLine& parsed = line.result;
  settle_plan(level, true);
  if (level.restarted && (!parsed.number || *parsed.number != level.last_number + 1))
    end_document(level, false);
  level.restarted = false;
  number_seen(level, parsed, number);
  NamedResult named = name_result(parsed, level.context, test_id_);
  RawCase raw;
  raw.name = std::move(named.name);
  raw.reason = std::move(named.reason);
  raw.outcome = outcome_of(parsed);
  raw.skipped = parsed.directive == Directive::skip;
  raw.line = number;
  if (raw.skipped && !raw.reason && closed_skip_all_ && !closed_skip_all_->empty())
    raw.reason = closed_skip_all_;
  if (raw.outcome == model::Outcome::fail && closed_bail_)
    raw.reason = raw.reason ? *raw.reason + "; " + *closed_bail_ : *closed_bail_;
  else if (closed_bail_ && !summary_.bail)
    summary_.bail = closed_bail_;  // and yet its parent says that all is well
  closed_bail_.reset();
  closed_skip_all_.reset();
  raw.evidence = take_evidence();
  if (raw.outcome == model::Outcome::pass) raw.evidence.clear();

  switch (raw.outcome) {
    case model::Outcome::pass:
      ++level.counts.pass;
      break;
    case model::Outcome::xfail:
      ++level.counts.xfail;
      break;
    case model::Outcome::xpass:
      ++level.counts.xpass;
      break;
    case model::Outcome::unfit:
      ++level.counts.skip;
      break;
    default:
      ++level.counts.fail;
      ++summary_.bad;
      break;
  }
  ++level.seen;
  ++level.since_run;
  level.context.harness.reset();
  level.context.remark.reset();
  uffd_.end_pending();
  level.next_child.reset();
  if (&level == &levels_.front()) {
    ++summary_.reported;
    summary_.last_skip.reset();
    if (raw.skipped) summary_.last_skip = raw.reason.value_or("");
  }
  level.block.reset();
  if (parsed.block) level.block = raw.name;
  emit(levels_.size() - 1, std::move(raw));
}

TapSummary TapReader::finish() {
  if (section()) close_section(std::nullopt, 0);
  Level& outer = levels_.front();
  // What had begun and never told its own result.
  std::optional<std::string> begun = outer.next_child;
  if (levels_.size() > 1 && levels_[1].name && !levels_[1].name->empty()) begun = levels_[1].name;
  const bool outer_empty = !outer.plan && summary_.reported == 0 && !summary_.planned;
  std::optional<std::size_t> inner;
  if (outer_empty && levels_.size() > 1) inner = levels_[1].plan;
  pop_to("", nullptr);
  while (levels_.size() > 1) close_top(nullptr);
  if (outer.plan && outer.seen < *outer.plan && begun) summary_.last_started = begun;
  if (!outer.plan && begun) {
    RawCase raw;
    raw.name = *begun;
    raw.outcome = model::Outcome::missing;
    raw.reason = "started and never reported";
    summary_.nested_complete = false;
    emit(0, std::move(raw));
  }
  if (closed_bail_ && !summary_.bail) summary_.bail = closed_bail_;
  summary_.header_only = outer.versioned && !outer.plan && outer.seen == 0 && !outer.had_child;
  end_document(outer, false);
  if (!summary_.planned && inner) summary_.planned = inner;  // the text is one indented document
  return summary_;
}

}  // namespace ktap
