// SPDX-License-Identifier: Apache-2.0
#include "cli/measuring.h"

#include <fmt/format.h>

#include "base/text.h"

namespace cli {
namespace {

// Under the instruction clock all vCPUs take turns on one: what a benchmark costs is told on one.
constexpr int kExactVcpus = 1;

}  // namespace

lab::RunRequest measuring_request(const Session& session, RunOptions options, const std::string& kernel, int boots) {
  options.kernel = kernel;
  lab::RunRequest request = request_of(session, options);
  request.reruns.retries = 0;
  std::erase_if(request.jobs, [](scenario::JobRequest& job) {
    job.vmtests.clear();
    const auto no_benchmark = [](const model::TestSpec& test) { return test.collection != model::kBenchmarks; };
    std::erase_if(job.tests, no_benchmark);
    std::erase_if(job.unfit, [&](const auto& unfit) { return no_benchmark(unfit.test); });
    if (job.clock == model::Clock::instructions) job.guest.vcpus = kExactVcpus;
    job.isolation = model::Isolation::suite;  // copies of one frozen guest are one boot, not many
    return job.tests.empty();
  });
  if (request.jobs.empty())
    user_error("nothing of " + base::printable(request.scenario_names) + " measures anything",
               "write `benchmarks: [all]` into the scenario, or take scenarios/benchmarks.yaml");
  request.seeds = is_exact(request) ? parse_seeds("--seeds", options.seeds) : parse_seeds("--boots", fmt::format("1..{}", boots));
  return request;
}

bool is_exact(const lab::RunRequest& request) { return request.jobs.front().clock == model::Clock::instructions; }

}  // namespace cli
