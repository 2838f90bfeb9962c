// SPDX-License-Identifier: Apache-2.0
// uffd-stress before it spoke TAP (Linux 6.3 to 6.12) and the userfaultfd it came from (6.1): one
// line per bounce, "bounces: 15, mode: rnd racing ver poll, userfaults: ...", down to 0. Their exit
// status is their result; where only the text is there, this says how it ended.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ktap {

class StressReader {
 public:
  enum class State { none, running, ended, failed, skipped };

  void line(std::string_view text);
  State state() const { return state_; }
  // What it said of its failure or its skip.
  const std::string& error() const { return error_; }

 private:
  State state_ = State::none;
  std::string error_;
};

}  // namespace ktap
