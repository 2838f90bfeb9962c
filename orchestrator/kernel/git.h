// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"
#include "kernel/command_runner.h"

namespace kernel {

// The variables by which a git above us (a hook, a rebase --exec) would send ours to another repository.
inline std::vector<std::string> foreign_git_variables() { return {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}; }

// `git -C REPOSITORY ARGUMENTS`, its output kept.
inline Command git(const base::fs::path& repository, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-C", repository.string()});
  return {.program = "git", .arguments = std::move(arguments), .unset = foreign_git_variables(), .capture = true};
}

}  // namespace kernel
