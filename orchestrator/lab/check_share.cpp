// SPDX-License-Identifier: Apache-2.0
#include "lab/check_share.h"

#include <algorithm>
#include <numeric>

#include "base/hash.h"

namespace lab {
namespace {

constexpr std::size_t kOneIn = 20;

}  // namespace

std::vector<std::size_t> tests_to_check(std::span<const CheckCandidate> tests, std::string_view run) {
  using std::chrono::milliseconds;
  if (tests.empty()) return {};
  std::vector<std::pair<std::string, std::size_t>> draw;
  milliseconds total{0};
  for (std::size_t i = 0; i < tests.size(); ++i) {
    draw.emplace_back(base::Sha256().field(tests[i].test).field(run).hex(), i);
    total += tests[i].expected;
  }
  std::ranges::sort(draw);
  const std::size_t wanted = (tests.size() + kOneIn - 1) / kOneIn;
  milliseconds budget = total / kOneIn;
  std::vector<std::size_t> chosen;
  for (const auto& [digits, index] : draw) {
    if (chosen.size() == wanted) break;
    if (tests[index].expected > budget) continue;
    budget -= tests[index].expected;
    chosen.push_back(index);
  }
  if (chosen.empty())
    chosen.push_back(std::ranges::min_element(draw, {}, [&](const auto& d) { return tests[d.second].expected; })->second);
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace lab
