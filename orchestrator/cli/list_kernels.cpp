// SPDX-License-Identifier: Apache-2.0
// vmlab list kernels: what is built and kept, and which sources can be asked for.
#include <boost/json.hpp>

#include "base/text.h"
#include "cli/list.h"
#include "kernel/cache.h"
#include "report/tables.h"

namespace cli {

void list_kernels(const Session& session) {
  std::vector<std::vector<std::string>> rows{{"KEY", "KERNEL"}};
  boost::json::array array;
  for (const kernel::CacheEntry& entry : kernel::ArtifactCache().list()) {
    if (entry.kind != "kernel") continue;
    rows.push_back({entry.key.substr(0, 12), base::printable(entry.summary)});
    array.push_back({{"key", entry.key}, {"summary", entry.summary}});
  }
  if (session.wants_json()) session.deliver_json(boost::json::serialize(boost::json::object{{"kernels", array}}));
  if (session.json) return;
  session.say(rows.size() == 1 ? "no kernel is built yet\n" : report::table(rows, session.terminal()));
  session.say("\nany SRC can be asked for: debian:6.12, debian:6.1, debian:7.3, debian:6.12.111-1, dir:PATH,\n"
              "git:PATH#REV, prebuilt:PATH, prebuilt:debian:6.12-cloud; +FILE appends a patch\n");
}

}  // namespace cli
