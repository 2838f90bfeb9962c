// SPDX-License-Identifier: Apache-2.0
// What a settled run means as a whole.
#pragma once
#include "compare/settle.h"

namespace compare {

model::OutcomeCounts count(const Settled& run);

// Cases that ran; a run with none is never green.
std::size_t cases_that_ran(const Settled& run);

// Tests of which something ran, and more was unfit than ran: what they found may be good, but it is the smaller
// part, so that the run must not look green.
std::vector<TestKey> mostly_unfit(const Settled& run);

// 0 nothing bad; 1 something bad, a planned test that ran nothing, or a run without any case or
// plan; 3 infra only.
int exit_code(const Settled& run);

// As `git bisect run` wants: 0 good; 1 bad; 125 the kernel does not build, or nothing could run;
// 255 infrastructure. A bad result anywhere is bad.
int git_bisect_code(const Settled& run);

}  // namespace compare
