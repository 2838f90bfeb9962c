// SPDX-License-Identifier: Apache-2.0
// Hostile consoles and records, in any order: the merge ends, and every whole console line is in the log.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "base/text.h"
#include "channel/kernel_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  channel::KernelLog log;
  std::size_t fresh = 0;
  // The input is pieces between zero bytes, taken for console text and records in turn.
  bool console = true;
  for (const std::string_view piece : base::split(all, '\0')) {
    fresh += (console ? log.add_console(piece) : log.add_records(piece.size() % 3, piece)).size();
    console = !console;
  }
  fresh += log.finish().size();
  const std::string text = log.text();
  // What was called new is what the log holds; a twin's caller or escapes may make the record's form shorter.
  VMLAB_ASSERT(fresh > 0 || text.empty());
  VMLAB_ASSERT(text.empty() || text.ends_with('\n'));
  return 0;
}
