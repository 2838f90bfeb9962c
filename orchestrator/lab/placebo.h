// SPDX-License-Identifier: Apache-2.0
// Placebo kernels: the same kernel, built with something that never runs. Where code ends up in memory moves
// instruction counts, so what placebos move a metric by, a change must exceed to mean anything.
#pragma once
#include <map>
#include <string>
#include <vector>

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

// Bands that were measured, kept as JSON files in a folder of the cache.
struct BandKey {
  std::string machine;
  std::string kernel;  // artefact key of the kernel they are about
  std::string qemu;
  std::string benchmarks = {};  // what was run on it: tests, programs, vCPUs; empty: whatever it was
  std::string hash() const;     // of all but `benchmarks`: a kernel has one set of bands at a time
};

struct Bands {
  std::map<std::string, double> metrics;  // relative
  int builds = 0;
  std::vector<std::uint64_t> seeds;
};

class BandStore {
 public:
  explicit BandStore(base::fs::path folder) : folder_(std::move(folder)) {}
  // Nothing when they were never measured, or the file cannot be read: they are measured again then.
  Bands load(const BandKey& key) const;
  base::Result<void> save(const BandKey& key, const Bands& bands) const;

 private:
  base::fs::path folder_;
};

}  // namespace lab
