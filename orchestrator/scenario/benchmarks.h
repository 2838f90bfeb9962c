// SPDX-License-Identifier: Apache-2.0
// The benchmarks there are (guest-tools/bench), and what each needs of its guest.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.h"

namespace scenario {

struct Benchmark {
  std::string_view name;  // as vmlab-bench knows it
  std::string_view what;  // it measures
  std::uint64_t swap_bytes = 0;
  std::uint64_t hugepage_bytes = 0;  // in pages of the machine's default size
};

std::span<const Benchmark> benchmarks();
std::vector<std::string> benchmark_names();

// The benchmark as a test, "bench/NAME".
model::TestSpec test_of(const Benchmark& benchmark);

}  // namespace scenario
