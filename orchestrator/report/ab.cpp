// SPDX-License-Identifier: Apache-2.0
#include "report/ab.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "base/text.h"
#include "compare/samples/comparison.h"

namespace report {
namespace {

namespace json = boost::json;

constexpr std::size_t kCountersShown = 12;

double weight(const compare::CounterChange& change) {
  return std::abs(change.after - change.before) / std::max(1.0, std::max(change.before, change.after));
}

std::string counters_text(std::vector<compare::CounterChange> counters, const TerminalOptions& options) {
  if (counters.empty()) return "";
  std::ranges::stable_sort(counters, [](const auto& a, const auto& b) { return weight(a) > weight(b); });
  std::string out = plural(counters.size(), "counter") + " of the kernel moved:\n";
  for (std::size_t i = 0; i < std::min(counters.size(), kCountersShown); ++i) {
    const compare::CounterChange& change = counters[i];
    out += "  " + fit(base::printable(fmt::format("{} {}: {:g} -> {:g}", change.machine, change.counter, change.before, change.after)),
                      options.width - 2) + "\n";
  }
  if (counters.size() > kCountersShown) out += fmt::format("  and {} more: --json\n", counters.size() - kCountersShown);
  return out;
}

json::array texts(const auto& list) {
  json::array out;
  for (const std::string& text : list) out.push_back(json::value(base::printable(text)));
  return out;
}

bool any_exact(const compare::SampleComparison& comparison) {
  return std::ranges::any_of(comparison.metrics, [](const auto& m) { return m.clock == model::Clock::instructions; });
}

}  // namespace

AbReport ab_report(const model::Run& before, const model::Run& after, const compare::BandOf& band) {
  AbReport out{.runs = compare::pair_runs(before, after, band),
               .comparison = {},
               .before_run = before.id,
               .after_run = after.id,
               .remarks = {}};
  compare::SampleOptions terms;
  terms.sampling = compare::Sampling::independent;
  out.comparison = compare::compare_samples(out.runs.file, terms);
  return out;
}

std::string ab_text(const AbReport& report, const TerminalOptions& options) {
  std::string out = samples_text(report.comparison, options);
  const auto add = [&](const std::string& text) {
    for (const std::string& line : wrap(base::printable(text), options.width - 2)) out += "  " + line + "\n";
  };
  if (const std::string counters = counters_text(report.runs.counters, options); !counters.empty()) out += "\n" + counters;
  if (!report.runs.unpaired.empty()) out += "\nNot compared\n";
  for (const std::string& name : report.runs.unpaired) add(name);
  out += "\n";
  for (const std::string& machine : report.runs.inexact)
    add(machine + " did not repeat to the byte: its numbers are judged as noisy ones");
  for (const std::string& remark : report.remarks) add(remark);
  if (any_exact(report.comparison))
    add("the instruction clock counts instructions: it does not see caches, TLB misses, atomics or contention");
  add(fmt::format("runs {} and {}", report.before_run, report.after_run));
  return out;
}

std::string ab_json(const AbReport& report) {
  json::object out = json::parse(samples_json(report.comparison)).as_object();
  json::array counters;
  for (const compare::CounterChange& change : report.runs.counters)
    counters.push_back(json::object{{"machine", change.machine},
                                    {"counter", base::printable(change.counter)},
                                    {"before", change.before},
                                    {"after", change.after}});
  out["runs"] = {{"before", report.before_run}, {"after", report.after_run}};
  out["counters"] = std::move(counters);
  out["unpaired"] = texts(report.runs.unpaired);
  out["inexact"] = texts(report.runs.inexact);
  out["remarks"] = texts(report.remarks);
  return json::serialize(out) + "\n";
}

}  // namespace report
