// SPDX-License-Identifier: Apache-2.0
#include "runner/cross_check.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"

namespace runner {
namespace {

constexpr int kMostNamed = 3;

std::map<std::string, model::OutcomeCounts> by_id(std::span<const model::CaseResult> results) {
  std::map<std::string, model::OutcomeCounts> cases;
  for (const model::CaseResult& result : results) cases[result.id].add(result.outcome);
  return cases;
}

std::string word(const model::OutcomeCounts* counts) {
  const auto merged = counts != nullptr ? counts->merged() : std::nullopt;
  return merged ? std::string(model::to_string(*merged)) : "not reported";
}

}  // namespace

std::optional<std::string> difference(std::span<const model::CaseResult> in_copy,
                                      std::span<const model::CaseResult> in_booted) {
  const auto copy = by_id(in_copy), booted = by_id(in_booted);
  std::string text;
  int count = 0;
  const auto compare = [&](const std::string& id, const model::OutcomeCounts* a, const model::OutcomeCounts* b) {
    if (word(a) == word(b) || ++count > kMostNamed) return;
    text += fmt::format("{}{}: {} in a copy, {} in a booted guest", text.empty() ? "" : "; ", base::printable(id), word(a), word(b));
  };
  for (const auto& [id, counts] : copy) {
    const auto other = booted.find(id);
    compare(id, &counts, other == booted.end() ? nullptr : &other->second);
  }
  for (const auto& [id, counts] : booted)
    if (!copy.contains(id)) compare(id, nullptr, &counts);
  if (count == 0) return std::nullopt;
  if (count > kMostNamed) text += fmt::format("; and {} more", count - kMostNamed);
  return text;
}

}  // namespace runner
