// SPDX-License-Identifier: Apache-2.0
// Any text as a script: the reader ends, in bounded memory, with unique ids.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "ktap/run_vmtests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  ktap::VmtestMachine machine;
  machine.run_all = data[0] & 1;
  machine.destructive = data[0] & 2;
  machine.hugepage_bytes = data[0] & 4 ? 0 : 16 << 20;
  const std::string_view script(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ktap::VmtestList list = ktap::read_run_vmtests(script, "run_vmtests.sh", machine);
  std::unordered_set<std::string> ids;
  for (const auto& command : list.commands) VMLAB_ASSERT(ids.insert(command.id).second);
  return 0;
}
