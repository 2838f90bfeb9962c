// SPDX-License-Identifier: Apache-2.0
// What the rules make of real noise: from many measured values of two kernels, small comparisons are drawn at random, of a
// kernel with itself (every verdict is a false alarm) and of one with the other (every missing verdict a miss).
//
//   resample_bench [--side N] [--times N] FILE     FILE: what `vmlab compare --samples` reads, many values a side
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "base/file.h"
#include "compare/samples/comparison.h"
#include "compare/samples/reader.h"
#include "stats/random.h"

namespace {

using namespace compare;

struct Options {
  std::size_t side = 12, times = 200;
  std::string file;
};

// `count` values drawn from `all` without putting any back, the first ones of a shuffle.
Values draw(Values all, std::size_t count, stats::Random& random) {
  for (std::size_t i = 0; i < count; ++i) std::swap(all[i], all[i + random.below(all.size() - i)]);
  all.resize(count);
  return all;
}

// Metrics are compared together, as `vmlab ab` does it: their number counts.
SampleFile drawn(const SampleFile& from, bool same, std::size_t side, stats::Random& random) {
  SampleFile out;
  for (const Metric& metric : from.metrics) {
    Metric one = metric;
    const Values& before = std::get<Values>(metric.before);
    if (same) {
      const Values both = draw(before, 2 * side, random);
      one.before = Values(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(side));
      one.after = Values(both.begin() + static_cast<std::ptrdiff_t>(side), both.end());
    } else {
      one.before = draw(before, side, random);
      one.after = draw(std::get<Values>(metric.after), side, random);
    }
    out.metrics.push_back(std::move(one));
  }
  return out;
}

void measure(const SampleFile& file, const Options& options) {
  stats::Random random(1);
  std::vector<std::size_t> alarms(file.metrics.size()), found(file.metrics.size());
  std::size_t any = 0;
  SampleOptions rules;
  rules.sampling = Sampling::independent;  // a boot each
  const auto called = [](const MetricVerdict& m) {
    return m.verdict == SampleVerdict::improved || m.verdict == SampleVerdict::regressed;
  };
  for (std::size_t time = 0; time < options.times; ++time) {
    const SampleComparison same = compare_samples(drawn(file, true, options.side, random), rules);
    const SampleComparison other = compare_samples(drawn(file, false, options.side, random), rules);
    bool alarm = false;
    for (std::size_t i = 0; i < file.metrics.size(); ++i) {
      alarms[i] += called(same.metrics[i]);
      found[i] += called(other.metrics[i]);
      alarm = alarm || called(same.metrics[i]);
    }
    any += alarm;
  }
  const SampleComparison whole = compare_samples(file, rules);
  fmt::print("{:<28} {:>9} {:>8} {:>12} {:>10}\n", "metric", "values", "delta", "A/A called", "A/B called");
  for (std::size_t i = 0; i < file.metrics.size(); ++i)
    fmt::print("{:<28} {:>4}+{:<4} {:>8} {:>8}/{} {:>6}/{}\n", file.metrics[i].name, whole.metrics[i].before.n, whole.metrics[i].after.n,
               percent(whole.metrics[i].delta), alarms[i], options.times, found[i], options.times);
  fmt::print("comparisons of nothing with any alarm: {} of {}, {} a side\n", any, options.times, options.side);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool number = i + 1 < argc && (word == "--side" || word == "--times");
    if (number) (word == "--side" ? options.side : options.times) = static_cast<std::size_t>(std::max(1, std::atoi(argv[++i])));
    else options.file = word;
  }
  const auto text = base::read_file(options.file);
  if (!text) return std::cerr << text.error().text() << '\n', 2;
  auto file = read_samples(*text, options.file);
  if (!file) {
    for (const base::Diagnostic& one : file.error()) std::cerr << one.text() << '\n';
    return 2;
  }
  const auto too_few = [&](const Side& side, std::size_t least) {
    const auto* values = std::get_if<Values>(&side);
    return values == nullptr || values->size() < least;
  };
  for (const Metric& metric : file->metrics)
    if (too_few(metric.before, 2 * options.side) || too_few(metric.after, options.side))
      return std::cerr << metric.name << ": at least " << 2 * options.side << " values before and " << options.side << " after\n", 2;
  measure(*file, options);
}
