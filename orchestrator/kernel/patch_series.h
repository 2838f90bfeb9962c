// SPDX-License-Identifier: Apache-2.0
// Patches as the user has them (a diff, an mbox with several mails, a quilt directory, a folder of
// *.patch files) applied on top of a tree, strictly: no fuzz, no offsets guessed away, nothing half
// applied. The result is an Overlay: only the touched files.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "kernel/base_tree.h"
#include "kernel/command_runner.h"

namespace kernel {

struct Patch {
  std::string file;     // as the user named it (in a directory: directory/name)
  std::string subject;  // of the mail; for a plain diff the file's name
  std::string author;
  std::string diff;    // text that git apply takes
  int first_line = 1;  // of the mail or diff in `file`
  int strip = 1;       // -p
};

struct PatchHunk {
  std::string path;   // the file it changes, after stripping
  int old_start = 0;  // line in the old file
  int line = 0;       // 1-based, of "@@" in the diff
  std::string header;
};

// Reads and splits; mails without a diff (cover letters) are left out. Mails numbered n/m come in
// that order.
std::expected<std::vector<Patch>, base::Diagnostics> read_patches(
    const std::vector<std::string>& names, CommandRunner& runner);

// The files a diff touches, old and new names, and its hunks.
std::vector<std::string> touched_paths(const Patch& patch);
std::vector<PatchHunk> hunks_of(const Patch& patch);

// Applies the patches in order on top of `tree` + `overlay` (which it extends). The first that does
// not apply ends it, with patch, file and hunk named: what follows would only fail for the same
// reason.
std::expected<void, base::Diagnostics> apply_patches(const BaseTree& tree,
                                                     const std::vector<Patch>& patches,
                                                     Overlay& overlay, CommandRunner& runner);

}  // namespace kernel
