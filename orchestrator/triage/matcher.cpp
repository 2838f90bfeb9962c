// SPDX-License-Identifier: Apache-2.0
#include "triage/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/error.h"

namespace triage {
namespace {

// What may stand between a line's prefix and a format's anchor without casting doubt on it: the
// tags of kernel subsystems, brackets and rulers, "CPU 1 " of mips, "[#1] " ...
const re2::RE2& tag_pattern() {
  static const re2::RE2 pattern(
      R"((?:(?:NMI watchdog|watchdog|rcu(?:_\w+)?|Oops|kernel|INFO|BUG|WARNING|workqueue|traps|mce|\[Hardware Error\]|debugobjects|usercopy|slub|slab|kasan|kfence|kobject|smp|kmemleak|CPU ?\d*|CPU:\d+|do_cpu|do_msa|do_msa_fpe|Break instruction|TLB refill exception)(?:: ?| |$)|[\[\]=*|-]+ ?|k)*)");
  return pattern;
}

// A journal's line of a program other than the kernel; an event of ftrace, perf or trace-cmd.
const re2::RE2& other_speaker() {
  static const re2::RE2 pattern(
      R"(\d\d:\d\d:\d\d.* [\w.@/-]+\[\d+\]: |\[\d{3}\] +(?:[\w.]{4,6} +)?\d+\.\d+: |\d+us ?: )");
  return pattern;
}

bool quotes_words(std::string_view lead) {
  static constexpr std::string_view kSigns[] = {"\"",      "'",   "`",      "echo ", "grep",
                                                "# ",      "//",  "not ok", "ok ",   "cmdline",
                                                "printk(", "pr_", "="};
  if (lead.starts_with("#") || lead.starts_with("ok ")) return true;
  return std::ranges::any_of(kSigns, [lead](std::string_view sign) {
    return sign != "=" && lead.find(sign) != std::string_view::npos;
  });
}

}  // namespace

std::size_t name_length(std::string_view text) {
  static const re2::RE2 pattern(
      R"((\[[A-Za-z][\w./-]{0,19}\]:? +|[A-Za-z][\w./-]{0,19}(?:\[\d+\])?(?::|>| ?\|) +))");
  re2::StringPiece found;
  const re2::StringPiece head(text.data(), std::min<std::size_t>(text.size(), 40));
  if (!pattern.Match(head, 0, head.size(), re2::RE2::ANCHOR_START, &found, 1)) return 0;
  return re2::RE2::FullMatch(found, tag_pattern()) ? 0 : found.size();
}

struct Matcher::Row {
  const Format* format = nullptr;
  mutable std::once_flag once;
  mutable std::unique_ptr<re2::RE2> regex;  // compiled when first needed: most rows never are
  mutable int function_group = 0;
  mutable int file_group = 0;

  const re2::RE2& compiled() const {
    std::call_once(once, [this] {
      regex = std::make_unique<re2::RE2>(
          re2::StringPiece(format->pattern.data(), format->pattern.size()), re2::RE2::Latin1);
      VMLAB_ASSERT(regex->ok());
      const auto& names = regex->NamedCapturingGroups();
      if (auto it = names.find("f"); it != names.end()) function_group = it->second;
      if (auto it = names.find("file"); it != names.end()) file_group = it->second;
    });
    return *regex;
  }
};

Matcher::Matcher() {
  std::map<std::string_view, std::uint16_t> ids;
  for (const Format* format : all_formats()) {
    auto [it, added] = ids.try_emplace(format->anchor, static_cast<std::uint16_t>(anchors_.size()));
    if (added) {
      anchors_.push_back(format->anchor);
      rows_of_anchor_.emplace_back();
    }
    rows_of_anchor_[it->second].push_back(static_cast<std::uint16_t>(rows_.size()));
    rows_.push_back(std::make_unique<Row>());
    rows_.back()->format = format;
  }
  // Starts of heads that mail may have wrapped in the middle: the caller tries them with the next
  // line.
  for (std::string_view start :
       {"INFO: ", "Unable to handle", "possible ", "rcu_", "nternal error", "WARNING", "BUG"}) {
    if (!ids.contains(start)) {
      anchors_.push_back(start);
      rows_of_anchor_.emplace_back();
    }
  }
  scanner_ = std::make_unique<Scanner>(anchors_);
}

Matcher::~Matcher() = default;

std::optional<Match> Matcher::match(const Line& line) const {
  std::vector<std::uint16_t> hits;
  scanner_->find(line.body, hits);
  if (hits.empty()) return std::nullopt;
  std::vector<std::uint16_t> rows;
  for (auto hit : hits)
    rows.insert(rows.end(), rows_of_anchor_[hit].begin(), rows_of_anchor_[hit].end());
  std::sort(rows.begin(), rows.end());

  for (auto index : rows) {
    const Row& row = *rows_[index];
    const Format& format = *row.format;
    std::size_t at = line.body.find(format.anchor);
    if (at == std::string_view::npos) continue;
    std::string_view lead = line.body.substr(0, at);
    std::string_view text = line.body.substr(at);
    bool tagged = lead.empty() ||
                  re2::RE2::FullMatch(re2::StringPiece(lead.data(), lead.size()), tag_pattern());
    if (!tagged) {
      if (!(format.flags & kAnywhere) && format.role != Role::silent &&
          format.role != Role::orderly && format.role != Role::user_space &&
          format.role != Role::boot_console && format.role != Role::benign &&
          format.role != Role::detail)
        continue;
      if (quotes_words(lead)) continue;
      // "09:10:31 host app[813]: ..." in a journal is not the kernel speaking.
      if (re2::RE2::PartialMatch(re2::StringPiece(lead.data(), lead.size()), other_speaker()))
        continue;
    }
    Match match;
    if (!format.pattern.empty()) {
      const re2::RE2& regex = row.compiled();
      std::array<re2::StringPiece, 6> found;
      int groups = std::min(5, regex.NumberOfCapturingGroups());
      re2::StringPiece input(text.data(), text.size());
      if (!regex.Match(input, 0, text.size(), re2::RE2::ANCHOR_START, found.data(), groups + 1))
        continue;
      std::size_t plain = 0;
      for (int group = 1; group <= groups; ++group) {
        std::string value(found[static_cast<std::size_t>(group)].data()
                              ? found[static_cast<std::size_t>(group)].data()
                              : "",
                          found[static_cast<std::size_t>(group)].size());
        if (group == row.function_group)
          match.function = std::move(value);
        else if (group == row.file_group)
          match.file = std::move(value);
        else if (plain < match.groups.size())
          match.groups[plain++] = std::move(value);
      }
    }
    match.format = &format;
    match.lead = std::string(lead);
    match.text = std::string(text);
    match.rest = std::string(text.substr(format.anchor.size()));
    return match;
  }
  return std::nullopt;
}

}  // namespace triage
