// SPDX-License-Identifier: Apache-2.0
#include "kernel/selftests_inventory.h"

#include <algorithm>

#include "base/text.h"

namespace kernel {
namespace {

void add(std::vector<std::string>& list, std::string_view name) {
  while (name.ends_with('/')) name.remove_suffix(1);
  if (name.empty() || name.front() == '/') return;
  for (const std::string_view part : base::split(name, '/'))
    if (part == "..") return;
  if (std::ranges::find(list, name) == list.end()) list.emplace_back(name);
}

}  // namespace

std::string inventory_makefile() {
  // lib.mk puts $(OUTPUT)/ before generated names. TEST_GEN_MODS_DIR is switched off on the command
  // line (modules need a configured kernel tree), so its value is taken from the Makefile's text.
  return "include Makefile\n"
         "vmlab-inventory:\n"
         "\t$(foreach list,TEST_GEN_PROGS TEST_GEN_PROGS_EXTENDED TEST_GEN_FILES TEST_PROGS "
         "TEST_PROGS_EXTENDED TEST_FILES BINARIES_32 BINARIES_64,"
         "$(info vmlab $(list)$(foreach name,$($(list)), $(patsubst $(OUTPUT)/%,%,$(name)))))\n"
         "\t$(info vmlab TEST_GEN_MODS_DIR $(shell sed -n 's/^TEST_GEN_MODS_DIR *:*= *//p' "
         "Makefile))\n"
         "\t@:\n";
}

SelftestInventory parse_inventory(std::string_view make_output) {
  SelftestInventory inventory;
  std::vector<std::string> variants;
  for (const std::string_view line : base::split_lines(make_output)) {
    const auto words = base::split_words(line);
    if (words.size() < 2 || words[0] != "vmlab") continue;
    const std::string_view list = words[1];
    for (std::size_t i = 2; i < words.size(); ++i) {
      if (list.starts_with("TEST_GEN_MODS"))
        add(inventory.modules, words[i]);
      else if (list.starts_with("TEST_GEN_"))
        add(inventory.programs, words[i]);
      else if (list.starts_with("TEST_PROGS"))
        add(inventory.scripts, words[i]);
      else if (list == "TEST_FILES")
        add(inventory.files, words[i]);
      else if (list.starts_with("BINARIES_"))
        add(variants, words[i]);
    }
  }
  for (const std::string& name : variants)
    if (std::ranges::find(inventory.programs, name) == inventory.programs.end())
      add(inventory.not_offered, name);
  return inventory;
}

}  // namespace kernel
