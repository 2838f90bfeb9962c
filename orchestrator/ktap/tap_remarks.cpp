// SPDX-License-Identifier: Apache-2.0
// TapReader's lines that are no results: what they tell of the ones that follow, the totals that
// check them, and the evidence kept for a failure.
#include <utility>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/tap_reader.h"
#include "ktap/tap_text.h"

namespace ktap {
namespace {

constexpr std::size_t kEvidenceLines = 8;
constexpr std::size_t kEvidenceWidth = 240;
constexpr std::size_t kMostNotes = 20;

}  // namespace

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

}  // namespace ktap
