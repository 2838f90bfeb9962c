// SPDX-License-Identifier: Apache-2.0
#include "report/json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "report/golden.h"
#include "report/sample_run.h"

namespace report {
namespace {

namespace json = boost::json;

TEST(Json, ShowsARunAsTheGoldenFileDoes) { expect_golden("run.json", run_json(sample_view())); }

TEST(Json, HasTheKeysThatOutsidersRead) {
  const json::value value = json::parse(run_json(sample_view()));
  for (const char* key : {"run", "jobs", "results", "samples"})
    EXPECT_TRUE(value.as_object().contains(key));
  const auto& result = value.at("results").at(0).as_object();
  for (const char* key : {"id", "handle", "job", "arch", "machine", "outcome", "reason", "clock",
                          "seed", "attempt", "duration_ms"})
    EXPECT_TRUE(result.contains(key)) << key;
  EXPECT_TRUE(result.at("reason").is_null());
  EXPECT_EQ(value.at("exit_code").as_int64(), 1);
  EXPECT_EQ(value.at("counts").at("xfail").as_int64(), 7);
}

TEST(Json, IsUtf8WhateverTheGuestSaid) {
  auto run = compare::fixture::finished_run({compare::fixture::row(
      "x86_64", "mm/a", "\xff\xc0\x80 \"quote\" \x01 \u20ac", model::Outcome::pass)});
  const std::string text = run_json(view_of({.run = run}, {}, "2026-11-21"));
  const json::value value = json::parse(text);  // throws on bytes that are not UTF-8
  EXPECT_EQ(value.at("results").at(0).at("id").as_string(),
            "mm/a/\\xFF\\xC0\\x80 \"quote\" \x01 \u20ac");
}

TEST(Json, ListsRuns) {
  store::RunSummary summary{
      .id = "20261121-090212-3f2a", .scenario = "smoke", .machines = {"x86_64"}};
  summary.counts.add(model::Outcome::pass, 3);
  const json::value value = json::parse(runs_json({&summary, 1}));
  EXPECT_EQ(value.at("runs").at(0).at("raw_counts").at("pass").as_int64(), 3);
}

TEST(Json, ComparesTwoRuns) {
  using compare::fixture::row;
  const auto before = compare::settle(
      compare::fixture::finished_run({row("x86_64", "mm/a", "c", model::Outcome::pass),
                                      row("x86_64", "mm/a", "d", model::Outcome::pass)}));
  const auto after = compare::settle(
      compare::fixture::finished_run({row("x86_64", "mm/a", "c", model::Outcome::fail, "why"),
                                      row("x86_64", "mm/a", "d", model::Outcome::pass)}));
  const json::value value = json::parse(comparison_json(compare::compare_runs(before, after)));
  EXPECT_EQ(value.at("changes").as_array().size(), 1u);
  EXPECT_EQ(value.at("changes").at(0).at("change").as_string(), "broken");
  EXPECT_EQ(value.at("counts").at("unchanged").as_int64(), 1);
  EXPECT_TRUE(value.at("worse").as_bool());
}

}  // namespace
}  // namespace report
