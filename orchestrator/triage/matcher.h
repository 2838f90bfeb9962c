// SPDX-License-Identifier: Apache-2.0
// Decides whether a line is the head of a report: the table of formats made ready to run.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "triage/format.h"
#include "triage/line.h"
#include "triage/scanner.h"

namespace re2 {
class RE2;
}

namespace triage {

// Length of a name that some multiplexer may have put before the kernel's words: "vm0: ", "[node1]
// ", "ttyS0 | "; 0 if there is none. Many subsystems' tags look the same.
std::size_t name_length(std::string_view text);

// A line that matched a row.
struct Match {
  const Format* format = nullptr;
  std::string function;               // capture `f`
  std::string file;                   // capture `file`, as printed
  std::array<std::string, 3> groups;  // {1} {2} {3}
  std::string lead;                   // what stood before the anchor, tags removed
  std::string text;                   // from the anchor on
  std::string rest;                   // after the anchor
};

class Matcher {
 public:
  Matcher();
  ~Matcher();

  bool interesting(std::string_view raw) const { return scanner_->any(raw); }
  // The first row that matches; rows with Role::benign end the search and are returned too.
  std::optional<Match> match(const Line& line) const;

 private:
  struct Row;
  std::vector<std::unique_ptr<Row>> rows_;
  std::vector<std::vector<std::uint16_t>> rows_of_anchor_;
  std::unique_ptr<Scanner> scanner_;
  std::vector<std::string_view> anchors_;
};

}  // namespace triage
