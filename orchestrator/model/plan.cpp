// SPDX-License-Identifier: Apache-2.0
#include "model/plan.h"

#include <fmt/format.h>

#include "base/text.h"

namespace model {
namespace {

void append(std::string& out, const PlannedTest& test) {
  using base::percent_encode;
  out += fmt::format("test index={} id={} dir={} program={} limit_ms={} flood={} swap={} fs={}\n", test.index,
                     percent_encode(test.id), percent_encode(test.directory), percent_encode(test.program),
                     test.guest_limit_ms, test.floods_console ? 1 : 0, test.swap_bytes, to_string(test.filesystem));
  if (test.as_nobody) out += "user 65534\n";
  for (const std::string& argument : test.arguments) out += "arg " + percent_encode(argument) + "\n";
  for (const auto& [name, value] : test.environment)
    out += "env " + percent_encode(name) + " " + percent_encode(value) + "\n";
  for (const HugePagePool& pool : test.hugepages)
    out += fmt::format("pool size={} node={} pages={}\n", pool.page_bytes, pool.node, pool.pages);
  for (const auto& [path, value] : test.settings)
    out += "set " + percent_encode(path) + " " + percent_encode(value) + "\n";
  out += "end\n";
}

}  // namespace

std::string Plan::text() const {
  std::string out = fmt::format("vmlab-plan {}\nseed {}\nheartbeat_ms {}\ninteractive {}\n",
                                perturb == Perturb::none ? 1 : 2, seed, heartbeat_ms, interactive ? 1 : 0);
  if (perturb != Perturb::none) out += fmt::format("perturb {}\n", static_cast<int>(perturb));
  for (const PlannedTest& test : tests) append(out, test);
  return out + "go\n";
}

}  // namespace model
