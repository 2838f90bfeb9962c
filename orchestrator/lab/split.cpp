// SPDX-License-Identifier: Apache-2.0
#include "lab/split.h"

#include <algorithm>
#include <numeric>

namespace lab {

std::vector<std::vector<std::size_t>> deal_out(const std::vector<std::chrono::milliseconds>& expected,
                                               std::size_t guests, std::chrono::milliseconds worth_a_boot) {
  using std::chrono::milliseconds;
  if (expected.empty()) return {};
  const milliseconds total = std::accumulate(expected.begin(), expected.end(), milliseconds{0});
  const auto worth = static_cast<std::size_t>(total / std::max(worth_a_boot, milliseconds{1}));
  const std::size_t count = std::clamp<std::size_t>(std::min(guests, worth), 1, expected.size());

  std::vector<std::size_t> order(expected.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return expected[a] > expected[b]; });
  std::vector<std::vector<std::size_t>> lists(count);
  std::vector<milliseconds> load(count);
  for (const std::size_t index : order) {
    const auto least = static_cast<std::size_t>(std::ranges::min_element(load) - load.begin());
    lists[least].push_back(index);
    // Tests that never ran have no expectation; counting 1 ms deals them out evenly all the same.
    load[least] += std::max(expected[index], milliseconds{1});
  }
  for (auto& list : lists) std::ranges::sort(list);
  std::erase_if(lists, [](const auto& list) { return list.empty(); });
  return lists;
}

}  // namespace lab
