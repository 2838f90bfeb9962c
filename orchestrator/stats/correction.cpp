// SPDX-License-Identifier: Apache-2.0
#include "stats/correction.h"

#include <algorithm>
#include <numeric>

namespace stats {
namespace {

std::vector<std::size_t> ascending(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t i, std::size_t k) { return p[i] != p[k] ? p[i] < p[k] : i < k; });
  return order;
}

}  // namespace

std::vector<double> holm(std::span<const double> p) {
  const auto order = ascending(p);
  std::vector<double> out(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, p[order[i]] * static_cast<double>(p.size() - i));
    out[order[i]] = std::min(1.0, largest);
  }
  return out;
}

std::vector<double> false_discovery(std::span<const double> p) {
  const auto order = ascending(p);
  std::vector<double> out(p.size());
  double least = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    least = std::min(least, p[order[i]] * static_cast<double>(p.size()) / static_cast<double>(i + 1));
    out[order[i]] = least;
  }
  return out;
}

}  // namespace stats
