// SPDX-License-Identifier: Apache-2.0
#include "bisect/history.h"

#include <algorithm>
#include <cassert>
#include <queue>

namespace bisect {
namespace {

std::size_t at(int commit) { return static_cast<std::size_t>(commit); }

}  // namespace

History::History(Edges parents) : parents_(std::move(parents)), children_(parents_.size()) {
  for (int commit = 0; commit < size(); ++commit)
    for (const int parent : parents_[at(commit)]) {
      assert(parent >= 0 && parent < commit);
      children_[at(parent)].push_back(commit);
    }
}

History History::linear(int size) {
  Edges parents(at(size));
  for (int commit = 1; commit < size; ++commit) parents[at(commit)] = {commit - 1};
  return History(std::move(parents));
}

std::vector<bool> History::reach(int from, const Edges& edges) const {
  std::vector<bool> seen(parents_.size());
  std::vector<int> open{from};
  seen[at(from)] = true;
  while (!open.empty()) {
    const int commit = open.back();
    open.pop_back();
    for (const int next : edges[at(commit)]) {
      if (seen[at(next)]) continue;
      seen[at(next)] = true;
      open.push_back(next);
    }
  }
  return seen;
}

std::vector<double> History::contained(const std::vector<double>& weight) const {
  std::vector<double> sums(parents_.size());
  std::vector<int> seen_for(parents_.size(), -1);  // the merge whose walk came by last: no clearing between walks
  std::vector<int> open;
  for (int commit = 0; commit < size(); ++commit) {
    double& sum = sums[at(commit)];
    if (!merge(commit)) {
      sum = weight[at(commit)] + (parents(commit).empty() ? 0 : sums[at(parents(commit).front())]);
      continue;
    }
    // The first parent's sum is known; what the others add is what it does not contain.
    open = {parents(commit).front()};
    seen_for[at(open.front())] = commit;
    const auto walk = [&](double& total) {
      while (!open.empty()) {
        const int next = open.back();
        open.pop_back();
        total += weight[at(next)];
        for (const int parent : parents(next))
          if (seen_for[at(parent)] != commit) {
            seen_for[at(parent)] = commit;
            open.push_back(parent);
          }
      }
    };
    sum = weight[at(commit)];
    walk(sum);
    for (const int parent : parents(commit))
      if (seen_for[at(parent)] != commit) {
        seen_for[at(parent)] = commit;
        open.push_back(parent);
        walk(sum);
      }
  }
  return sums;
}

std::vector<int> History::distance_from(const std::vector<int>& commits) const {
  std::vector<int> distance(parents_.size(), size());
  std::queue<int> open;
  for (const int commit : commits) {
    distance[at(commit)] = 0;
    open.push(commit);
  }
  while (!open.empty()) {
    const int commit = open.front();
    open.pop();
    for (const auto* edges : {&parents_, &children_})
      for (const int next : (*edges)[at(commit)])
        if (distance[at(next)] > distance[at(commit)] + 1) {
          distance[at(next)] = distance[at(commit)] + 1;
          open.push(next);
        }
  }
  return distance;
}

}  // namespace bisect
