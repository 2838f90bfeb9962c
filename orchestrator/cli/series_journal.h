// SPDX-License-Identifier: Apache-2.0
// What `vmlab series` has done so far: series/ID.json in the results folder, replaced as a whole after every change, so
// that an interrupted series goes on where it was.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "compare/series.h"

namespace cli {

struct JournalBuild {
  compare::StepBuild build;
  std::string key, image_sha256;
  bool modules = false;  // then equal images are not yet equal kernels
};

struct JournalStep {
  std::string id, subject, author, temporary;
  std::string content;  // hash of the patch, or the commit: what must be the same when it goes on
  std::string patch;    // file; empty: a commit, or the base
  std::vector<std::string> touched;
  std::map<std::string, JournalBuild> builds;
  std::map<std::string, int> same_as;
  std::string run;
  bool done = false;
};

struct Journal {
  static constexpr int kVersion = 1;
  std::string id, command, directory, started_at;
  std::string title, base;
  std::vector<std::string> remarks;
  std::vector<JournalStep> steps;  // the base first
};

base::Result<void> write_journal(const base::fs::path& file, const Journal& journal);
// An Error when it is not there or not what this version writes.
base::Result<Journal> read_journal(const base::fs::path& file);

}  // namespace cli
