// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lab/lab.h"
#include "lab/workshop.h"

namespace lab {

async::task<std::vector<KernelOfJob>> built_kernels(LabContext& context, std::vector<scenario::JobRequest> jobs) {
  Workshop workshop(context.executor, context.source, context.progress);
  std::vector<KernelOfJob> out;
  for (const scenario::JobRequest& job : jobs) {
    const auto* kernel = co_await workshop.kernel(job.kernel, *job.machine);
    out.push_back({job.machine, *kernel});
  }
  co_return out;
}

async::task<base::Diagnostics> build_kernels(LabContext& context, std::vector<scenario::JobRequest> jobs) {
  const std::vector<KernelOfJob> built = co_await built_kernels(context, std::move(jobs));
  base::Diagnostics wrong;
  for (const KernelOfJob& one : built) {
    if (one.kernel || one.kernel.error().kind != BuildProblem::Kind::user) continue;
    for (const base::Diagnostic& problem : one.kernel.error().diagnostics)
      if (std::ranges::find(wrong, problem.text(), &base::Diagnostic::text) == wrong.end()) wrong.push_back(problem);
  }
  co_return wrong;
}

}  // namespace lab
