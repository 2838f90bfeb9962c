// SPDX-License-Identifier: Apache-2.0
// Chance that comes out the same on every host: splitmix64 (Steele, Lea and Flood, 2014) instead of <random>'s
// distributions, which each library implements in its own way.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"

namespace campaign {

class Dice {
 public:
  // Each fault has dice of its own, so that one is thrown again without those before it.
  Dice(std::uint64_t seed, std::uint64_t number) : state_(seed * 0x9e3779b97f4a7c15u + number * 0xd1b54a32d192ed03u) {
    (void)next();
  }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // 0 .. n-1
  std::uint64_t below(std::uint64_t n) {
    VMLAB_ASSERT(n > 0);
    return next() % n;
  }
  // from .. to, both included
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(to - from + 1)));
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <class T>
  const T& one_of(std::span<const T> things) {
    return things[below(things.size())];
  }
  std::string bytes(std::size_t n) {
    std::string text(n, '\0');
    for (char& c : text) c = static_cast<char>(next());
    return text;
  }

 private:
  std::uint64_t state_;
};

}  // namespace campaign
