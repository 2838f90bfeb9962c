// SPDX-License-Identifier: Apache-2.0
// Reads make's output as it comes: counts objects, keeps the lines that explain a failure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kernel {

class BuildLog {
 public:
  void feed(std::string_view line);

  int objects() const { return objects_; }  // CC, AS, HOSTCC... lines so far
  bool linking() const { return linking_; }
  // First errors with what led to them, then make's own last words; at most about 30 lines,
  // printable.
  std::vector<std::string> what_matters() const;

 private:
  int objects_ = 0;
  bool linking_ = false;
  std::vector<std::string> context_;  // "In function", "included from" since the last other line
  std::vector<std::string> errors_;
  std::vector<std::string> make_;
  int follow_ = 0;  // source excerpt lines still belonging to an error
  std::vector<std::string> tail_;
};

}  // namespace kernel
