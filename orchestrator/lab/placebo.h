// SPDX-License-Identifier: Apache-2.0
// Placebo kernels: the same kernel, built with something that never runs. Where code ends up in memory moves
// instruction counts, so what placebos move a metric by, a change must exceed to mean anything.
#pragma once
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "model/source.h"

namespace lab {

// The n-th placebo (from 1) as a patch: a function that nobody calls, of some size, or data that nobody reads, in one of
// the files of mm/ and about it; which is decided by n alone. Every eighth changes the version string instead and has
// no patch: see with_placebo(). Fits any tree whose files begin with their SPDX line.
std::string placebo_patch(int n);

// `kernel` with the n-th placebo; the patch is written into `folder`.
base::Result<model::KernelSpec> with_placebo(model::KernelSpec kernel, int n, const base::fs::path& folder);

}  // namespace lab
