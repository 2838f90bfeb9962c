// SPDX-License-Identifier: Apache-2.0
// Before and after: is the difference real? Wall metrics by an exact rank test that must also
// survive the doubt that consecutive samples hang together; mean/sd/n by Welch's t; exact metrics
// against their placebo band and, over several seeds, by their agreement. README.md of `compare`
// has the rules.
#pragma once
#include "compare/samples/metric.h"

namespace compare {

// Sides must have values, and finite ones: reader.h sees to it. The same input gives the same
// output to the bit.
SampleComparison compare_samples(const SampleFile& file, const SampleOptions& options);

}  // namespace compare
