// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lab/lab.h"
#include "lab/workshop.h"

namespace lab {

async::task<base::Diagnostics> build_kernels(LabContext& context, std::vector<scenario::JobRequest> jobs) {
  Workshop workshop(context.executor, context.source, context.progress);
  base::Diagnostics wrong;
  for (const scenario::JobRequest& job : jobs) {
    const auto* kernel = co_await workshop.kernel(job.kernel, *job.machine);
    if (*kernel || (*kernel).error().kind != BuildProblem::Kind::user) continue;
    const base::Diagnostics& more = (*kernel).error().diagnostics;
    for (const base::Diagnostic& one : more)
      if (std::ranges::find(wrong, one.text(), &base::Diagnostic::text) == wrong.end()) wrong.push_back(one);
  }
  co_return wrong;
}

}  // namespace lab
