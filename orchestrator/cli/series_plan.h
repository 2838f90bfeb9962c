// SPDX-License-Identifier: Apache-2.0
// From the options of `vmlab series` to its steps: patches read and applied, or commits listed, before anything is
// built.
#pragma once
#include <string>
#include <vector>

#include "cli/run_options.h"
#include "cli/series_journal.h"

namespace cli {

struct SeriesOptions {
  RunOptions run;
  std::string patches, repo, range, temporary, resume, html;
};

void add_series_options(CLI::App& command, SeriesOptions& options);
// A stored command line as options again. Throws InfraError when it is none.
SeriesOptions parse_series_command(Session& session, const std::string& command_line);

struct SeriesPlan {
  std::string title, base;
  std::vector<std::string> remarks;
  std::vector<JournalStep> steps;  // the base first; no builds, no runs
  std::string repository;          // of a range
  RunOptions run;                  // of the base; see step_options()
};

// Writes the patches into `folder`. Throws UserError where they do not apply, all of them: every prefix has then.
SeriesPlan plan_series(Session& session, const SeriesOptions& options, const base::fs::path& folder);

// What `vmlab run` would be asked for to test this step.
RunOptions step_options(const SeriesPlan& plan, std::size_t step);

}  // namespace cli
