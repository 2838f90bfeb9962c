// SPDX-License-Identifier: Apache-2.0
// Two .config files and what lies between them, option by option.
#pragma once
#include <string>
#include <vector>

#include "base/file.h"

namespace cli {

// "CONFIG_SMP=y" or "# CONFIG_SMP is not set" (value "n").
struct ConfigLine {
  std::string name;  // with CONFIG_
  std::string value;
  friend bool operator==(const ConfigLine&, const ConfigLine&) = default;
};

struct ConfigDifference {
  std::string name;
  std::string good, bad;  // as lines of people: "CONFIG_SMP=y"
  std::string value;      // of the bad one; "n": not set
};

// Throws UserError with the line that is no line of a .config.
std::vector<ConfigLine> read_config(const base::fs::path& file);
std::vector<ConfigLine> parse_config(std::string_view text, const std::string& file);

// In the order of the bad file, which is that of Kconfig's menus; an option that only the good one has is n in the bad
// one, and comes where the good file has it, behind all others. What the compiler says of itself (CC_, GCC_VERSION and
// the like, which a build sets anew) is no difference.
std::vector<ConfigDifference> config_differences(const std::vector<ConfigLine>& good, const std::vector<ConfigLine>& bad);

// The good configuration with these differences taken over; `make olddefconfig` has the last word on what depends.
std::string config_text(const std::vector<ConfigLine>& good, const std::vector<ConfigDifference>& applied);

}  // namespace cli
