// SPDX-License-Identifier: Apache-2.0
#include "compare/settle.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <type_traits>

#include "model/case_id.h"

namespace compare {
namespace {

using model::CaseResult;
using model::Outcome;

struct Group {
  std::vector<const CaseResult*> rows;
};

std::string column_of(const std::map<std::string, std::string>& columns, const std::string& job,
                      const std::string& machine) {
  const auto found = columns.find(job);
  return found == columns.end() ? machine : found->second;
}

std::size_t machine_order(const std::string& column) {
  const std::string machine = column.substr(0, column.find(' '));
  const auto table = model::machines();
  return static_cast<std::size_t>(std::ranges::find(table, machine, &model::Machine::id) -
                                  table.begin());
}

// The attempts of each test from which the host took nothing.
std::map<TestKey, std::set<int>> sound_attempts(const model::Run& run,
                                                const std::map<std::string, std::string>& columns) {
  std::map<TestKey, std::map<int, bool>> sound;
  for (const CaseResult& r : run.results)
    sound[{column_of(columns, r.job, r.machine), r.test}].try_emplace(r.attempt, true).first->second &=
        r.outcome != Outcome::infra;
  std::map<TestKey, std::set<int>> out;
  for (const auto& [key, attempts] : sound)
    for (const auto& [attempt, whole] : attempts)
      if (whole) out[key].insert(attempt);
  return out;
}

Case decide(const Group& group, std::string column, const std::set<int>& attempts_of_test) {
  // The first attempt with a verdict; infra only when there is no other.
  int first = 0;
  for (const CaseResult* r : group.rows)
    if (r->outcome != Outcome::infra && (first == 0 || r->attempt < first)) first = r->attempt;
  const CaseResult* best = nullptr;
  std::map<int, bool> bad;  // by attempt
  for (const CaseResult* r : group.rows) {
    if (r->outcome != Outcome::infra)
      bad[r->attempt] |= verdict_of(r->outcome) == model::Verdict::bad;
    if (first != 0 && (r->attempt != first || r->outcome == Outcome::infra)) continue;
    if (best == nullptr || merge_rank(r->outcome) < merge_rank(best->outcome)) best = r;
  }
  Case out{.result = *best, .outcome = best->outcome, .column = std::move(column), .selftests = {}, .note = {}};
  // An attempt without a row of the whole test went well as far as that is concerned; of a case it says nothing.
  if (model::is_about_whole_test(best->id, best->test))
    for (const int attempt : attempts_of_test) bad.try_emplace(attempt, false);
  out.attempts = std::max(1, static_cast<int>(bad.size()));
  out.bad_attempts =
      static_cast<int>(std::ranges::count_if(bad, [](const auto& b) { return b.second; }));
  return out;
}

Case planned_case(const model::Planned& planned, std::string column, Outcome outcome,
                  std::string reason) {
  Case out{.result = {}, .outcome = outcome, .column = std::move(column), .selftests = {}, .note = {}};
  out.result.id = out.result.test = planned.test;
  out.result.job = planned.job;
  out.result.machine = planned.machine;
  out.result.outcome = outcome;
  out.result.reason = std::move(reason);
  out.bad_attempts = verdict_of(outcome) == model::Verdict::bad ? 1 : 0;
  return out;
}

template <class T>
void add_unique(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

// Sorts by key; equal keys keep their order. (std::stable_sort warns with clang on libstdc++ 12.)
template <class T, class KeyOf>
void sort_stably(std::vector<T>& items, KeyOf key_of) {
  using SortKey = std::invoke_result_t<KeyOf, const T&>;
  std::vector<std::pair<SortKey, std::size_t>> order;
  for (std::size_t i = 0; i < items.size(); ++i) order.emplace_back(key_of(items[i]), i);
  std::ranges::sort(order);
  std::vector<T> sorted;
  sorted.reserve(items.size());
  for (const auto& [key, i] : order) sorted.push_back(std::move(items[i]));
  items = std::move(sorted);
}

}  // namespace

bool ran(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
    case Outcome::fail:
    case Outcome::crash:
    case Outcome::hang:
    case Outcome::xfail:
    case Outcome::xpass:
      return true;
    default:
      return false;
  }
}

std::string rate_text(const Case& c) {
  if (c.attempts < 2 || c.bad_attempts == 0) return {};
  return fmt::format("{} {}/{}", c.bad_attempts < c.attempts ? "flaky" : "fails", c.bad_attempts, c.attempts);
}

std::map<std::string, std::string> columns_of_jobs(const model::Run& run) {
  std::map<std::string, std::set<std::string>> kernels;  // by machine
  const auto kernel = [](const model::JobRecord& job) {
    return job.kernel.key.empty() ? job.kernel.source : job.kernel.key;
  };
  for (const auto& job : run.jobs) kernels[job.machine].insert(kernel(job));
  std::map<std::string, std::string> out;
  for (const auto& job : run.jobs) {
    out[job.job] = job.machine;
    if (kernels[job.machine].size() < 2) continue;
    out[job.job] += " " + (job.kernel.source.empty() ? job.kernel.version : job.kernel.source);
    // Kernels that differ only by their patches.
    for (const std::string& patch : job.kernel.patches) out[job.job] += "+" + patch;
  }
  return out;
}

Settled settle(const model::Run& run, bool over) {
  const auto columns = columns_of_jobs(run);
  const auto sound = sound_attempts(run, columns);
  const std::set<int> none;
  Settled out{
      .run = run.id, .columns = {}, .tests = {}, .cases = {}, .ran_nothing = {}, .pending = {}};
  std::set<std::string> seen_columns;
  std::map<std::string, std::size_t> test_order;
  const auto see = [&](const std::string& column, const std::string& test) {
    if (seen_columns.insert(column).second) out.columns.push_back(column);
    if (test_order.try_emplace(test, test_order.size()).second) out.tests.push_back(test);
  };

  for (const auto& planned : run.planned)
    see(column_of(columns, planned.job, planned.machine), planned.test);

  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> index;
  std::vector<std::pair<std::string, Group>> groups;  // with their column, as reported
  std::map<TestKey, model::OutcomeCounts> by_test;
  for (const CaseResult& r : run.results) {
    const std::string column = column_of(columns, r.job, r.machine);
    see(column, r.test);
    if (r.outcome == Outcome::infra && sound.contains({column, r.test})) continue;
    const auto [at, added] = index.try_emplace({column, r.test, r.id}, groups.size());
    if (added) groups.push_back({column, {}});
    groups[at->second].second.rows.push_back(&r);
  }
  for (const auto& [column, group] : groups) {
    const auto attempts = sound.find({column, group.rows.front()->test});
    out.cases.push_back(decide(group, column, attempts == sound.end() ? none : attempts->second));
    by_test[{column, out.cases.back().result.test}].add(out.cases.back().outcome);
  }

  for (const auto& planned : run.planned) {
    const TestKey key{column_of(columns, planned.job, planned.machine), planned.test};
    const auto counts = by_test.find(key);
    if (counts == by_test.end()) {
      if (planned.unfit) {
        out.cases.push_back(planned_case(planned, key.column, Outcome::unfit, *planned.unfit));
      } else if (over) {
        out.cases.push_back(planned_case(planned, key.column, Outcome::missing,
                                         run.finished_at.empty()
                                             ? "the run was interrupted before it reported"
                                             : "it never reported"));
      } else {
        add_unique(out.pending, key);
        continue;
      }
      by_test[key].add(out.cases.back().outcome);
    } else if (!planned.unfit) {
      const auto& c = counts->second;
      if (c.of(Outcome::unfit) + c.of(Outcome::skip) == c.total()) add_unique(out.ran_nothing, key);
    }
  }

  std::map<std::string, std::string> selftests;  // by job
  for (const auto& job : run.jobs) selftests.emplace(job.job, job.selftests);
  for (Case& c : out.cases)
    if (const auto of = selftests.find(c.result.job); of != selftests.end()) c.selftests = of->second;

  sort_stably(out.columns, machine_order);
  std::map<std::string, std::size_t> column_order;
  for (const std::string& column : out.columns) column_order.emplace(column, column_order.size());
  sort_stably(out.cases, [&](const Case& c) {
    return std::pair(test_order[c.result.test], column_order[c.column]);
  });
  return out;
}

}  // namespace compare
