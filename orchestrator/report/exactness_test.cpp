// SPDX-License-Identifier: Apache-2.0
#include "report/exactness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "report/json.h"
#include "report/terminal.h"

namespace report {
namespace {

using testing::HasSubstr;
using testing::Not;

model::Run exact_run(std::vector<std::string> differences) {
  model::Run run;
  run.id = "r";
  run.finished_at = "2026-01-01T00:00:00Z";
  for (const char* machine : {"x86_64", "arm64"}) {
    model::JobRecord job{.job = std::string(machine) + "-1", .machine = machine};
    job.starts.cold = 1;
    if (job.machine == "x86_64") job.starts.checked = 1, job.starts.differences = differences;
    run.jobs.push_back(job);
    run.planned.push_back({.job = job.job, .machine = machine, .test = "mm/x"});
    run.results.push_back({.id = "mm/x", .test = "mm/x", .handle = job.job, .job = job.job, .machine = machine,
                           .outcome = model::Outcome::pass, .clock = model::Clock::instructions, .seed = 7});
    run.samples.push_back({.metric = "fork/ns", .job = job.job, .clock = model::Clock::instructions, .unit = "ns", .value = 1});
  }
  return run;
}

RunView view_of_run(model::Run run) {
  store::LoadedRun loaded;
  loaded.run = std::move(run);
  return view_of(std::move(loaded), {}, "2026-01-01");
}

}  // namespace

TEST(Exactness, SaysInOneLineThatASampledJobRepeats) {
  const std::string text = terminal_text(view_of_run(exact_run({})), {});
  EXPECT_THAT(text, HasSubstr("exact: 1 guest ran again and said the same to the byte"));
  EXPECT_THAT(text, HasSubstr("not checked in this run"));
  EXPECT_THAT(text, Not(HasSubstr("INEXACT")));
}

TEST(Exactness, CallsTheNumbersOfAMachineThatDoesNotRepeatInexact) {
  const RunView view = view_of_run(exact_run({"boot-1: console.log from line 3 on: \"a\", then \"b\""}));
  const std::string text = terminal_text(view, {});
  EXPECT_THAT(text, HasSubstr("INEXACT"));
  EXPECT_THAT(text, HasSubstr("line 3"));
  const auto json = boost::json::parse(run_json(view));
  EXPECT_TRUE(json.at("results").at(0).at("inexact").as_bool());
  EXPECT_FALSE(json.at("results").at(1).as_object().contains("inexact"));
  EXPECT_TRUE(json.at("samples").at(0).at("inexact").as_bool());
  EXPECT_FALSE(json.at("jobs").at(0).at("exact").as_bool());
  EXPECT_TRUE(json.at("jobs").at(1).at("exact").is_null()) << "nobody looked";
}

TEST(Exactness, IsNoMatterOfRunsByTheWallClock) {
  model::Run run = exact_run({});
  for (auto& result : run.results) result.clock = model::Clock::wall;
  run.samples.clear();
  EXPECT_TRUE(exactness(run).empty());
  EXPECT_FALSE(boost::json::parse(run_json(view_of_run(run))).at("jobs").at(0).as_object().contains("exact"));
}

}  // namespace report
