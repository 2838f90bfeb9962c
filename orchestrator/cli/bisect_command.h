// SPDX-License-Identifier: Apache-2.0
// Any command as the oracle, as `git bisect run` has it: 0 good, 125 cannot tell, 126, 127, everything from 128 on and a
// signal: the command did not do its work, which says nothing about the commit; anything else bad.
#pragma once
#include <memory>

#include "bisect/oracle.h"
#include "cli/bisect_steps.h"

namespace cli {

struct CommandBisect {
  std::vector<std::string> command;
  base::fs::path repo;      // empty: there is no tree to check out (configurations): the command is told by its environment
  bool own_worktree = false;  // in a work tree of its own instead of the repository's
  base::fs::path folder;      // of the journal
};

// What was checked out in a repository before a bisection borrows it. A killed one leaves its note, and the next puts
// the head back before it reads what HEAD is.
class BorrowedHead {
 public:
  // Throws UserError when another bisection has it, or when the tree has changes that a checkout could lose.
  BorrowedHead(const base::fs::path& repo, const base::fs::path& notes);
  ~BorrowedHead();
  BorrowedHead(const BorrowedHead&) = delete;
  BorrowedHead& operator=(const BorrowedHead&) = delete;

 private:
  void put_back();
  base::fs::path repo_, note_;
  std::string before_;
  base::FileLock lock_;
};

// Checks each commit out and runs the command there, as git does; in the repository's own tree only while somebody
// holds its head.
std::unique_ptr<bisect::Oracle> command_oracle(const BisectSteps& steps, CommandBisect what);

}  // namespace cli
