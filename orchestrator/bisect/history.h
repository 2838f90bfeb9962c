// SPDX-License-Identifier: Apache-2.0
// The commits among which a culprit is sought: all that the bad commit contains and no good one does. A value; what a
// commit is called, and whether it stands for a patch of a series or an option of a .config, its maker knows.
#pragma once
#include <vector>

namespace bisect {

class History {
 public:
  // parents[i]: those of commit i that are in the history, each smaller than i (oldest first, as `git rev-list
  // --reverse --topo-order` has them). The last commit is the bad one and contains all others.
  explicit History(std::vector<std::vector<int>> parents);
  // 0 <- 1 <- ... <- size - 1
  static History linear(int size);

  int size() const { return static_cast<int>(parents_.size()); }
  int tip() const { return size() - 1; }
  const std::vector<int>& parents(int commit) const { return parents_[static_cast<std::size_t>(commit)]; }
  const std::vector<int>& children(int commit) const { return children_[static_cast<std::size_t>(commit)]; }
  bool merge(int commit) const { return parents(commit).size() > 1; }

  // Those that contain the commit, or are contained in it; itself is among them.
  std::vector<bool> descendants(int commit) const { return reach(commit, children_); }
  std::vector<bool> ancestors(int commit) const { return reach(commit, parents_); }

  // For each commit the weight of all it contains, itself too. Only merges cost a walk: with the kernel's 7,000 merges
  // among 100,000 commits that is a second or two.
  std::vector<double> contained(const std::vector<double>& weight) const;

  // How many steps from the nearest of `commits`, in either direction; size() where there is no way.
  std::vector<int> distance_from(const std::vector<int>& commits) const;

 private:
  using Edges = std::vector<std::vector<int>>;
  std::vector<bool> reach(int from, const Edges& edges) const;

  Edges parents_, children_;
};

}  // namespace bisect
