// SPDX-License-Identifier: Apache-2.0
#include "model/scenario.h"

#include <array>
#include <utility>

namespace model {

std::string_view to_string(ScratchFs filesystem) {
  switch (filesystem) {
    case ScratchFs::none: return "none";
    case ScratchFs::ext4: return "ext4";
    case ScratchFs::xfs: return "xfs";
  }
  return "none";
}
namespace {

constexpr std::array<std::pair<Dialect, std::string_view>, 6> kDialects{{
    {Dialect::automatic, "auto"},
    {Dialect::tap, "tap"},
    {Dialect::uffd_unit_tests, "uffd_unit_tests"},
    {Dialect::uffd_stress, "uffd_stress"},
    {Dialect::exit_code, "exit_code"},
    {Dialect::benchmark, "benchmark"},
}};

}  // namespace

std::string_view to_string(Clock clock) { return clock == Clock::wall ? "wall" : "instructions"; }
std::string_view to_string(Isolation isolation) { return isolation == Isolation::suite ? "suite" : "test"; }

std::string_view to_string(Dialect dialect) {
  return kDialects[static_cast<std::size_t>(dialect)].second;
}

std::optional<Dialect> dialect_from(std::string_view name) {
  for (const auto& [dialect, text] : kDialects)
    if (text == name) return dialect;
  return std::nullopt;
}

}  // namespace model
