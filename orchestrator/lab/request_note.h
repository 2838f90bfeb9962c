// SPDX-License-Identifier: Apache-2.0
// What a run was asked for, written into its folder as request.json when it begins: so that it can go on after an
// interruption without mixing two kinds of results, and so that reports know what its scenarios say.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "lab/lab.h"
#include "model/expectation_set.h"

namespace lab {

struct RequestNote {
  static constexpr int kVersion = 1;
  std::string directory;                    // vmlab's working directory: relative paths of the command are from here
  std::vector<std::string> scenario_files;  // absolute
  // One line for each thing that decides what a result means: kernels, guests, every test as it is to run.
  std::vector<std::string> lines;
  std::vector<model::ExpectationSet> expects;
};

RequestNote note_of(const RunRequest& request);
// Its lines without those on kernels: for whoever holds the kernels' bytes against each other.
std::vector<std::string> lines_without_kernels(const RunRequest& request);

base::Result<void> write_note(const base::fs::path& run_directory, const RequestNote& note);
// An Error when there is none (an older version's run) or it cannot be read.
base::Result<RequestNote> read_note(const base::fs::path& run_directory);

// The first thing in which the two requests differ, for people; nullopt when results of both may stand together.
std::optional<std::string> difference(const RequestNote& before, const RequestNote& now);

// How a job's record names the two trees: kernel patches by file name, "debian:6.12+lost-test.patch" for selftests.
std::vector<std::string> patch_names(const std::vector<std::string>& paths);
std::string selftests_text(const model::SelftestSpec& selftests);

}  // namespace lab
