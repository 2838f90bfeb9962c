// SPDX-License-Identifier: Apache-2.0
// What a selftest folder means to build and ship, asked of its own Makefile, so that nothing that
// is not there afterwards can be forgotten. Variables: Documentation/dev-tools/kselftest.rst.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kernel {

struct SelftestInventory {
  std::vector<std::string> programs;  // TEST_GEN_PROGS, TEST_GEN_PROGS_EXTENDED, TEST_GEN_FILES
  std::vector<std::string> scripts;   // TEST_PROGS, TEST_PROGS_EXTENDED
  std::vector<std::string> files;     // TEST_FILES
  std::vector<std::string> modules;   // TEST_GEN_MODS_DIR: kernel modules
  std::vector<std::string>
      not_offered;  // variants the Makefile names but left out (32-bit programs)
};

// A makefile that includes the folder's own and prints those variables; its target is
// "vmlab-inventory".
std::string inventory_makefile();

// Reads what it printed. Names that climb out of the folder are dropped: they could not be shipped.
SelftestInventory parse_inventory(std::string_view make_output);

}  // namespace kernel
