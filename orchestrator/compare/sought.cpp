// SPDX-License-Identifier: Apache-2.0
#include "compare/sought.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "compare/comparison.h"

namespace compare {
namespace {

bool bad(const Case& c) { return model::verdict_of(c.outcome) == model::Verdict::bad; }

bool matches(const std::string& glob, const Case& c) {
  const auto one = [&](const std::string& name) { return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0; };
  return glob.empty() || one(c.result.test) || one(c.result.id) || one(c.result.test.substr(c.result.test.find('/') + 1));
}

std::string text_of(const Case& c) {
  std::string text = fmt::format("{} {} on {}", base::printable(c.result.id), model::to_string(c.outcome), c.column);
  if (c.result.reason) text += ": " + base::printable(c.result.reason->substr(0, 160));
  return text;
}

// The case, or what its test did as a whole where the case never came.
const Case* find(const Settled& run, const SoughtFailure& one) {
  const Case* whole = nullptr;
  for (const Case& c : run.cases) {
    if (c.column != one.column || c.result.test != one.test) continue;
    if (c.result.id == one.id) return &c;
    if (c.result.id == c.result.test) whole = &c;
  }
  return whole;
}

// Its test's cases ran, none of them was lost, so neither was this one: what has no report has no name of its own.
bool others_ran(const Settled& run, const SoughtFailure& one) {
  bool some = false;
  for (const Case& c : run.cases) {
    if (c.column != one.column || c.result.test != one.test) continue;
    if (c.outcome == model::Outcome::missing) return false;
    some = some || ran(c.outcome);
  }
  return some;
}

}  // namespace

std::vector<SoughtFailure> sought_failures(const Settled& bad_run, const Settled* good, const std::string& glob) {
  std::vector<SoughtFailure> out;
  for (const Case& c : bad_run.cases) {
    if (!bad(c) || !matches(glob, c)) continue;
    SoughtFailure one{c.column, c.result.test, c.result.id, failure_signature(c), text_of(c), c.outcome};
    if (good != nullptr)
      if (const Case* before = find(*good, one); before != nullptr && bad(*before) && failure_signature(*before) == one.signature)
        continue;
    out.push_back(std::move(one));
  }
  // Cases that were never reported, where something of their test failed too: that took them along.
  const auto failures = out;
  std::erase_if(out, [&](const SoughtFailure& one) {
    return one.outcome == model::Outcome::missing && std::ranges::any_of(failures, [&](const SoughtFailure& other) {
             return other.column == one.column && other.test == one.test && other.outcome != model::Outcome::missing;
           });
  });
  return out;
}

Sighting look_for(const std::vector<SoughtFailure>& sought, const Settled& run) {
  std::string unclear, host;
  std::size_t fine = 0;
  for (const SoughtFailure& one : sought) {
    const Case* c = find(run, one);
    if (c == nullptr) {
      // A crash stands for a whole test: where its cases ran instead there was none.
      const bool nameless = one.id == one.test || one.outcome == model::Outcome::missing;
      if (nameless && others_ran(run, one)) ++fine;
      else unclear = one.id + " was not reported";
    } else if (c->outcome == model::Outcome::infra) {
      host = text_of(*c);
    } else if (bad(*c)) {
      if (failure_signature(*c) == one.signature) return {Sighting::Kind::seen, text_of(*c)};
      unclear = "another failure: " + text_of(*c);
    } else if (ran(c->outcome)) {
      ++fine;
    } else {
      unclear = text_of(*c);
    }
  }
  if (!host.empty()) return {Sighting::Kind::no_verdict, host};
  if (!unclear.empty() || fine == 0) return {Sighting::Kind::unclear, unclear.empty() ? "nothing ran" : unclear};
  return {Sighting::Kind::not_seen, sought.size() == 1 ? base::printable(sought.front().id) + " pass"
                                                       : fmt::format("{} cases pass", fine)};
}

}  // namespace compare
