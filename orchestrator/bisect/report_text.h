// SPDX-License-Identifier: Apache-2.0
// The end of a bisection as a report that can be sent: to a terminal, as the body of a mail, or as JSON.
#pragma once
#include <functional>
#include <string>

#include "bisect/conduct.h"

namespace bisect {

struct Named {
  std::string id, subject, author, date;
};

struct Report {
  const Asked& asked;
  const Conducted& done;
  const std::vector<Entry>& log;
  std::function<Named(int commit)> name;
  std::string steps;      // "16 patches of series.mbox on debian:6.12"
  std::string question;   // "mm/cow on x86_64", "make test"
  std::string sought;     // the failure, a line; empty: none was needed
  std::string reproduce;  // a command line; empty: none
  std::string journal;    // where the log stands
};

std::string report_text(const Report& report);
// With a subject line and the people it concerns, ready for an editor.
std::string mail_text(const Report& report);
// The contract's object and more.
std::string report_json(const Report& report);
// As `git bisect log` prints it: each commit with the verdict that most of its runs gave.
std::string log_text(const Report& report);

}  // namespace bisect
