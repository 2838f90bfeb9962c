// SPDX-License-Identifier: Apache-2.0
#include "report/exactness.h"

#include <set>

namespace report {

std::map<std::string, Exactness> exactness(const model::Run& run) {
  std::set<std::string> jobs;
  for (const model::CaseResult& result : run.results)
    if (result.clock == model::Clock::instructions) jobs.insert(result.job);
  for (const model::Sample& sample : run.samples)
    if (sample.clock == model::Clock::instructions) jobs.insert(sample.job);
  std::map<std::string, Exactness> machines;
  for (const model::JobRecord& job : run.jobs) {
    if (!jobs.contains(job.job)) continue;
    Exactness& machine = machines[job.machine];
    machine.checked += job.starts.checked;
    machine.differences.insert(machine.differences.end(), job.starts.differences.begin(), job.starts.differences.end());
  }
  return machines;
}

}  // namespace report
