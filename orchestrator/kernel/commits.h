// SPDX-License-Identifier: Apache-2.0
// What can be stepped through: the commits of a local repository between good and bad revisions, and the patches of a
// series, each in a file of its own so that any prefix of it is a list of patches of a model::KernelSpec.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/file.h"
#include "kernel/command_runner.h"
#include "kernel/source.h"

namespace kernel {

struct Commit {
  std::string id;                    // full object name
  std::vector<std::string> parents;  // full object names; none: a root
  std::string subject;
  std::string author;  // "Name <address>"
  std::string date;    // of the author, ISO 8601 with zone
  friend bool operator==(const Commit&, const Commit&) = default;
};

struct RangeOptions {
  bool first_parent = false;  // of a merge only the branch that it was made on
};

// The commits that `bad` reaches and no revision of `good` does, parents before children ("git log --topo-order
// --reverse"). Empty where `bad` is an ancestor of a good one. A repository or revision that does not exist is the
// user's mistake, all of them at once.
std::expected<std::vector<Commit>, SourceFailure> read_range(const base::fs::path& repository,
                                                             const std::vector<std::string>& good,
                                                             const std::string& bad, CommandRunner& runner,
                                                             const RangeOptions& options = {});

std::expected<Commit, SourceFailure> read_commit(const base::fs::path& repository, const std::string& revision,
                                                 CommandRunner& runner);

// The best common ancestors of two revisions (git-merge-base(1) --all), full object names; none when the histories are
// unrelated.
std::expected<std::vector<std::string>, SourceFailure> merge_bases(const base::fs::path& repository,
                                                                   const std::string& one, const std::string& other,
                                                                   CommandRunner& runner);

// The paths in which a commit differs from its first parent.
std::expected<std::vector<std::string>, SourceFailure> changed_paths(const base::fs::path& repository,
                                                                     const std::string& commit, CommandRunner& runner);

// One patch of a series.
struct SeriesPatch {
  int number = 0;        // its place, from 1 on
  base::fs::path file;   // its own file, as split_series() wrote it
  std::string subject;   // without "[PATCH v3 7/16]"; of a plain diff the file's name
  std::string author;    // empty: a plain diff
  std::string origin;    // where the user has it: file and line of the mail or diff
  int origin_line = 1;
  std::string temporary;  // not meant to stay, and which rule says so; empty: meant to stay
  std::vector<std::string> touched;  // paths it changes
};

struct Series {
  std::string title;        // subject of the cover letter; empty: there is none
  int version = 1;          // of "[PATCH v3 ..."
  std::string base_commit;  // of git format-patch --base; empty: not said
  std::vector<std::string> prerequisites;  // "prerequisite-patch-id:" lines, patch ids
  std::vector<SeriesPatch> patches;
  std::vector<std::string> remarks;  // what was left out and why, a sentence each
};

// Reads patches (a quilt directory, a folder of patches, mboxes, diffs) and writes each to a file of its own in
// `folder`, 0001-subject.patch and so on. The same patch gives the same bytes, wherever it came from. Mails that are
// numbered n/m are put in order; of several versions the newest whole one is taken; answers ("Re:") are left out. A
// missing number, or two different patches of one number, is the user's mistake.
std::expected<Series, base::Diagnostics> split_series(const std::vector<std::string>& names,
                                                      const base::fs::path& folder, CommandRunner& runner);

// Diagnostics about the files of split_series() are made to name the user's.
void name_origins(const Series& series, base::Diagnostics& diagnostics);

// "--temporary 3,7-9": marks these patches. A word that is no number of the series is the user's mistake.
std::expected<void, base::Diagnostics> mark_temporary(Series& series, const std::string& numbers);

// What there is to say about the base that the series names and the source it is applied to; empty: they are the same
// commit, or the series names none.
std::vector<std::string> base_remarks(const Series& series, const model::SourceRef& source, CommandRunner& runner);

}  // namespace kernel
