// SPDX-License-Identifier: Apache-2.0
#include "stats/mann_whitney.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "stats/summary.h"

namespace stats {
namespace {

// Beyond these the normal approximation is good to a few percent of p where it matters, and errs
// on the safe side further out: the true distribution is bounded.
constexpr std::size_t kExactPairs = 2500;
constexpr std::size_t kExactTiedTotal = 40;

double upper_normal(double z) {
  return boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

double choose(std::size_t n, std::size_t k) {
  double out = 1;
  for (std::size_t i = 1; i <= k; ++i)
    out *= static_cast<double>(n - k + i) / static_cast<double>(i);
  return out;
}

// P(U <= u) for u = 0..limit without ties: subsets of size m of 0..m+n-1, by their sum above the
// least one. ways[k][s]: subsets of size k with excess s among the values seen so far.
std::vector<double> untied_distribution(std::size_t m, std::size_t n, std::size_t limit) {
  if (m > n) std::swap(m, n);
  // As partitions: excess s of a subset of size m is a partition of s into at most m parts, each at
  // most n. Adding part by part from the Gaussian binomial's recurrence
  // [m+n over m] = [m+n-1 over m-1] + q^m [m+n-1 over m].
  std::vector<std::vector<double>> ways(m + 1, std::vector<double>(limit + 1, 0));
  for (std::size_t k = 0; k <= m; ++k) ways[k][0] = 1;  // n = 0: only the empty partition
  for (std::size_t bound = 1; bound <= n; ++bound)
    for (std::size_t k = 1; k <= m; ++k)
      // ways(k, bound) = ways(k - 1, bound) + q^k ways(k, bound - 1)
      for (std::size_t s = limit + 1; s-- > 0;)
        ways[k][s] = ways[k - 1][s] + (s >= k ? ways[k][s - k] : 0);
  std::vector<double> out = ways[m];
  std::partial_sum(out.begin(), out.end(), out.begin());
  const double all = choose(m + n, m);
  for (double& p : out) p = std::min(1.0, p / all);
  return out;
}

// Two-sided p of a rank sum when some values are tied: all subsets of the doubled ranks counted by
// their sum; as extreme means as far from the mean.
double tied_p(const std::vector<double>& ranks, std::size_t m, double rank_sum) {
  std::size_t total = 0;
  std::vector<std::size_t> doubled;
  for (const double r : ranks) {
    doubled.push_back(static_cast<std::size_t>(std::lround(2 * r)));
    total += doubled.back();
  }
  std::vector<std::vector<double>> ways(m + 1, std::vector<double>(total + 1, 0));
  ways[0][0] = 1;
  for (std::size_t i = 0; i < doubled.size(); ++i)
    for (std::size_t k = std::min(m, i + 1); k >= 1; --k)
      for (std::size_t s = total; s >= doubled[i]; --s) ways[k][s] += ways[k - 1][s - doubled[i]];
  const double mean = static_cast<double>(total) * static_cast<double>(m) / static_cast<double>(ranks.size());
  const double distance = std::abs(2 * rank_sum - mean) - 1e-6;
  double extreme = 0, all = 0;
  for (std::size_t s = 0; s <= total; ++s) {
    all += ways[m][s];
    if (std::abs(static_cast<double>(s) - mean) >= distance) extreme += ways[m][s];
  }
  return std::min(1.0, extreme / all);
}

double untied_p(std::size_t m, std::size_t n, double u) {
  const std::size_t pairs = m * n;
  const std::size_t tail = static_cast<std::size_t>(std::lround(std::min(u, static_cast<double>(pairs) - u)));
  return std::min(1.0, 2 * untied_distribution(m, n, tail).back());
}

double approximate_p(double m, double n, double u, const std::vector<std::size_t>& ties) {
  const double total = m + n;
  double tied = 0;
  for (const std::size_t t : ties) tied += std::pow(static_cast<double>(t), 3) - static_cast<double>(t);
  const double variance = m * n / 12 * (total + 1 - tied / (total * (total - 1)));
  if (variance <= 0) return 1;  // all values are equal
  const double z = std::max(0.0, std::abs(u - m * n / 2) - 0.5) / std::sqrt(variance);
  return std::min(1.0, 2 * upper_normal(z));
}

}  // namespace

RankTest rank_test(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return {};
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  const Ranks ranked = rank(all);
  const double m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
  const double rank_sum_b = std::accumulate(ranked.ranks.begin() + static_cast<std::ptrdiff_t>(a.size()),
                                            ranked.ranks.end(), 0.0);
  const double u = rank_sum_b - n * (n + 1) / 2;  // pairs in which b is larger, ties half
  RankTest out{.p = 1, .advantage = u / (m * n), .exact = true};
  if (ranked.ties.empty() && a.size() * b.size() <= kExactPairs) {
    out.p = untied_p(a.size(), b.size(), u);
  } else if (!ranked.ties.empty() && all.size() <= kExactTiedTotal) {
    out.p = tied_p(ranked.ranks, b.size(), rank_sum_b);
  } else {
    out.exact = false;
    out.p = approximate_p(m, n, u, ranked.ties);
  }
  return out;
}

double smallest_rank_p(std::size_t n_a, std::size_t n_b) {
  if (n_a == 0 || n_b == 0) return 1;
  double log_ways = 0;
  const std::size_t few = std::min(n_a, n_b);
  for (std::size_t i = 1; i <= few; ++i) {
    log_ways += std::log(static_cast<double>(n_a + n_b - few + i) / static_cast<double>(i));
    if (log_ways > 700) return 0;
  }
  return std::min(1.0, 2 * std::exp(-log_ways));
}

std::size_t pairwise_margin(std::size_t n_a, std::size_t n_b, double level) {
  if (n_a == 0 || n_b == 0) return 0;
  const double allowed = level / 2 * (1 + 1e-12);
  if (n_a * n_b <= kExactPairs) {
    const std::vector<double> below = untied_distribution(n_a, n_b, n_a * n_b / 2);
    // [D(k), ...] misses with probability P(U <= k - 1) at each end.
    return static_cast<std::size_t>(std::ranges::upper_bound(below, allowed) - below.begin());
  }
  const double m = static_cast<double>(n_a), n = static_cast<double>(n_b);
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), level / 2));
  const double margin = m * n / 2 - z * std::sqrt(m * n * (m + n + 1) / 12) - 0.5;
  return margin < 1 ? 0 : static_cast<std::size_t>(margin);
}

}  // namespace stats
