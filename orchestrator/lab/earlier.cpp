// SPDX-License-Identifier: Apache-2.0
#include "lab/earlier.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace lab {

using model::CaseResult;

Earlier::Key Earlier::key_of(const model::JobRecord& job, const std::string& test) {
  return {job.machine, job.kernel.source, job.kernel.patches, test};
}

Earlier::Earlier(const model::Run& run) {
  std::map<std::string, const model::JobRecord*> jobs;
  for (const model::JobRecord& job : run.jobs) {
    jobs[job.job] = &job;
    const auto dash = job.job.rfind('-');
    if (dash == std::string::npos) continue;
    if (const auto number = base::parse_int(job.job.substr(dash + 1)))
      last_job_[job.machine] = std::max(last_job_[job.machine], static_cast<int>(*number));
  }
  for (const CaseResult& result : run.results)
    if (const auto job = jobs.find(result.job); job != jobs.end())
      attempts_[key_of(*job->second, result.test)][result.attempt].push_back(result);
}

Earlier::Owed Earlier::owed(const model::JobRecord& job, const std::string& test, const runner::RerunRules& rules) const {
  const auto found = attempts_.find(key_of(job, test));
  if (found == attempts_.end()) return {};
  Owed owed{.first_attempt = found->second.rbegin()->first + 1};
  int sound = 0;
  for (const auto& [attempt, results] : found->second) {
    if (std::ranges::any_of(results, [](const CaseResult& r) { return r.outcome == model::Outcome::infra; })) continue;
    if (sound++ == 0 && runner::worth_rerunning(results, rules)) owed.reruns = rules.retries + 1;
  }
  owed.run = sound == 0;
  owed.reruns = std::max(0, owed.reruns - sound);
  return owed;
}

int Earlier::last_job(const std::string& machine) const {
  const auto found = last_job_.find(machine);
  return found == last_job_.end() ? 0 : found->second;
}

base::Result<void> same_artifacts(const base::fs::path& run_directory, const model::JobRecord& job,
                                  const std::string& selftests_identity) {
  const base::fs::path path = run_directory / "built.txt";
  std::string text = base::read_file(path, 1 << 20).value_or("");
  const std::string name = fmt::format("{} {} {} {}", job.machine, job.kernel.source, base::join(job.kernel.patches, "+"), job.selftests);
  const std::string line = fmt::format("{}\t{}\t{}", name, job.kernel.key, selftests_identity);
  for (const std::string_view known : base::split_lines(text)) {
    if (known == line) return {};
    if (!known.starts_with(name + "\t")) continue;
    const auto fields = base::split(known, '\t');
    const bool kernel = fields.size() > 1 && fields[1] != job.kernel.key;
    return base::fail(fmt::format("the {} of {} are no longer what the run began with", kernel ? "kernel's sources" : "selftests",
                                  job.machine),
                      "its results would mix two builds: start a new run");
  }
  return base::write_file_atomic(path, text + line + "\n");
}

}  // namespace lab
