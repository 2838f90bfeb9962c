// SPDX-License-Identifier: Apache-2.0
#include "bisect/conduct.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "bisect/candidates.h"

namespace bisect {
namespace {

constexpr int kInfraInARow = 3;
constexpr int kEndRuns = 10;  // of a bad end that passes

std::string_view outcome_of(Observed::Kind kind) {
  switch (kind) {
    case Observed::Kind::failed: return "failed";
    case Observed::Kind::passed: return "passed";
    case Observed::Kind::untestable: return "untestable";
    case Observed::Kind::infra: return "infra";
    case Observed::Kind::interrupted: return "interrupted";
  }
  return "";
}

std::string_view word(Probe::Aim aim) {
  return aim == Probe::Aim::narrow ? "narrow" : aim == Probe::Aim::confirm ? "confirm" : "weigh";
}

class Conductor {
 public:
  Conductor(const Asked& asked, Oracle& oracle, Journal& journal, const std::function<void(const Step&)>& on_step)
      : asked_(asked), oracle_(oracle), journal_(journal), on_step_(on_step), evidence_(evidence_of(asked, journal.entries())) {
    if (!asked.options.costs.build)
      options_.costs.build = [this](int commit) { return std::max(0.0, oracle_.build_cost(commit)); };
    for (const Entry& entry : journal.entries())
      if (!entry.kernel.empty()) kernels_.emplace(entry.kernel, entry.commit);
  }

  Conducted run() {
    if (asked_.check_ends && !check_ends()) return finished();
    while (!stopped()) {
      Next step = next(asked_.history, evidence_, options_);
      if (const Probe* probe = std::get_if<Probe>(&step)) {
        for (int i = 0; i < probe->runs && !stopped(); ++i)
          if (!ask(*probe)) break;
        continue;
      }
      out_.verdict = std::get<Verdict>(std::move(step));
      if (out_.verdict.kind != Verdict::Kind::culprit || confirmed(out_.verdict.culprit)) break;
    }
    return finished();
  }

 private:
  bool stopped() const { return out_.interrupted || !out_.host_failed.empty(); }
  const std::string& id(int commit) const {
    return commit == kGoodEnd ? asked_.good : asked_.ids[static_cast<std::size_t>(commit)];
  }
  std::optional<int> index_of(const std::string& commit) const {
    if (commit == asked_.good) return kGoodEnd;
    const auto found = std::ranges::find(asked_.ids, commit);
    return found == asked_.ids.end() ? std::nullopt : std::optional(static_cast<int>(found - asked_.ids.begin()));
  }
  Tally tally(int commit) const {
    if (commit == kGoodEnd) return evidence_.good_end;
    const auto found = evidence_.commits.find(commit);
    return found == evidence_.commits.end() ? Tally{} : found->second;
  }
  void remember(Entry entry) { base::value_or_throw(journal_.add(std::move(entry))); }

  // One run; false: no further of the kind, because it could not be made or answered for good.
  bool ask(const Probe& probe, bool extra = false) {
    const int commit = probe.commit;
    on_step_({commit, probe.aim, probe.candidates,
              probe.candidates > 1 ? static_cast<int>(std::ceil(std::log2(probe.candidates))) : 1});
    const auto began = std::chrono::steady_clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
    Prepared prepared = oracle_.prepare(commit);
    if (!prepared.answer && !prepared.fingerprint.empty()) {
      const auto [first, fresh] = kernels_.emplace(prepared.fingerprint, id(commit));
      const bool known = !fresh && first->second != id(commit) && commit != kGoodEnd && !extra;
      if (known && told_the_same(first->second, commit)) {
        remember({.commit = id(commit), .outcome = "same", .what = "the same bytes", .kernel = prepared.fingerprint,
                  .as = first->second, .seconds = seconds()});
        return false;
      }
    }
    std::vector<int> meanwhile;
    // A run that makes sure has an answer that is expected: what the other one would want is not worth building.
    if (!prepared.answer && commit != kGoodEnd && probe.aim != Probe::Aim::confirm)
      meanwhile = wanted_after(asked_.history, evidence_, options_, commit);
    Observed seen = prepared.answer ? std::move(*prepared.answer) : oracle_.test(commit, meanwhile);
    if (seen.kind == Observed::Kind::interrupted) {
      out_.interrupted = true;
      return false;
    }
    remember({.commit = id(commit), .outcome = std::string(outcome_of(seen.kind)), .what = seen.what, .run = seen.run,
              .kernel = prepared.fingerprint, .aim = std::string(extra ? "check" : word(probe.aim)), .seconds = seconds()});
    if (seen.kind == Observed::Kind::infra) {
      if (++infra_in_a_row_ >= kInfraInARow) out_.host_failed = seen.what;
      return false;
    }
    infra_in_a_row_ = 0;
    if (seen.kind == Observed::Kind::untestable) {
      if (commit != kGoodEnd) evidence_.untestable.insert(commit);
      return false;
    }
    const bool failed = seen.kind == Observed::Kind::failed;
    evidence_.saw(commit, failed);
    return true;
  }

