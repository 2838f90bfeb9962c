// SPDX-License-Identifier: Apache-2.0
#include "bisect/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "base/text.h"
#include "bisect/git_log.h"

namespace bisect {
namespace {

namespace json = boost::json;

std::string_view word(Verdict::Kind kind) {
  return kind == Verdict::Kind::culprit ? "culprit" : kind == Verdict::Kind::range ? "range" : "unresolved";
}

bool hexadecimal(const std::string& id) {
  return id.size() >= 40 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string line_of(const Named& named) {
  return short_id(named.id) + (named.subject.empty() ? "" : " (\"" + base::printable(named.subject) + "\")");
}

// Never 100% unless nothing may flake: what rounds to it is said to be below.
std::string percent(double share) {
  if (share >= 1) return "100%";
  return share > 0.9995 ? "over 99.9%" : fmt::format("{:.1f}%", 100 * share);
}

std::string headline(const Report& report) {
  const Verdict& verdict = report.done.verdict;
  if (report.done.interrupted) return "interrupted: the same command goes on where this stopped\n";
  if (!report.done.host_failed.empty()) return "the host failed: " + base::printable(report.done.host_failed) + "\n";
  switch (verdict.kind) {
    case Verdict::Kind::culprit: {
      const Named culprit = report.name(verdict.culprit);
      std::string out = "first bad: " + line_of(culprit) + "\n";
      if (!culprit.author.empty()) out += "  by " + base::printable(culprit.author) + (culprit.date.empty() ? "" : ", " + culprit.date) + "\n";
      return out + "  confidence " + percent(verdict.confidence) + "\n";
    }
    case Verdict::Kind::range: {
      std::string out = fmt::format("one of these {}; what lies between cannot be tested ({} sure):\n", verdict.candidates.size(),
                                    percent(verdict.confidence));
      std::vector<int> ordered = verdict.candidates;
      std::ranges::sort(ordered);
      for (const int commit : ordered) out += "  " + line_of(report.name(commit)) + "\n";
      return out;
    }
    case Verdict::Kind::unresolved: {
      std::string out = "not found: " + base::printable(verdict.why) + "\n";
      constexpr std::size_t kShown = 10;
      for (std::size_t i = 0; i < std::min(kShown, verdict.candidates.size()); ++i)
        out += "  it may be " + line_of(report.name(verdict.candidates[i])) + "\n";
      if (verdict.candidates.size() > kShown) out += fmt::format("  or one of {} others\n", verdict.candidates.size() - kShown);
      return out;
    }
  }
  return "";
}

std::string duration(double seconds) {
  const int whole = static_cast<int>(seconds + 0.5);
  return whole < 90 ? fmt::format("{} s", whole) : fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

std::string log_lines(const Report& report) {
  std::string out;
  for (const Entry& entry : report.log) {
    const auto found = std::ranges::find(report.asked.ids, entry.commit);
    const int commit = found == report.asked.ids.end() ? kGoodEnd : static_cast<int>(found - report.asked.ids.begin());
    out += fmt::format("  {:<15} {}{}{}{}\n", entry.outcome, line_of(report.name(commit)),
                       entry.as.empty() ? "" : ", as " + short_id(entry.as),
                       entry.what.empty() ? "" : ": " + base::printable(entry.what.substr(0, 200)),
                       entry.run.empty() ? "" : "  [" + entry.run + "]");
  }
  return out;
}

std::string body(const Report& report) {
  std::string out;
  if (!report.sought.empty()) out += "failure: " + base::printable(report.sought) + "\n";
  for (const std::string& one : report.done.confirmations) out += "  " + base::printable(one) + "\n";
  out += fmt::format("{} runs ({} of them to be sure), {} verdicts reused from the same bytes, {} runs taken by the host, {}\n",
                     report.done.runs, report.done.confirming, report.done.reused, report.done.infra, duration(report.done.seconds));
  return out;
}

}  // namespace

std::string report_text(const Report& report) {
  std::string out = headline(report) + body(report);
  if (!report.reproduce.empty()) out += "again: " + report.reproduce + "\n";
  return out + "log: " + report.journal + "\n";
}

std::string mail_text(const Report& report) {
  const Verdict& verdict = report.done.verdict;
  const bool found = verdict.kind == Verdict::Kind::culprit && !report.done.interrupted && report.done.host_failed.empty();
  const Named culprit = found ? report.name(verdict.culprit) : Named{};
  std::string out = found ? fmt::format("Subject: [REGRESSION] {} after \"{}\"\n", base::printable(report.question), base::printable(culprit.subject))
                          : fmt::format("Subject: bisection of {}: {}\n", base::printable(report.question), word(verdict.kind));
  if (found && culprit.author.contains('@')) out += "To: " + base::printable(culprit.author) + "\n";
  out += "\nHi,\n\nbisecting " + base::printable(report.question) + " over " + base::printable(report.steps) + ":\n\n";
  for (std::string_view line : base::split_lines(headline(report) + body(report))) out += "  " + std::string(line) + "\n";
  if (!report.reproduce.empty()) out += "\nTo reproduce:\n\n  " + report.reproduce + "\n";
  out += "\nWhat was run, in this order:\n\n" + log_lines(report);
  if (found && hexadecimal(culprit.id)) out += "\n#regzbot introduced: " + culprit.id.substr(0, 12) + "\n";
  return out;
}

std::string log_text(const Report& report) {
  std::map<std::string, std::pair<int, int>> counts;  // failed, passed
  std::vector<std::string> order;
  std::map<std::string, bool> untestable;
  for (const Entry& entry : report.log) {
    if (std::ranges::find(report.asked.ids, entry.commit) == report.asked.ids.end()) continue;
    if (entry.outcome != "failed" && entry.outcome != "passed" && entry.outcome != "untestable") continue;
    if (std::ranges::find(order, entry.commit) == order.end()) order.push_back(entry.commit);
    counts[entry.commit].first += entry.outcome == "failed";
    counts[entry.commit].second += entry.outcome == "passed";
  }
  std::vector<LogEntry> entries;
  const auto entry_of = [&](const std::string& id, Judged judged) {
    const int commit = static_cast<int>(std::ranges::find(report.asked.ids, id) - report.asked.ids.begin());
    return LogEntry{judged, id, report.name(commit).subject};
  };
  for (const std::string& id : order) {
    const auto [failed, passed] = counts[id];
    entries.push_back(entry_of(id, failed + passed == 0 ? Judged::skip : failed > 0 && failed >= passed ? Judged::bad : Judged::good));
  }
  std::optional<LogEntry> first_bad;
  if (report.done.verdict.kind == Verdict::Kind::culprit)
    first_bad = entry_of(report.asked.ids[static_cast<std::size_t>(report.done.verdict.culprit)], Judged::bad);
  return git_log_text(report.asked.ids.back(), report.asked.good, entries, first_bad ? &*first_bad : nullptr);
}

std::string report_json(const Report& report) {
  const Verdict& verdict = report.done.verdict;
  const auto id = [&](int commit) { return json::value(base::printable(report.name(commit).id)); };
  json::array candidates, log, confirmations;
  for (const int commit : verdict.candidates) candidates.push_back(id(commit));
  for (const std::string& one : report.done.confirmations) confirmations.push_back(json::value(base::printable(one)));
  for (const Entry& entry : report.log)
    log.push_back(json::object{{"commit", base::printable(entry.commit)}, {"outcome", entry.outcome}, {"what", base::printable(entry.what)},
                               {"run", entry.run}, {"aim", entry.aim}, {"seconds", entry.seconds}, {"at", entry.at}});
  json::object out{{"verdict", word(verdict.kind)},
                   {"culprit", verdict.kind == Verdict::Kind::culprit ? id(verdict.culprit) : json::value(nullptr)},
                   {"candidates", std::move(candidates)},
                   {"confidence", verdict.confidence},
                   {"runs", report.done.runs},
                   {"confirming", report.done.confirming},
                   {"reused", report.done.reused},
                   {"infra", report.done.infra},
                   {"seconds", report.done.seconds},
                   {"interrupted", report.done.interrupted},
                   {"why", base::printable(verdict.why.empty() ? report.done.host_failed : verdict.why)},
                   {"failure", base::printable(report.sought)},
                   {"confirmations", std::move(confirmations)},
                   {"log", std::move(log)}};
  if (verdict.kind == Verdict::Kind::culprit) {
    const Named culprit = report.name(verdict.culprit);
    out["subject"] = base::printable(culprit.subject);
    out["author"] = base::printable(culprit.author);
  }
  return json::serialize(out);
}

}  // namespace bisect
