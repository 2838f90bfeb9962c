// SPDX-License-Identifier: Apache-2.0
// TapReader's levels: which one a line belongs to, how they open and close, and the names of what
// they hold.
#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "ktap/tap_reader.h"

namespace ktap {
namespace {

constexpr std::size_t kDeepest = 24;       // levels; deeper indentation is taken for a remark
constexpr std::size_t kMostHeld = 20'000;  // results that wait for their parent's name

bool blanks_only(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

// ", the last to start: x" when x began and has no result.
std::string last_started(const Context& context, std::size_t since_run) {
  if (context.run && since_run == 0) return ", the last to start: " + bounded_text(*context.run);
  if (context.harness) return ", the last to start: " + bounded_text(*context.harness);
  return "";
}

}  // namespace

bool TapReader::may_open(const Level& top, const Line& line) {
  const auto deeper = line.lead.substr(top.lead.size());
  const bool opens = line.kind == LineKind::version || line.kind == LineKind::plan;
  // "# ok 1 x" may be a remark; it is a subtest's result when a subtest was announced.
  if (!blanks_only(deeper)) return opens || (line.kind == LineKind::result && top.next_child);
  const bool indented = deeper.size() >= 2 || deeper.find('\t') != std::string_view::npos;
  return indented && (opens || line.result.number.has_value());
}

TapReader::Level* TapReader::level_of(const Line& line) {
  if (line.kind == LineKind::bail) {
    for (std::size_t i = levels_.size(); i-- > 0;)
      if (levels_[i].lead == line.lead) return &levels_[i];
    return blanks_only(line.lead) || levels_.size() > 1 ? &levels_.back() : nullptr;
  }
  std::size_t keep = levels_.size();
  while (keep > 1 && !line.lead.starts_with(levels_[keep - 1].lead)) --keep;
  if (levels_[keep - 1].lead == line.lead) {
    pop_to(line.lead, line.kind == LineKind::result ? &line.result : nullptr);
    return &levels_.back();
  }
  // A new level below `keep`: what is above it is over.
  if (keep >= kDeepest || !may_open(levels_[keep - 1], line)) return nullptr;
  pop_to(std::string(levels_[keep - 1].lead), nullptr);
  Level level;
  level.lead = std::string(line.lead);
  Level& parent = levels_.back();
  level.name = std::exchange(parent.next_child ? parent.next_child : parent.block, std::nullopt);
  levels_.push_back(std::move(level));
  return &levels_.back();
}

void TapReader::pop_to(std::string_view lead, const ResultLine* parent) {
  closed_skip_all_.reset();
  closed_bail_.reset();
  while (levels_.size() > 1 && levels_.back().lead.size() > lead.size()) {
    const bool child = levels_[levels_.size() - 2].lead == lead;
    close_top(child ? parent : nullptr);
  }
}

void TapReader::close_top(const ResultLine* parent) {
  Level level = std::move(levels_.back());
  const std::size_t depth = levels_.size() - 1;
  if (!level.name && parent && !parent->name.empty()) level.name = bounded_text(parent->name);
  std::vector<RawCase> held = std::exchange(level.held, {});
  if (!level.name) level.name = "";
  closed_skip_all_ = level.skip_all;
  closed_bail_ = level.bail;
  levels_[depth - 1].had_child = true;
  if (!parent && level.bail && !summary_.bail) summary_.bail = level.bail;
  levels_.back() = std::move(level);
  for (auto& raw : held) emit(depth, std::move(raw));
  // A parent that was skipped (exit status 4) excuses the rest of its plan.
  end_document(levels_.back(), parent && parent->directive == Directive::skip);
  levels_.pop_back();
}

// The end of one plan's worth of results at this level.
void TapReader::end_document(Level& level, bool excused) {
  if (level.plan_again) settle_plan(level, false);
  const bool outermost = &level == &levels_.front();
  if (!level.plan && level.highest_number > level.seen) {
    summary_.nested_complete = false;
    note(fmt::format("the numbers go up to {}, {} results were reported", level.highest_number,
                     level.seen));
  }
  if (level.plan) {
    const std::size_t missing = *level.plan > level.seen ? *level.plan - level.seen : 0;
    const std::size_t extra = level.seen > *level.plan ? level.seen - *level.plan : 0;
    if (outermost) {
      summary_.planned = summary_.planned.value_or(0) + *level.plan;
      summary_.missing += missing;
      summary_.extra += extra;
    } else if ((missing > 0 && !excused) || extra > 0) {
      summary_.nested_complete = summary_.nested_complete && missing == 0;
      RawCase raw;
      raw.name = "(plan)";
      raw.outcome = missing > 0 ? model::Outcome::missing : model::Outcome::fail;
      raw.reason =
          missing > 0 ? fmt::format("{} of {} planned cases never reported", missing, *level.plan) +
                            last_started(level.context, level.since_run)
                      : fmt::format("{} results for a plan of {}", level.seen, *level.plan);
      if (extra > 0) ++summary_.bad;
      emit(levels_.size() - 1, std::move(raw));
    }
  }
  if (outermost && level.context.run && level.since_run == 0)
    summary_.last_started = level.context.run;
  else if (outermost && level.context.harness)
    summary_.last_started = level.context.harness;
  level.versioned = level.restarted = level.misnumbered = level.had_child = false;
  level.last_number = level.highest_number = 0;
  level.plan.reset();
  level.seen = 0;
  level.counts = {};
  level.context = {};
  level.since_run = 0;
}

// KUnit and Test::More print `# Subtest: x` inside the subtest, TAP 14 at the parent's indentation.
void TapReader::subtest(const Line& line) {
  const auto lead = line.lead.substr(0, line.lead.rfind('#'));
  const std::string name = bounded_text(line.data);
  std::size_t keep = levels_.size();
  while (keep > 1 && !lead.starts_with(levels_[keep - 1].lead)) --keep;
  pop_to(std::string(levels_[keep - 1].lead), nullptr);
  Level& top = levels_.back();
  if (top.lead == lead) {
    if (top.restarted && levels_.size() < kDeepest) {
      top.restarted = false;
      Level level;
      level.lead = std::string(lead);
      level.name = name;
      level.flat = level.versioned = true;
      levels_.push_back(std::move(level));
      return;
    }
    if (!top.name && top.seen == 0 && top.held.empty())
      top.name = name;
    else
      top.next_child = name;
    return;
  }
  if (!blanks_only(std::string_view(lead).substr(top.lead.size())) || levels_.size() >= kDeepest)
    return;
  Level level;
  level.lead = std::string(lead);
  level.name = name;
  levels_.push_back(std::move(level));
}

void TapReader::emit(std::size_t depth, RawCase raw) {
  for (; depth > 0; --depth) {
    Level& level = levels_[depth];
    if (!level.name) {
      level.held.push_back(std::move(raw));
      if (level.held.size() < kMostHeld) return;
      level.name = "";  // the parent takes too long: go on without its name
      for (auto& waiting : std::exchange(level.held, {})) emit(depth, std::move(waiting));
      return;
    }
    if (!level.name->empty()) raw.name = *level.name + "/" + raw.name;
  }
  sink_(std::move(raw));
}

}  // namespace ktap
