// SPDX-License-Identifier: Apache-2.0
// Deals the tests of one machine out to several guests, so that all cores have work: longest first, each to
// the guest with the least so far. Inside a guest the tests keep the scenario's order.
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

namespace lab {

// Indices into `expected`, one list per guest; no list is empty. `guests` is an upper bound: fewer are used
// when a guest would get less work than `worth_a_boot`.
std::vector<std::vector<std::size_t>> deal_out(const std::vector<std::chrono::milliseconds>& expected,
                                               std::size_t guests, std::chrono::milliseconds worth_a_boot);

}  // namespace lab
