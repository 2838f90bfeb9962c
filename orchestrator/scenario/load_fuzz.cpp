// SPDX-License-Identifier: Apache-2.0
// Scenario files come with patch series from strangers: no text may crash the reader or make it run away.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "scenario/known_failures.h"
#include "scenario/load.h"
#include "scenario/select.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)scenario::parse_known_failures(text, "fuzz.yaml");
  auto parsed = scenario::parse_scenario(text, "fuzz.yaml");
  if (!parsed) return 0;
  (void)scenario::select_jobs({std::make_shared<const model::Scenario>(std::move(*parsed))}, {});
  return 0;
}
