// SPDX-License-Identifier: Apache-2.0
// A kernel's configuration: a base (tinyconfig, defconfig or the user's .config), fragments and
// single options, later over earlier, resolved by the kernel's own olddefconfig and then checked,
// because that drops what it does not like without a word.
#pragma once
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "kernel/kconfig.h"
#include "model/machine.h"
#include "model/source.h"

namespace kernel {

struct WantedOption {
  std::string name;   // without CONFIG_
  std::string value;  // y, m, n, a number or a quoted string
  bool optional = false;
  std::string file;  // where it was asked for; empty: the command line or the scenario
  int line = 0;
};

struct ConfigPlan {
  std::string base;                   // "tiny", "def" or "file"
  std::string base_text;              // of a file
  std::vector<WantedOption> options;  // by name, each once: the last word counts

  // What goes into the artefact key: comments and order of fragments that say the same do not
  // matter.
  std::string key_text() const;
  // The lines for .config.
  std::string fragment_text() const;
};

// Lines "CONFIG_X=y", "# CONFIG_X is not set", comments, each with an optional "# optional" at its
// end.
std::expected<std::vector<WantedOption>, base::Diagnostics> parse_fragment(const std::string& name,
                                                                           std::string_view text);

// Reads base.config, the machine's own fragments, then what the spec names. `config_directory` is
// images/config.
std::expected<ConfigPlan, base::Diagnostics> plan_config(const model::KernelSpec& spec,
                                                         const model::Machine& machine,
                                                         const base::fs::path& config_directory);

// Every option that did not come out as asked. `kconfig` is read only when there is one.
base::Diagnostics check_config(const ConfigPlan& plan, const ConfigValues& resolved,
                               const std::function<KconfigTree()>& kconfig);

}  // namespace kernel