  // Notes that `commit` is what `first` is; false when that was known or `first` says nothing yet.
  bool told_the_same(const std::string& first, int commit) {
    const std::optional<int> index = index_of(first);
    if (!index) return false;
    const std::pair pair(*index, commit);
    if (std::ranges::find(evidence_.same, pair) != evidence_.same.end()) return false;
    evidence_.same.push_back(pair);
    return true;
  }

  // Until a run of the commit has an answer; false when there is none to be had.
  bool ask_once(int commit) { return tally(commit).runs() > 0 || ask_again(commit); }
  bool ask_again(int commit) {
    const int runs = tally(commit).runs();
    while (!stopped() && tally(commit).runs() == runs) {
      if (commit != kGoodEnd && evidence_.untestable.contains(commit)) return false;
      const bool answered = ask({.commit = commit, .aim = Probe::Aim::confirm, .candidates = 1}, true);
      if (!answered && commit == kGoodEnd && infra_in_a_row_ == 0) return false;
    }
    return !stopped() && tally(commit).runs() > runs;
  }

  bool check_ends() {
    const auto unresolved = [&](std::string why) {
      if (!stopped()) out_.verdict = {.kind = Verdict::Kind::unresolved, .why = std::move(why)};
      return false;
    };
    const auto bad_end = [&] {
      const int tip = asked_.history.tip();
      // A failure that comes only sometimes has to come once, or nobody knows what to look for.
      for (int i = 0; i < (options_.rates.is_deterministic() ? 1 : kEndRuns) && tally(tip).failed == 0 && !stopped(); ++i)
        if (!ask_again(tip)) return unresolved("the bad end cannot be tested: " + last_word());
      return tally(tip).failed > 0 || unresolved("the bad end does not fail: " + last_word());
    };
    const auto good_end = [&] {
      if (!ask_once(kGoodEnd)) return unresolved("the good end cannot be tested: " + last_word());
      return tally(kGoodEnd).passed > 0 || !options_.rates.is_deterministic() || unresolved("the good end fails too, so this range did not break it: " + last_word());
    };
    return asked_.good_first ? good_end() && bad_end() : bad_end() && good_end();
  }
  std::string last_word() const { return journal_.entries().empty() ? "" : journal_.entries().back().what; }

