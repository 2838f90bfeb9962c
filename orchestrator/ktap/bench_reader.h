// SPDX-License-Identifier: Apache-2.0
// What vmlab-bench prints (guest-tools/README.md): `metric NAME UNIT lower|higher VALUE...` and `skip NAME REASON`.
// Each metric is a case that passed, with its values; each skip one that did not run. A counter (unit `events`) is no case.
#pragma once
#include <string_view>
#include <vector>

#include "ktap/raw_case.h"
#include "ktap/report.h"

namespace ktap {

class BenchReader {
 public:
  explicit BenchReader(CaseSink sink) : sink_(std::move(sink)) {}

  void line(std::string_view text, std::size_t number);
  bool any_structure() const { return reported_ > 0; }
  std::size_t reported() const { return reported_; }
  std::size_t bad() const { return bad_; }  // lines that begin like a metric and are none
  std::vector<Measured> take() { return std::move(measured_); }

 private:
  CaseSink sink_;
  std::vector<Measured> measured_;
  std::size_t reported_ = 0, bad_ = 0;
};

}  // namespace ktap
