// SPDX-License-Identifier: Apache-2.0
// Which tests are run once more in a booted guest, to see that copies of a frozen one tell the truth.
#pragma once
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

struct CheckCandidate {
  std::string test;
  std::chrono::milliseconds expected{};
};

// Indices into `tests`: one in twenty and at least one, drawn by test and run, so that each run checks others. They
// are to cost little: a draw passes over tests that would make all of them longer than a twentieth of the whole,
// and takes the shortest when every one does.
std::vector<std::size_t> tests_to_check(std::span<const CheckCandidate> tests, std::string_view run);

}  // namespace lab
