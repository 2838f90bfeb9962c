// SPDX-License-Identifier: Apache-2.0
// A series tested patch by patch, for people and for programs: the matrix of patches and those tests that are not the
// same everywhere, and what each patch broke and repaired, in words.
#pragma once
#include <string>
#include <vector>

#include "compare/series.h"
#include "report/layout.h"

namespace report {

struct SeriesView {
  std::string id;       // of the series in the results folder
  std::string title;    // of the cover letter, or what was given on the command line
  std::string base;     // SRC, or the commit before the range
  std::vector<std::string> remarks;  // on how the series was read
  bool interrupted = false;
  compare::SeriesReport report;
};

std::string series_text(const SeriesView& view, const TerminalOptions& options);
// results/README.md has the format.
std::string series_json(const SeriesView& view);

// "first bad: 11 (mm: x, A Person <a@b>)", "broken build at 7, repaired at 8": one finding, without its details.
std::string finding_text(const compare::Finding& finding, const compare::SeriesReport& report);

}  // namespace report
