// SPDX-License-Identifier: Apache-2.0
// Small series for tests of compare and report.
#pragma once
#include <string>
#include <vector>

#include "compare/fixture.h"
#include "compare/series.h"

namespace compare::fixture {

// Steps as rows of letters, one a step, the base first: P pass, F fail, G fails in another way, C crash of the whole
// test, S skipped, I infra, - not reported (while a test beside it is), ? flaky: fails once and passes then.
class SeriesOf {
 public:
  explicit SeriesOf(std::size_t steps) : steps_(steps), runs_(steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      steps_[i].number = static_cast<int>(i);
      steps_[i].subject = i == 0 ? "debian:6.12" : "mm: patch " + std::to_string(i);
      steps_[i].author = i == 0 ? "" : "A Person <a@example.org>";
      steps_[i].run = "run-" + std::to_string(i);
      runs_[i] = finished_run({});
    }
  }
  SeriesOf& track(const std::string& machine, const std::string& test, const std::string& name, const std::string& row_text) {
    using model::Outcome;
    for (std::size_t i = 0; i < row_text.size(); ++i) {
      steps_[i].builds[machine].state = StepBuild::State::good;
      auto& results = runs_[i].results;
      const auto add = [&](const std::string& id, Outcome outcome, std::string reason = {}, int attempt = 1) {
        model::CaseResult result = row(machine, test, id, outcome, std::move(reason), attempt);
        result.handle = "h" + std::to_string(i);
        results.push_back(std::move(result));
      };
      switch (row_text[i]) {
        case 'P': add(name, Outcome::pass); break;
        case 'F': add(name, Outcome::fail, "no SIGBUS after 12 ms"); break;
        case 'G': add(name, Outcome::fail, "wrong address"); break;
        case 'C': add("", Outcome::crash, "WARNING at mm/rmap.c"); break;
        case 'S': add(name, Outcome::unfit, "no huge pages"); break;
        case 'I': add("", Outcome::infra, "QEMU died"); break;
        case '?':
          add(name, Outcome::fail, "no SIGBUS after 12 ms");
          add(name, Outcome::pass, {}, 2);
          break;
        default: break;
      }
    }
    return *this;
  }
  // The kernel does not build there: its results go.
  SeriesOf& unbuilt(const std::string& machine, std::size_t step, const std::string& reason) {
    steps_[step].builds[machine] = {.state = StepBuild::State::failed, .reason = reason};
    std::erase_if(runs_[step].results, [&](const model::CaseResult& r) { return r.machine == machine; });
    runs_[step].results.push_back(row(machine, "mm/a", "", model::Outcome::build_fail, reason));
    return *this;
  }
  SeriesOf& temporary(std::size_t step) { return steps_[step].temporary = "--temporary", *this; }
  SeriesStep& step(std::size_t number) { return steps_[number]; }
  model::Run& run(std::size_t number) { return runs_[number]; }

  SeriesReport report() {
    for (std::size_t i = 0; i < steps_.size(); ++i)
      if (!runs_[i].results.empty()) steps_[i].settled = settle(runs_[i]);
    return report_series(steps_);
  }

 private:
  std::vector<SeriesStep> steps_;
  std::vector<model::Run> runs_;
};

}  // namespace compare::fixture