  // Whether the culprit itself was seen to fail and everything before it to pass; false: what was seen now speaks
  // against it, or a run was added, and the search has to be asked again.
  bool confirmed(int culprit) {
    std::vector<int> before = asked_.history.parents(culprit);
    if (before.empty()) before.push_back(kGoodEnd);
    bool added = false;
    if (tally(culprit).failed == 0 && !added) {
      if (!ask_once(culprit) && stopped()) return true;
      added = true;
    }
    for (const int parent : before) {
      if (tally(parent).passed > 0) continue;
      if (!ask_once(parent) && stopped()) return true;
      added = added || tally(parent).runs() > 0;
    }
    // Asked for again with more evidence: the verdict may stand, and then this finds nothing to add.
    if (added && !asked_again_) {
      asked_again_ = true;
      return false;
    }
    say(culprit, "fails", tally(culprit).failed, tally(culprit).runs());
    for (const int parent : before) say(parent, "passes", tally(parent).passed, tally(parent).runs());
    if (!stopped() && !reverted_) {
      reverted_ = true;
      revert(culprit);
    }
    return true;
  }
  void say(int commit, std::string_view does, int so, int of) {
    const std::string name = commit == kGoodEnd ? "the good end" : short_id(id(commit));
    out_.confirmations.push_back(of == 0 ? fmt::format("{} could not be tested", name)
                                         : fmt::format("{} {} ({} of {} runs)", name, does, so, of));
  }
  void revert(int culprit) {
    for (const Entry& entry : journal_.entries())
      if (entry.outcome.starts_with("reverted-") && entry.commit == id(culprit)) return tell_reverted(entry);
    const auto began = std::chrono::steady_clock::now();
    const std::optional<Observed> seen = oracle_.test_reverted(culprit);
    if (!seen) {
      out_.confirmations.emplace_back("it cannot be taken back on top of the bad end: what came later builds on it");
      return;
    }
    if (seen->kind == Observed::Kind::interrupted) out_.interrupted = true;
    if (seen->kind == Observed::Kind::interrupted || seen->kind == Observed::Kind::infra) return;
    remember({.commit = id(culprit), .outcome = "reverted-" + std::string(outcome_of(seen->kind)), .what = seen->what,
              .run = seen->run, .aim = "check",
              .seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()});
    tell_reverted(journal_.entries().back());
  }
  void tell_reverted(const Entry& entry) {
    out_.confirmations.push_back(entry.outcome == "reverted-passed"   ? "taken back on top of the bad end: passes"
                                 : entry.outcome == "reverted-failed" ? "taken back on top of the bad end: STILL FAILS"
                                                                      : "taken back on top of the bad end: " + entry.what);
  }

  Conducted finished() {
    for (const Entry& entry : journal_.entries()) {
      out_.seconds += entry.seconds;
      if (entry.outcome == "infra") ++out_.infra;
      else if (entry.outcome == "same") ++out_.reused;
      else {
        ++out_.runs;
        out_.confirming += entry.aim != "narrow" && entry.aim != "weigh";
      }
    }
    return std::move(out_);
  }

  const Asked& asked_;
  Oracle& oracle_;
  Journal& journal_;
  const std::function<void(const Step&)>& on_step_;
  SearchOptions options_ = asked_.options;
  Evidence evidence_;
  std::map<std::string, std::string> kernels_;  // bytes -> the commit that had them first
  Conducted out_;
  int infra_in_a_row_ = 0;
  bool asked_again_ = false, reverted_ = false;
};

}  // namespace

Evidence evidence_of(const Asked& asked, const std::vector<Entry>& entries) {
  std::map<std::string, int> index{{asked.good, kGoodEnd}};
  for (std::size_t i = 0; i < asked.ids.size(); ++i) index[asked.ids[i]] = static_cast<int>(i);
  Evidence evidence;
  for (const Entry& entry : entries) {
    const auto commit = index.find(entry.commit);
    if (commit == index.end()) continue;
    if (const bool failed = entry.outcome == "failed"; failed || entry.outcome == "passed")
      evidence.saw(commit->second, failed);
    if (entry.outcome == "untestable" && commit->second != kGoodEnd) evidence.untestable.insert(commit->second);
    if (const auto as = index.find(entry.as); entry.outcome == "same" && as != index.end())
      evidence.same.emplace_back(as->second, commit->second);
  }
  return evidence;
}

Conducted conduct(const Asked& asked, Oracle& oracle, Journal& journal, const std::function<void(const Step&)>& on_step) {
  return Conductor(asked, oracle, journal, on_step).run();
}

}  // namespace bisect
