// SPDX-License-Identifier: Apache-2.0
// Small runs for tests of compare and report.
#pragma once
#include <string>

#include "compare/settle.h"
#include "model/run.h"

namespace compare::fixture {

inline model::CaseResult row(std::string machine, std::string test, std::string name,
                             model::Outcome outcome, std::string reason = {}, int attempt = 1) {
  model::CaseResult r;
  r.test = test;
  r.id = name.empty() ? test : test + "/" + name;
  r.machine = machine;
  r.job = machine + "-1";
  r.outcome = outcome;
  if (!reason.empty()) r.reason = reason;
  r.attempt = attempt;
  r.duration_ms = 1500;
  return r;
}

inline model::Planned planned(std::string machine, std::string test) {
  return {.job = machine + "-1", .machine = machine, .test = test, .position = 0, .unfit = {}};
}

inline model::Run finished_run(std::vector<model::CaseResult> results) {
  model::Run run;
  run.id = "20261121-090212-3f2a";
  run.scenario = "smoke";
  run.started_at = "2026-11-21T09:02:12Z";
  run.finished_at = "2026-11-21T09:14:20Z";
  run.results = std::move(results);
  return run;
}

}  // namespace compare::fixture
