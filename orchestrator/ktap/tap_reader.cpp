// SPDX-License-Identifier: Apache-2.0
#include "ktap/tap_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/tap_text.h"

namespace ktap {
namespace {

constexpr std::size_t kEvidenceLines = 8;
constexpr std::size_t kEvidenceWidth = 240;
constexpr std::size_t kMostNotes = 20;

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

void TapReader::aside(std::string_view text) {
  remember(text);
  const std::string_view comment = base::trim(comment_text(text));
  if (base::trim(text).starts_with('#') && !says_nothing(comment))
    levels_.back().context.remark = std::string(comment.substr(0, 4096));
}

void TapReader::remember(std::string_view text) {
  if (text.empty()) return;
  recent_.emplace_back(text.substr(0, kEvidenceWidth));
  if (recent_.size() > kEvidenceLines) recent_.pop_front();
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
  if (level.versioned || level.plan || level.seen > 0) end_document(level, false);
  level.versioned = true;
}

void TapReader::plan(Level& level, const Line& line) {
  if (level.restarted) {
    end_document(level, false);
    level.versioned = true;
  }
  if (level.plan) {
    if (level.seen < *level.plan) {
      if (line.plan != *level.plan)
        note(fmt::format("a second plan, 1..{}, was ignored", line.plan));
      return;
    }
    end_document(level, false);  // text of several programs in a row, without version lines
  }
  level.plan = line.plan;
  if (line.skip_all) level.skip_all = bounded_text(line.data);
  if (line.skip_all && &level == &levels_.front()) summary_.skip_all = level.skip_all;
}

void TapReader::result(Level& level, const Line& line, std::size_t number) {
  const ResultLine& parsed = line.result;
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
  emit(levels_.size() - 1, std::move(raw));
}

// Any other line: what it tells of the results that follow.
void TapReader::remark(std::string_view text, std::size_t number) {
  std::size_t depth = levels_.size() - 1;
  while (depth > 0 && !text.starts_with(levels_[depth].lead)) --depth;
  std::string_view rest = text.substr(levels_[depth].lead.size());
  const bool comment = base::trim(rest).starts_with('#');
  rest = base::trim(comment_text(rest));
  if (auto child = announced_child(rest)) {
    // Without a '#' of its own it was printed by the parent, through the prefix of a subtest that
    // never ended.
    if (!comment && depth > 0) pop_to(std::string(levels_[depth - 1].lead), nullptr);
    if (comment || depth > 0) levels_.back().next_child = std::move(child);
    return;
  }
  if (!comment) return;
  if (levels_.back().next_child && uffd_.line(rest, number)) return;
  Level& level = levels_[depth];
  std::optional<std::string_view> run;
  for (std::string_view start : {"[RUN] ", "Run test: ", "[INFO] "})
    if (rest.starts_with(start)) run = base::trim(rest.substr(start.size()));
  if (rest.starts_with("[INFO] ") && (!names_by_info() || rest.starts_with("[INFO] detected ")))
    run.reset();
  if (run) {
    level.context.run = std::string(*run);
    level.context.remark.reset();
    level.since_run = 0;
  } else if (auto name = harness_run(rest)) {
    level.context.harness = std::move(name);
    level.context.remark.reset();
  } else if (rest.starts_with("Totals: ")) {
    totals(level, rest);
  } else if (!says_nothing(rest)) {
    level.context.remark = std::string(rest.substr(0, 4096));
  }
}

// mkdirty says what it does in `# [INFO] Page migration` and calls every result the same.
bool TapReader::names_by_info() const {
  if (base::glob_match("*mkdirty*", test_id_)) return true;
  return levels_.back().name && base::glob_match("*mkdirty*", *levels_.back().name);
}

// "Totals: pass:%u fail:%u xfail:%u xpass:%u skip:%u error:%u" against what was read.
void TapReader::totals(Level& level, std::string_view text) {
  const auto pass = count_after(text, " pass:"), fail = count_after(text, " fail:"),
             error = count_after(text, " error:");
  // KUnit has totals too, over what lies below; only kselftest's, which count errors, are of this
  // level.
  if (!pass || !fail || !error) return;
  const std::size_t failed = *fail + *error;
  const bool outermost = &level == &levels_.front();
  std::size_t all = *pass + failed;
  for (std::string_view word : {" xfail:", " xpass:", " skip:"})
    all += count_after(text, word).value_or(0);
  if (outermost) summary_.totals_seen = all == level.seen;
  if (outermost && !level.plan && all > level.seen) summary_.lost_results += all - level.seen;
  if (*pass == level.counts.pass && failed == level.counts.fail) return;
  note(fmt::format("totals say pass:{} fail:{}, the lines say pass:{} fail:{}", *pass, failed,
                   level.counts.pass, level.counts.fail));
  if (failed > level.counts.fail) summary_.lost_failures += failed - level.counts.fail;
}

void TapReader::note(std::string text) {
  if (summary_.notes.size() < kMostNotes) summary_.notes.push_back(std::move(text));
}

std::string TapReader::take_evidence() {
  std::string out;
  for (const auto& line : recent_) out += line + "\n";
  recent_.clear();
  return out;
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
