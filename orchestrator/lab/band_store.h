// SPDX-License-Identifier: Apache-2.0
// Placebo bands that were measured, kept as JSON files in a folder of the cache.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"

namespace lab {

struct BandKey {
  std::string machine;
  std::string kernel;  // artefact key of the kernel they are about
  std::string qemu;
  std::string benchmarks = {};  // a hash of what was run on it: tests, programs, vCPUs
  std::string hash() const;
};

struct Bands {
  std::map<std::string, double> metrics;  // relative
  int builds = 0;                         // placebo kernels they were measured with; 0: they were not
  std::vector<std::uint64_t> seeds;       // of each of those
};

struct StoredBands {
  BandKey key;
  Bands bands;
};

class BandStore {
 public:
  explicit BandStore(base::fs::path folder) : folder_(std::move(folder)) {}
  // Nothing when they were never measured, or the file cannot be read: they are measured again then. A key without
  // `benchmarks` asks for whatever was run on the kernel; of two that measured the same metric the later one counts.
  Bands load(const BandKey& key) const;
  base::Result<void> save(const BandKey& key, const Bands& bands) const;
  std::vector<StoredBands> all() const;  // the oldest first; what cannot be read is left out

 private:
  base::fs::path folder_;
};

}  // namespace lab
