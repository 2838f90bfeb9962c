// SPDX-License-Identifier: Apache-2.0
#include "triage/scanner.h"

#include <algorithm>
#include <deque>

namespace triage {

Scanner::Scanner(std::span<const std::string_view> literals) {
  for (auto literal : literals)
    for (unsigned char c : literal)
      if (class_[c] == 0) class_[c] = static_cast<std::uint8_t>(columns_++);

  std::vector<std::vector<std::int32_t>> go{std::vector<std::int32_t>(columns_, -1)};
  found_.emplace_back();
  for (std::size_t id = 0; id < literals.size(); ++id) {
    std::int32_t state = 0;
    for (unsigned char c : literals[id]) {
      std::int32_t& slot = go[static_cast<std::size_t>(state)][class_[c]];
      if (slot < 0) {
        slot = static_cast<std::int32_t>(go.size());
        state = slot;
        go.emplace_back(columns_, -1);
        found_.emplace_back();
      } else {
        state = slot;
      }
    }
    found_[static_cast<std::size_t>(state)].push_back(static_cast<std::uint16_t>(id));
  }

  // Breadth first: a missing edge goes where the longest proper suffix goes.
  std::vector<std::int32_t> fail(go.size(), 0);
  std::deque<std::int32_t> queue;
  for (auto& slot : go[0]) {
    if (slot < 0)
      slot = 0;
    else
      queue.push_back(slot);
  }
  while (!queue.empty()) {
    auto state = static_cast<std::size_t>(queue.front());
    queue.pop_front();
    auto suffix = static_cast<std::size_t>(fail[state]);
    found_[state].insert(found_[state].end(), found_[suffix].begin(), found_[suffix].end());
    for (std::uint32_t column = 0; column < columns_; ++column) {
      std::int32_t& slot = go[state][column];
      if (slot < 0) {
        slot = go[suffix][column];
      } else {
        fail[static_cast<std::size_t>(slot)] = go[suffix][column];
        queue.push_back(slot);
      }
    }
  }

  next_.resize(go.size() * columns_);
  for (std::size_t state = 0; state < go.size(); ++state) {
    for (std::uint32_t column = 0; column < columns_; ++column) {
      auto target = static_cast<std::uint32_t>(go[state][column]);
      next_[state * columns_ + column] = target * columns_ | (found_[target].empty() ? 0 : kHit);
    }
  }
}

void Scanner::find(std::string_view text, std::vector<std::uint16_t>& ids) const {
  const std::size_t before = ids.size();
  std::uint32_t state = 0;
  for (unsigned char c : text) {
    state = next_[(state & ~kHit) + class_[c]];
    if (state & kHit) {
      const auto& hits = found_[(state & ~kHit) / columns_];
      ids.insert(ids.end(), hits.begin(), hits.end());
    }
  }
  std::sort(ids.begin() + static_cast<std::ptrdiff_t>(before), ids.end());
  ids.erase(std::unique(ids.begin() + static_cast<std::ptrdiff_t>(before), ids.end()), ids.end());
}

}  // namespace triage
