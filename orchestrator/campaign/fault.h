// SPDX-License-Identifier: Apache-2.0
// One injected fault and what was seen of it, and the journal that keeps both: a JSON object a line.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace campaign {

struct Fault {
  int number = 0;  // with the campaign's seed it says everything: --only NUMBER does it again
  std::string kind;
  boost::json::object how = {};  // what the dice chose
};

struct Seen {
  enum class Verdict {
    right,    // every verdict is that of the undisturbed run
    infra,    // some tests have none, and say so
    refused,  // vmlab said that it cannot go on, with the reason, and claimed nothing
    wrong,    // a verdict that the fault made, something lost, something left behind
    skipped,  // this host cannot inject it; the reason is in `text`
  };
  Verdict verdict = Verdict::wrong;
  std::string text;                       // what was seen, or what is wrong
  boost::json::object figures = {};       // what was measured
  std::vector<std::string> left_behind = {};  // processes, sockets, locks, torn files
};

std::string_view to_string(Seen::Verdict verdict);

// {"number":17,"kind":"cut","how":{...},"verdict":"right","text":"...","figures":{...},"left_behind":[],"ms":12}
std::string journal_line(const Fault& fault, const Seen& seen, double milliseconds);

// Appends; each line is on disk before the next fault begins.
class Journal {
 public:
  static base::Result<Journal> open(const base::fs::path& file);
  base::Result<void> add(std::string_view line);

 private:
  explicit Journal(base::UniqueFd fd) : fd_(std::move(fd)) {}
  base::UniqueFd fd_;
};

}  // namespace campaign
