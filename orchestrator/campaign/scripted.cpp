// SPDX-License-Identifier: Apache-2.0
#include "campaign/scripted.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "campaign/leftovers.h"
#include "campaign/mutate.h"
#include "store/store.h"

namespace campaign {
namespace {

namespace json = boost::json;
namespace asio = async::asio;
using namespace std::chrono_literals;

// As the lab's: what it is told is in the store when it returns.
class KeepingSink final : public runner::JobSink {
 public:
  KeepingSink(store::Store& store, std::string run) : store_(store), run_(std::move(run)) {}
  void booting(const model::JobRecord& job) override { store_.upsert_job(run_, job); }
  void booted(const model::JobRecord& job) override { store_.upsert_job(run_, job); }
  void test_started(const model::JobRecord&, const model::TestSpec&) override {}
  void results(const model::JobRecord&, std::vector<model::CaseResult> results) override {
    store_.add_results(run_, results);
    told.insert(told.end(), results.begin(), results.end());
  }
  void note(const model::JobRecord&, std::string) override {}

  std::vector<model::CaseResult> told;

 private:
  store::Store& store_;
  std::string run_;
};

std::vector<std::string> texts(const std::vector<model::CaseResult>& results) {
  std::vector<std::string> out;
  for (const auto& r : results) out.push_back(fmt::format("{} {} {}", r.id, model::to_string(r.outcome), r.attempt));
  return out;
}

std::string first_line(const std::exception& error) { return std::string(error.what()).substr(0, 300); }

const ScriptedKind& draw_kind(Dice& dice) {
  int all = 0;
  for (const ScriptedKind& kind : scripted_kinds()) all += kind.share;
  auto point = dice.between(0, all - 1);
  for (const ScriptedKind& kind : scripted_kinds())
    if ((point -= kind.share) < 0) return kind;
  return scripted_kinds().back();
}

}  // namespace

std::string_view scripted_kind(std::uint64_t seed, int number) {
  Dice dice(seed, static_cast<std::uint64_t>(number));
  return draw_kind(dice).name;
}

JobSeen run_scripted(const std::vector<Story>& stories, const MakeSteps& make, const base::fs::path& folder, bool short_limits) {
  JobSeen seen;
  {
    store::Store store = store::Store::open(folder);
    const std::string run = store.begin_run({.id = "scripted", .scenario = "campaign"});
    asio::io_context loop;
    runner::JobInput input;
    input.machine = model::find_machine("x86_64");
    input.record = {.job = "x86_64-1", .arch = "x86_64", .machine = "x86_64", .folder = "jobs/x86_64-1"};
    input.folder = store.run_directory(run) / input.record.folder;
    base::fs::create_directories(input.folder);
    input.limits.heard = kLimitHeard;
    if (short_limits) {
      input.tests = tests_of(stories, 3s);
      input.limits.between = 3s;
      input.limits.kill = input.limits.goodbye = 1s;
      input.limits.sysrq = 2s;
    } else {
      input.tests = tests_of(stories);
    }
    input.retry_pause = 1ms;
    int boots = 0;
    input.start = [&](const model::Plan& plan,
                      const base::fs::path& boot) -> async::task<base::Result<std::unique_ptr<guest::Guest>>> {
      auto steps = make(plan, ++boots);
      if (!steps) co_return std::unexpected(steps.error());
      co_return guest::start_scripted(loop.get_executor(), std::move(*steps), boot);
    };
    std::vector<model::Planned> plan;
    for (std::size_t i = 0; i < input.tests.size(); ++i)
      plan.push_back({.job = input.record.job, .machine = "x86_64", .test = input.tests[i].test.id, .position = static_cast<int>(i)});
    store.upsert_job(run, input.record);
    store.plan(run, plan);
    KeepingSink sink(store, run);
    asio::co_spawn(loop, runner::run_job(std::move(input), sink), [&](std::exception_ptr failure) {
      seen.ended = true;
      try {
        if (failure) std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        seen.failure = first_line(error);
      }
    });
    loop.run_for(300s);
    seen.told = std::move(sink.told);
    if (seen.ended && seen.failure.empty()) store.finish_run(run);
  }
  store::Store store = store::Store::open(folder);  // as the next reader finds it
  store.check();
  seen.stored = base::value_or_throw(store.load_run("scripted")).run.results;
  return seen;
}

Seen inject_scripted(std::uint64_t seed, Fault& fault, const base::fs::path& folder) {
  Dice dice(seed, static_cast<std::uint64_t>(fault.number));
  const ScriptedKind& kind = draw_kind(dice);
  fault.kind = kind.name;
  const std::vector<Story> stories = draw_stories(dice);
  json::array told;
  for (const Story story : stories) told.emplace_back(static_cast<int>(story));
  fault.how["stories"] = std::move(told);
  const bool always = !kind.exact && dice.one_in(6);
  fault.how["boots"] = always ? "every one" : "the first";

  const auto quiet = [&](const model::Plan& plan, int) { return base::Result<Steps>(play(stories, plan)); };
  base::fs::create_directories(folder / "quiet");
  base::fs::create_directories(folder / "disturbed");
  const JobSeen undisturbed = run_scripted(stories, quiet, folder / "quiet");
  if (!undisturbed.ended || !undisturbed.failure.empty())
    return {.verdict = Seen::Verdict::wrong, .text = "without any fault: " + undisturbed.failure};
  const Truth truth = truth_of(undisturbed.stored);

  const std::size_t files_before = open_files();
  const auto disturbed = [&](const model::Plan& plan, int boot) -> base::Result<Steps> {
    Steps steps = play(stories, plan);
    if (boot > 1 && !always) return steps;
    if (kind.mutate == nullptr) return base::fail("start qemu-system-x86_64: Resource temporarily unavailable");
    kind.mutate(dice, steps, fault.how);
    return steps;
  };
  const JobSeen job = run_scripted(stories, disturbed, folder / "disturbed", kind.short_limits);
  Seen seen = judge(truth, job.stored, {.must_recover = !always, .no_infra = kind.exact});
  if (!job.ended) seen = {.verdict = Seen::Verdict::wrong, .text = "the job did not end"};
  else if (!job.failure.empty()) seen = {.verdict = Seen::Verdict::wrong, .text = "the job failed: " + job.failure};
  else if (texts(job.stored) != texts(job.told)) seen = {.verdict = Seen::Verdict::wrong, .text = "what was committed is not in the store"};
  seen.left_behind = leftover_files(folder);
  if (const std::size_t files = open_files(); files != files_before)
    seen.left_behind.push_back(fmt::format("{} open files, {} before", files, files_before));
  if (!seen.left_behind.empty()) seen.verdict = Seen::Verdict::wrong;
  return seen;
}

}  // namespace campaign
