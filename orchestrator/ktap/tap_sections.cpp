// SPDX-License-Identifier: Apache-2.0
// TapReader's lines that stand for levels without saying so: the parts of run_vmtests.sh's output
// when it prints no TAP (Linux 6.1, and -n since), subtests whose indentation is lost, and results
// printed behind somebody's unfinished line.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/tap_reader.h"
#include "ktap/tap_text.h"

namespace ktap {

const std::string* TapReader::section() const {
  return levels_.size() > 1 && levels_[1].section ? &*levels_[1].name : nullptr;
}

// "-----" / "running ./x" / "-----", the program's own text, "[PASS]", "[SKIP]" or "[FAIL]", and in
// the end "SUMMARY: PASS=1 SKIP=0 FAIL=0". False when it is none of these lines.
bool TapReader::section_line(std::string_view text, std::size_t number) {
  constexpr std::string_view kTitle = "running ";
  const bool dashes = text.size() >= 8 && text.find_first_not_of('-') == std::string_view::npos;
  const bool framed = std::exchange(after_dashes_, dashes);
  if (framed && text.starts_with(kTitle)) {
    std::string_view name = base::trim(text.substr(kTitle.size()));
    for (std::string_view start : {"bash ", "./"})
      if (name.starts_with(start)) name.remove_prefix(start.size());
    if (!name.empty()) open_section(bounded_text(name));
    return true;
  }
  if (section()) {
    if (text == "[PASS]") return close_section(model::Outcome::pass, number), true;
    if (text == "[SKIP]") return close_section(model::Outcome::unfit, number), true;
    if (text == "[FAIL]") return close_section(model::Outcome::fail, number), true;
  }
  Level& outer = levels_.front();
  if (!text.starts_with("SUMMARY: PASS=") || !outer.had_child || outer.plan) return false;
  const auto pass = count_after(text, "PASS="), skip = count_after(text, "SKIP="),
             fail = count_after(text, "FAIL=");
  if (pass && skip && fail) outer.plan = *pass + *skip + *fail;
  return true;
}

void TapReader::open_section(std::string name) {
  if (section()) close_section(std::nullopt, 0);
  pop_to("", nullptr);
  summary_.any_structure = true;
  Level level;
  level.name = std::move(name);
  level.flat = level.section = true;
  levels_.push_back(std::move(level));
}

// Without an outcome the program never came to its end.
void TapReader::close_section(std::optional<model::Outcome> outcome, std::size_t number) {
  RawCase raw;
  raw.name = *section();
  raw.line = number;
  raw.outcome = outcome.value_or(model::Outcome::missing);
  raw.skipped = outcome == model::Outcome::unfit;
  if (!outcome) {
    raw.reason = "started and never reported";
  } else if (outcome != model::Outcome::pass && !recent_.empty()) {
    raw.reason = bounded_text(base::trim(recent_.back()));
    if (raw.reason->find_first_not_of('-') == std::string::npos) raw.reason.reset();  // the frame
  }
  ResultLine parent;
  parent.name = raw.name;
  parent.directive = raw.skipped ? Directive::skip : Directive::none;
  pop_to("", nullptr);
  while (levels_.size() > 1) close_top(&parent);
  if (raw.skipped && closed_skip_all_ && !closed_skip_all_->empty()) raw.reason = closed_skip_all_;
  if (outcome == model::Outcome::fail && closed_bail_) raw.reason = closed_bail_;
  closed_bail_.reset();
  raw.evidence = take_evidence();
  if (outcome == model::Outcome::pass) raw.evidence.clear();
  Level& outer = levels_.front();
  if (outcome) {
    ++outer.seen;
    ++summary_.reported;
    if (outcome == model::Outcome::fail) ++summary_.bad;
  } else {
    summary_.nested_complete = false;
  }
  emit(0, std::move(raw));
}

// The level of a result that a flat subtest does not hold any more: its plan is met, or the result
// has its name.
TapReader::Level* TapReader::past_flat(Level* level, const ResultLine& result) {
  while (level == &levels_.back() && level->flat && !level->section) {
    const bool met = level->plan && level->seen >= *level->plan;
    const Level& parent = levels_[levels_.size() - 2];
    const bool named = level->name == bounded_text(result.name) &&
                       (!level->plan || result.number == parent.last_number + 1);
    if (!met && !named) break;
    close_top(&result);
    level = &levels_.back();
  }
  return level;
}

void TapReader::bail_out(const Line& line) {
  const std::string text = bounded_text(line.data);
  Level* level = nullptr;
  for (std::size_t i = levels_.size(); i-- > 1 && !level;)
    if (levels_[i].lead == line.lead) level = &levels_[i];
  if (!level) {
    if (!summary_.bail || only_counts_failures(*summary_.bail)) summary_.bail = text;
    return;
  }
  // A subtest's own: its parent tells what that meant.
  if (only_counts_failures(text)) return;
  if (!level->bail) level->bail = text.empty() ? "Bail out!" : "Bail out! " + text;
}

const TapReader::Level& TapReader::level_for(std::string_view text) const {
  std::size_t depth = levels_.size() - 1;
  while (depth > 0 && !text.starts_with(levels_[depth].lead)) --depth;
  return levels_[depth];
}

std::string TapReader::glued_line(std::string_view text, std::size_t& cut) const {
  constexpr auto npos = std::string_view::npos;
  if (text.size() > 4096) return {};
  if (text.find("ok ") == npos && text.find("Bail out! ") == npos) return {};
  if ((cut = runner_result_at(text)) != npos) {
    const std::string_view rest = text.substr(cut);
    const std::string name = classify(rest).result.name;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const bool child = i + 1 < levels_.size() && levels_[i + 1].name &&
                         name.starts_with(*levels_[i + 1].name) && !levels_[i + 1].name->empty();
      if (child || (levels_[i].next_child && name.starts_with(*levels_[i].next_child)))
        return levels_[i].lead + std::string(rest);
    }
    return std::string(rest);
  }
  const Level& level = level_for(text);
  const LineKind kind = classify(text).kind;
  if (kind != LineKind::other) return {};
  cut = result_behind(text, level.plan ? level.last_number + 1 : 0);
  return cut == npos ? std::string() : level.lead + std::string(text.substr(cut));
}

void TapReader::number_seen(Level& level, const ResultLine& result, std::size_t line) {
  const std::size_t expected = level.last_number + 1;
  level.last_number = result.number.value_or(expected);
  if (level.last_number > 1'000'000'000) level.last_number = expected;
  level.highest_number = std::max(level.highest_number, level.last_number);
  if (level.last_number == expected || level.misnumbered) return;
  level.misnumbered = true;
  note(fmt::format("line {}: result {} where {} was expected", line, level.last_number, expected));
}

}  // namespace ktap
