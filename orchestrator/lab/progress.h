// SPDX-License-Identifier: Apache-2.0
// What people see while work goes on: what is building or booting, how far, how long to go. On a terminal the
// last lines are redrawn in place; elsewhere each event is one plain line. Used from the loop's thread only.
#pragma once
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace lab {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  // `out` is not owned. `terminal` chooses between redrawing and plain lines; `width` in columns.
  Progress(std::FILE* out, bool terminal, int width);
  ~Progress();  // takes the live lines off the screen
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // A line that stays, as when a test has ended.
  void note(std::string_view line);
  // The live line of one activity; `key` orders and names it. Plain mode prints it when `event` is true and
  // at most every 30 s otherwise.
  void show(const std::string& key, std::string text, bool event = false);
  void done(const std::string& key);
  // The bottom line: tests done of all, and the time to go if it is known.
  void total(std::size_t done, std::size_t all, std::chrono::seconds to_go);

 private:
  void draw(bool now);
  void erase();

  std::FILE* out_;
  bool terminal_;
  int width_;
  std::map<std::string, std::string> live_;
  std::map<std::string, Clock::time_point> printed_;
  std::string total_;
  std::size_t drawn_lines_ = 0;
  Clock::time_point last_draw_{};
};

}  // namespace lab
