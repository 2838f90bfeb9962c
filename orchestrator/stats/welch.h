// SPDX-License-Identifier: Apache-2.0
// Welch's t: two means with unequal variances, for sides of which only mean, sd and n are known, and
// as the parametric half of other decisions. Assumes noise that is near enough to normal.
// Sources: Welch 1947 (degrees of freedom after Satterthwaite); Fieller 1954 for the ratio.
#pragma once
#include <optional>

#include "stats/interval.h"

namespace stats {

struct Moments {
  double mean = 0;
  double sd = 0;
  double n = 0;  // may be an effective number, not whole
};

struct Welch {
  double t = 0;  // of b - a
  double df = 0;
  double p = 1;  // two-sided
};

// nullopt when a side has fewer than two values or neither side any spread: there is no t then.
std::optional<Welch> welch_test(const Moments& a, const Moments& b);

// |t| that is exceeded with probability `level`, two-sided.
double student_critical(double df, double level);

// Relative change (b - a) / |a| of the means: Fieller's interval, which is bounded only where a's
// mean is surely not zero; elsewhere the interval of the difference over |a|. nullopt as above, or
// when a's mean is 0. It leaves out 0 exactly when welch_test's p is below `level`.
std::optional<Interval> mean_change_interval(const Moments& a, const Moments& b, double level);

}  // namespace stats
