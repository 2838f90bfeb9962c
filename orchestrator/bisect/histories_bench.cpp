// SPDX-License-Identifier: Apache-2.0
// Measures the search on synthetic histories: 1,000 by default. The first part have no flakes and are bisected by the
// real `git bisect run` too; the second part flake, and are asked for 99%.
//
//   histories_bench [--histories N] [--seed N]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "bisect/git_replay.h"
#include "bisect/synthetic.h"

namespace bisect {
namespace {

struct Count {
  int histories = 0, wrong = 0, unresolved = 0, most_extra = 0;
  double ours = 0, git = 0, bound = 0, confirming = 0, infra = 0, reused = 0;
};

// How often a naive bisection, each step `times` runs and the majority's word, is wrong, and what it costs.
struct Naive {
  double runs = 0;
  int wrong = 0;
};
Naive repeated(const std::vector<Synthetic>& all, int times, std::uint64_t seed) {
  Naive out;
  for (const Synthetic& one : all) {
    stats::Random random(seed++);
    Synthetic decided = one;
    decided.infra_rate = 0;
    // The majority of k runs is one run of a test that flakes less.
    const auto majority = [&](double rate) {
      double sum = 0;
      for (int failed = times / 2 + 1; failed <= times; ++failed)
        sum += std::exp(std::lgamma(times + 1) - std::lgamma(failed + 1) - std::lgamma(times - failed + 1)) *
               std::pow(rate, failed) * std::pow(1 - rate, times - failed);
      return sum;
    };
    decided.bad_rate = one.bad_rate < 1 ? majority(one.bad_rate) : 1;
    decided.good_rate = one.good_rate > 0 ? majority(one.good_rate) : 0;
    const Searched searched = search_synthetic(decided, {.rates = RateModel::deterministic()}, random);
    out.runs += times * searched.runs;
    out.wrong += !searched.right;
  }
  out.runs /= static_cast<double>(all.size());
  return out;
}

void deterministic(int histories, std::uint64_t seed, bool untestable) {
  Count count;
  int disagree = 0;
  for (int i = 0; i < histories; ++i) {
    const Synthetic one = make_synthetic(seed + static_cast<std::uint64_t>(i), {.untestable = untestable});
    stats::Random random(seed);
    const Searched ours = search_synthetic(one, {.rates = RateModel::deterministic()}, random);
    const GitReplay git = bisect_with_git(one);
    std::vector<int> found = ours.verdict.candidates;
    std::ranges::sort(found);
    if (found != git.candidates) {
      ++disagree;
      fmt::print("  seed {}: ours {} candidates, git {}\n", seed + static_cast<std::uint64_t>(i), found.size(), git.candidates.size());
    }
    ++count.histories;
    count.wrong += !ours.right;
    count.ours += ours.runs;
    count.git += git.steps;
    count.most_extra = std::max(count.most_extra, ours.runs - git.steps);
  }
  fmt::print("{} histories without flakes{}: {} disagree with git bisect run, {} wrong\n"
             "  steps: ours {:.2f}, git {:.2f} on average; at most {} more than git\n",
             count.histories, untestable ? ", with stretches that cannot be tested" : "", disagree, count.wrong,
             count.ours / count.histories, count.git / count.histories, count.most_extra);
}

void flaky(int histories, std::uint64_t seed) {
  std::vector<Synthetic> all;
  for (int i = 0; i < histories; ++i)
    all.push_back(make_synthetic(seed + static_cast<std::uint64_t>(i),
                                 {.flaky = i % 4 != 3, .untestable = i % 4 == 0, .noise = i % 2 == 0}));
  fmt::print("{} histories, three of four of which flake (rates 0 to 40% on either side; unbuildable stretches, infra, no-op commits among them)\n"
             "  asked     right     stated    wrong  unresolved  runs   bound  ratio\n", histories);
  for (const double asked : {0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999}) {
    Count count;
    double stated = 0;
    std::uint64_t turn = seed;
    for (const Synthetic& one : all) {
      stats::Random random(++turn);
      const Searched ours = search_synthetic(one, {.confidence = asked, .budget = 5000}, random);
      count.unresolved += ours.verdict.kind == Verdict::Kind::unresolved;
      count.wrong += !ours.right && ours.verdict.kind != Verdict::Kind::unresolved;
      stated += ours.verdict.confidence;
      count.ours += ours.runs;
      count.bound += least_runs(one, asked);
    }
    const double n = histories, right = 1 - count.wrong / n;
    fmt::print("  {:5.1f}%  {:6.2f}%  {:6.2f}%  {:7}  {:10}  {:5.1f}  {:5.1f}  {:.2f}  |{:<50}|\n", 100 * asked, 100 * right,
               100 * stated / n, count.wrong, count.unresolved, count.ours / n, count.bound / n, count.ours / count.bound,
               std::string(static_cast<std::size_t>(50 * right), '#'));
  }
  fmt::print("  git bisect with each step repeated, the majority decides:\n");
  for (const int times : {1, 3, 5, 9, 15, 25, 45}) {
    const Naive naive = repeated(all, times, seed);
    fmt::print("    {:3} times: {:6.1f} runs, {:5} wrong\n", times, naive.runs, naive.wrong);
  }
}

}  // namespace
}  // namespace bisect

int main(int argc, char** argv) {
  CLI::App app("Measures the bisection on synthetic histories");
  int histories = 1000;
  std::uint64_t seed = 1;
  app.add_option("--histories", histories)->check(CLI::Range(10, 1'000'000));
  app.add_option("--seed", seed);
  CLI11_PARSE(app, argc, argv);
  bisect::deterministic(histories / 4, seed, false);
  bisect::deterministic(histories / 4, seed + 1'000'000, true);
  bisect::flaky(histories - histories / 2, seed + 2'000'000);
}
