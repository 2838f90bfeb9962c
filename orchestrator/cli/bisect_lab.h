// SPDX-License-Identifier: Apache-2.0
// The lab as the oracle: builds each step's kernel, boots it and looks for the failure, or measures a metric.
#pragma once
#include <memory>
#include <string>

#include "bisect/journal.h"
#include "bisect/oracle.h"
#include "cli/bisect_steps.h"
#include "cli/run_options.h"

namespace cli {

// An oracle that can say what it is after.
class LabOracle : public bisect::Oracle {
 public:
  // The failure that was seen at the bad end, or how far the metric moved; empty until then.
  virtual std::string sought() const = 0;
  // A command line that shows it at this step.
  virtual std::string reproduce(int commit) const = 0;
};

struct LabBisect {
  RunOptions run;
  std::string test;    // glob; empty: whatever fails at the bad end and not at the good one
  std::string metric;  // "fork/small"; then `test` is empty
  int placebos = 8;
};

// `journal`: of the interrupted bisection; what is sought is read from its runs. Throws UserError.
std::unique_ptr<LabOracle> failure_oracle(Session& session, store::Store& store, const BisectSteps& steps,
                                          const LabBisect& what, const bisect::Journal& journal);
std::unique_ptr<LabOracle> metric_oracle(Session& session, store::Store& store, const BisectSteps& steps,
                                         const LabBisect& what, const bisect::Journal& journal);

}  // namespace cli
