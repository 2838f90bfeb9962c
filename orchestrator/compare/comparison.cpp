// SPDX-License-Identifier: Apache-2.0
#include "compare/comparison.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace compare {
namespace {

using model::Outcome;
using Key = std::tuple<std::string, std::string, std::string>;  // column, test, id

struct Row {
  Transition transition;
  std::string_view name;
  bool worse;
};

constexpr std::array kRows{
    Row{Transition::broken, "broken", true},
    Row{Transition::new_bad, "new_bad", true},
    Row{Transition::different, "different", true},
    Row{Transition::gone, "gone", true},
    Row{Transition::stopped, "stopped", true},
    Row{Transition::fixed, "fixed", false},
    Row{Transition::appeared, "new", false},
    Row{Transition::started, "started", false},
    Row{Transition::excused, "excused", false},
    Row{Transition::no_verdict, "no_verdict", false},
    Row{Transition::still_bad, "still_bad", false},
    Row{Transition::unchanged, "unchanged", false},
};

const Row& row(Transition transition) {
  return *std::ranges::find(kRows, transition, &Row::transition);
}

bool bad(const Case& c) { return verdict_of(c.outcome) == model::Verdict::bad; }
bool idle(const Case& c) { return verdict_of(c.outcome) == model::Verdict::neutral; }

Transition classify(const std::optional<Case>& before, const std::optional<Case>& after) {
  if ((before && before->outcome == Outcome::infra) || (after && after->outcome == Outcome::infra))
    return Transition::no_verdict;
  if (!before) return bad(*after) ? Transition::new_bad : Transition::appeared;
  // The test was there and could not run, so nobody knows whether the case would have passed.
  if (after && before->result.id != after->result.id && idle(*before) && bad(*after))
    return Transition::new_bad;
  if (!after) return Transition::gone;
  if (bad(*before) && bad(*after))
    return failure_signature(*before) == failure_signature(*after) ? Transition::still_bad
                                                                   : Transition::different;
  if (bad(*after)) return Transition::broken;
  if (bad(*before)) return idle(*after) ? Transition::excused : Transition::fixed;
  if (idle(*before) != idle(*after))
    return idle(*after) ? Transition::stopped : Transition::started;
  return Transition::unchanged;
}

// Cases by key, and the row that speaks for a whole test: its id is the test's own.
struct Index {
  std::map<Key, const Case*> cases;
  std::set<std::pair<std::string, std::string>> with_cases;  // column and test

  explicit Index(const Settled& run) {
    for (const Case& c : run.cases) {
      cases.emplace(Key{c.column, c.result.test, c.result.id}, &c);
      if (c.result.id != c.result.test) with_cases.emplace(c.column, c.result.test);
    }
  }
  std::optional<Case> find(const Key& key) const {
    if (const auto found = cases.find(key); found != cases.end()) return *found->second;
    // The case itself is not there. A test that came to no end of its own stands for its cases.
    const auto& [column, test, id] = key;
    const auto whole = cases.find({column, test, test});
    if (whole == cases.end() || ran_through(*whole->second)) return std::nullopt;
    return *whole->second;
  }
  // A test as a whole that could not run there and whose cases are known from the other run: they
  // tell the change, one by one.
  bool told_by_cases_of(const Index& other, const Case& c) const {
    return c.result.id == c.result.test && idle(c) &&
           !with_cases.contains({c.column, c.result.test}) &&
           other.with_cases.contains({c.column, c.result.test});
  }

 private:
  static bool ran_through(const Case& whole) {
    return whole.outcome == Outcome::fail ||
           (!bad(whole) && !idle(whole) && whole.outcome != Outcome::infra);
  }
};

std::vector<std::string> not_in(const std::vector<std::string>& these,
                                const std::vector<std::string>& those) {
  std::vector<std::string> out;
  for (const auto& item : these)
    if (std::ranges::find(those, item) == those.end()) out.push_back(item);
  return out;
}

}  // namespace

std::string_view to_string(Transition transition) { return row(transition).name; }

std::vector<Transition> all_transitions() {
  std::vector<Transition> out;
  for (const Row& r : kRows) out.push_back(r.transition);
  return out;
}

bool worse(Transition transition) { return row(transition).worse; }

std::size_t Comparison::of(Transition transition) const {
  return static_cast<std::size_t>(std::ranges::count(changes, transition, &Change::transition));
}

bool Comparison::any_worse() const {
  return std::ranges::any_of(changes, [](const Change& c) { return worse(c.transition); });
}

std::string failure_signature(const Case& c) {
  std::string out(to_string(c.outcome));
  out += ' ';
  const std::string reason = c.result.reason.value_or("");
  const auto hex = [](char ch) {
    return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
  };
  for (std::size_t i = 0; i < reason.size();) {
    if (reason[i] < '0' || reason[i] > '9') {
      out += reason[i++];
      continue;
    }
    while (i < reason.size() && (hex(reason[i]) || reason[i] == 'x')) ++i;
    out += '#';
  }
  return out;
}

Comparison compare_runs(const Settled& before, const Settled& after) {
  Comparison out{.before = before.run,
                 .after = after.run,
                 .columns_gone = not_in(before.columns, after.columns),
                 .columns_new = not_in(after.columns, before.columns),
                 .changes = {}};
  const Index first(before), second(after);
  const auto add = [&](const Case& c, std::optional<Case> a, std::optional<Case> b) {
    Change change{.transition = classify(a, b),
                  .column = c.column,
                  .test = c.result.test,
                  .id = c.result.id,
                  .before = std::move(a),
                  .after = std::move(b)};
    out.changes.push_back(std::move(change));
  };
  for (const Case& c : before.cases)
    if (!first.told_by_cases_of(second, c))
      add(c, c, second.find({c.column, c.result.test, c.result.id}));
  for (const Case& c : after.cases) {
    const Key key{c.column, c.result.test, c.result.id};
    if (first.cases.contains(key) || second.told_by_cases_of(first, c)) continue;
    add(c, first.find(key), c);
  }
  return out;
}

}  // namespace compare
