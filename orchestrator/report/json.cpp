// SPDX-License-Identifier: Apache-2.0
#include "report/json.h"

#include <boost/json.hpp>
#include <cmath>
#include <map>
#include <set>

#include "compare/verdict.h"
#include "report/ab.h"
#include "report/escape.h"
#include "report/exactness.h"

namespace report {
namespace {

namespace json = boost::json;

json::value text(std::string_view value) { return json::value(json_clean(value)); }

json::value text_or_null(const std::optional<std::string>& value) {
  return value ? text(*value) : json::value(nullptr);
}

json::value seed(const std::optional<std::uint64_t>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

// Whole numbers without an exponent: Boost writes 1.5E3 for 1500.0.
json::value number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (std::trunc(value) == value && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

json::array texts(std::span<const std::string> values) {
  json::array out;
  for (const auto& value : values) out.push_back(text(value));
  return out;
}

json::object counts_json(const model::OutcomeCounts& counts) {
  json::object out;
  for (const model::Outcome outcome : model::all_outcomes())
    if (counts.of(outcome) > 0) out[to_string(outcome)] = counts.of(outcome);
  return out;
}

using ByMachine = std::map<std::string, Exactness>;

bool is_inexact(const ByMachine& machines, const std::string& machine) {
  const auto found = machines.find(machine);
  return found != machines.end() && found->second.inexact();
}

json::object job_json(const model::JobRecord& job, const ByMachine& machines) {
  json::object kernel{{"source", text(job.kernel.source)},
                      {"version", text(job.kernel.version)},
                      {"key", text(job.kernel.key)},
                      {"image_sha256", text(job.kernel.image_sha256)},
                      {"config_sha256", text(job.kernel.config_sha256)},
                      {"compiler", text(job.kernel.compiler)},
                      {"patches", texts(job.kernel.patches)}};
  json::object guests{{"restored", job.starts.restored},
                      {"cold", job.starts.cold},
                      {"fallbacks", job.starts.fallbacks},
                      {"checked", job.starts.checked},
                      {"differences", texts(job.starts.differences)}};
  json::object out{{"job", text(job.job)},
                   {"arch", text(job.arch)},
                   {"machine", text(job.machine)},
                   {"kernel", std::move(kernel)},
                   {"selftests", text(job.selftests)},
                   {"qemu", text(job.qemu)},
                   {"accel", text(job.accel)},
                   {"host", text(job.host)},
                   {"boot_ms", number(job.boot_ms)},
                   {"boots", job.boots},
                   {"guests", std::move(guests)},
                   {"folder", text(job.folder)}};
  // Of jobs under the instruction clock: whether what ran again was the same to the byte; null: nothing did.
  if (const auto found = machines.find(job.machine); found != machines.end())
    out["exact"] = found->second.exact() ? json::value(true) : found->second.inexact() ? json::value(false) : json::value(nullptr);
  return out;
}

std::string arch_of(const std::string& machine) {
  const model::Machine* row = model::find_machine(machine);
  return row == nullptr ? "" : std::string(to_string(row->arch));
}

// `deciding`: the case that this row decides, or null.
json::object result_json(const model::CaseResult& r, const compare::Case* deciding, const ByMachine& machines) {
  json::object out{{"id", text(r.id)},
                   {"test", text(r.test)},
                   {"handle", text(r.handle)},
                   {"job", text(r.job)},
                   {"arch", arch_of(r.machine)},
                   {"machine", text(r.machine)},
                   {"outcome", to_string(deciding ? deciding->outcome : r.outcome)},
                   {"raw_outcome", to_string(r.outcome)},
                   {"reason", text_or_null(r.reason)},
                   {"clock", to_string(r.clock)},
                   {"seed", seed(r.seed)},
                   {"attempt", r.attempt},
                   {"boot", r.boot},
                   {"position", r.position},
                   {"duration_ms", number(r.duration_ms)},
                   {"decides", deciding != nullptr}};
  if (deciding != nullptr && deciding->attempts > 1) {
    out["attempts"] = deciding->attempts;
    out["bad_attempts"] = deciding->bad_attempts;
    if (const std::string rate = compare::rate_text(*deciding); !rate.empty()) out["rate"] = rate;
  }
  if (deciding != nullptr && !deciding->note.empty()) out["known"] = text(deciding->note);
  if (!r.evidence.empty()) out["evidence"] = text(r.evidence);
  if (r.clock == model::Clock::instructions && is_inexact(machines, r.machine)) out["inexact"] = true;
  return out;
}

json::array results_json(const RunView& view, const ByMachine& machines) {
  std::map<std::string, const compare::Case*> deciding;  // by handle
  json::array out;
  for (const auto& c : view.settled.cases)
    if (!c.result.handle.empty()) deciding[c.result.handle] = &c;
  for (const auto& r : view.run.results) {
    const auto found = deciding.find(r.handle);
    out.push_back(result_json(r, found == deciding.end() ? nullptr : found->second, machines));
  }
  // Planned tests that never reported have no row in the store.
  for (const auto& c : view.settled.cases)
    if (c.result.handle.empty()) out.push_back(result_json(c.result, &c, machines));
  return out;
}

json::array expectations_json(const RunView& view) {
  json::array out;
  for (const auto& one : view.expectations)
    out.push_back(json::object{{"machine", text(one.column)},
                               {"test", text(one.test)},
                               {"expected", one.expected ? json::value(to_string(*one.expected)) : json::value(nullptr)},
                               {"seen", to_string(one.seen)},
                               {"met", one.met}});
  return out;
}

json::object sample_json(const model::Sample& s, bool inexact) {
  json::object out{{"metric", text(s.metric)},
                      {"job", text(s.job)},
                      {"boot", s.boot},
                      {"order", s.order},
                      {"clock", to_string(s.clock)},
                      {"seed", seed(s.seed)},
                      {"unit", text(s.unit)},
                      {"better", s.lower_is_better ? "lower" : "higher"},
                      {"value", number(s.value)}};
  if (inexact) out["inexact"] = true;
  return out;
}

json::value side_json(const std::optional<compare::Case>& c) {
  if (!c) return nullptr;
  return json::object{{"outcome", to_string(c->outcome)},
                      {"reason", text_or_null(c->result.reason)},
                      {"handle", text(c->result.handle)}};
}

std::string line(const json::value& value) { return json::serialize(value) + "\n"; }

}  // namespace

std::string run_json(const RunView& view) {
  json::array jobs, samples, ran_nothing, notes;
  const ByMachine machines = exactness(view.run);
  std::map<std::string, std::string> machine_of;  // by job
  for (const auto& job : view.run.jobs) {
    jobs.push_back(job_json(job, machines));
    machine_of[job.job] = job.machine;
  }
  for (const auto& sample : view.run.samples)
    samples.push_back(sample_json(sample, sample.clock == model::Clock::instructions && is_inexact(machines, machine_of[sample.job])));
  for (const auto& key : view.settled.ran_nothing)
    ran_nothing.push_back(json::object{{"machine", text(key.column)}, {"test", text(key.test)}});
  for (const auto& note : view.notes) notes.push_back(text(note.message));
  return line(json::object{{"version", 1},
                           {"run", text(view.run.id)},
                           {"state", to_string(view.state)},
                           {"scenario", text(view.run.scenario)},
                           {"command", text(view.run.command)},
                           {"started_at", text(view.run.started_at)},
                           {"finished_at", text(view.run.finished_at)},
                           {"exit_code", exit_code(view)},
                           {"counts", counts_json(compare::count(view.settled))},
                           {"jobs", std::move(jobs)},
                           {"results", results_json(view, machines)},
                           {"samples", std::move(samples)},
                           {"ran_nothing", std::move(ran_nothing)},
                           {"known_failure_notes", std::move(notes)},
                           {"expectations", expectations_json(view)},
                           {"remarks", texts(view.remarks)}});
}

std::string runs_json(std::span<const store::RunSummary> runs) {
  json::array out;
  for (const auto& run : runs)
    out.push_back(json::object{{"run", text(run.id)},
                               {"scenario", text(run.scenario)},
                               {"command", text(run.command)},
                               {"started_at", text(run.started_at)},
                               {"finished_at", text(run.finished_at)},
                               {"state", to_string(run.state)},
                               {"machines", texts(run.machines)},
                               {"raw_counts", counts_json(run.counts)}});
  return line(json::object{{"version", 1}, {"runs", std::move(out)}});
}

std::string comparison_json(const compare::Comparison& comparison, const AbReport* measured) {
  json::object counts;
  for (const auto transition : compare::all_transitions())
    counts[to_string(transition)] = comparison.of(transition);
  json::array changes;
  for (const auto& change : comparison.changes) {
    if (change.transition == compare::Transition::unchanged) continue;
    changes.push_back(json::object{{"change", to_string(change.transition)},
                                   {"machine", text(change.column)},
                                   {"test", text(change.test)},
                                   {"id", text(change.id)},
                                   {"before", side_json(change.before)},
                                   {"after", side_json(change.after)}});
  }
  const bool slower = measured != nullptr && measured->comparison.of(compare::SampleVerdict::regressed) > 0;
  json::object out{{"version", 1},
                           {"before", text(comparison.before)},
                           {"after", text(comparison.after)},
                           {"worse", comparison.any_worse()},
                           {"exit_code", comparison.any_worse() || slower ? 1 : 0},
                           {"machines_gone", texts(comparison.columns_gone)},
                           {"machines_new", texts(comparison.columns_new)},
                           {"counts", std::move(counts)},
                           {"changes", std::move(changes)}};
  if (measured != nullptr) out["measured"] = json::parse(ab_json(*measured));
  return line(std::move(out));
}

}  // namespace report
