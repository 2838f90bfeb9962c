// SPDX-License-Identifier: Apache-2.0
// Under the instruction clock the same guest measures the same: what one run has measured, no other needs to.
#pragma once
#include <map>
#include <string>

#include "cli/run_options.h"

namespace cli {

// SHA-256 over the names and contents of all files below `folder`.
std::string sources_identity(const base::fs::path& folder);

// Remembers in the results directory (exact/measured/) which run measured what.
class MeasuredBefore {
 public:
  // `images`: SHA-256 of the kernel image, by machine. Of the request its guests, tests and seeds count, and the sources
  // of what runs in a guest; of the host its QEMUs.
  MeasuredBefore(const Session& session, const lab::RunRequest& request, const std::map<std::string, std::string>& images);

  // The run that measured this, whole and repeating where it was checked; empty: none has, or it is gone.
  std::string find(const store::Store& store) const;
  // Remembers `run`, where it is such a run.
  void keep(const store::Store& store, const std::string& run) const;

 private:
  bool serves(const store::Store& store, const std::string& run) const;

  base::fs::path file_;
  std::map<std::string, std::string> images_;
  std::map<std::string, std::size_t> seeds_;  // how many boots are expected, by machine
};

}  // namespace cli
