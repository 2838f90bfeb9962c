// SPDX-License-Identifier: Apache-2.0
// Enough of the Kconfig language (Documentation/kbuild/kconfig-language.rst) to say why an option
// is not what was asked: the definitions reachable for one architecture, with what each depends on,
// its enclosing if, menu and choice blocks included, and who selects it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace kernel {

// .config as name (without CONFIG_) to value; an option that is not set is absent.
using ConfigValues = std::map<std::string, std::string, std::less<>>;
ConfigValues parse_config_values(std::string_view text);

struct KconfigDefinition {
  std::string file;  // relative to the tree
  int line = 0;
  std::vector<std::string> depends;  // one expression each; all must hold
  bool has_prompt = false;           // without one nobody can set it by hand
};

struct KconfigSymbol {
  std::vector<KconfigDefinition> definitions;
  std::vector<std::string> selected_by;  // names, those that can be on for this architecture
};

class KconfigTree {
 public:
  // Follows `source` from the root Kconfig; `srcarch` stands for $(SRCARCH): "x86".
  static KconfigTree read(const base::fs::path& tree, const std::string& srcarch);

  bool empty() const { return symbols_.empty(); }
  const KconfigSymbol* find(std::string_view name) const;
  std::vector<std::string> names() const;

  // Why `name` is not `wanted` with these values: one line for people. "depends on A && B; B is
  // off".
  std::string why_not(std::string_view name, std::string_view wanted,
                      const ConfigValues& values) const;

 private:
  friend class KconfigReader;
  std::map<std::string, KconfigSymbol, std::less<>> symbols_;
};

// Value of a dependency expression: 0 n, 1 m, 2 y. Names that have no value are n.
int evaluate(std::string_view expression, const ConfigValues& values);
// The operands whose change would help: names (or "!NAME") that keep the expression from being y.
std::vector<std::string> blockers(std::string_view expression, const ConfigValues& values);

}  // namespace kernel
