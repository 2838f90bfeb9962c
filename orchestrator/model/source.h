// SPDX-License-Identifier: Apache-2.0
// Where a kernel or a selftest tree comes from, and how it is configured: what the user asked for, as values.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace model {

// SRC of the command line: debian:6.12, debian:6.12.111-1, dir:PATH, git:PATH#REV, prebuilt:PATH,
// prebuilt:debian:6.12-cloud.
struct SourceRef {
  enum class Kind { debian, dir, git, prebuilt, prebuilt_debian };
  Kind kind = Kind::debian;
  std::string location;  // debian: the version asked for; otherwise the path
  std::string revision;  // git only

  std::string text() const;
  friend bool operator==(const SourceRef&, const SourceRef&) = default;
};

// Reads SRC. Only the form is checked; whether the package or the folder exists is for room kernel to say.
base::Result<SourceRef> parse_source(std::string_view text);

// Reads SRC[+PATCH...]: the source and its patch files, in order.
base::Result<std::pair<SourceRef, std::vector<std::string>>> parse_patched_source(std::string_view text);

struct ConfigOption {
  std::string name;   // without CONFIG_
  std::string value;  // y, n, m, a number or a quoted string
  friend bool operator==(const ConfigOption&, const ConfigOption&) = default;
};

struct KernelSpec {
  SourceRef source;
  std::vector<std::string> patches;    // diff or mbox files, or quilt directories, in order
  std::string base_config = "tiny";    // "tiny", "def", or a path to a .config
  std::vector<std::string> fragments;  // names in images/config/ without ".config", or paths
  std::vector<ConfigOption> options;   // on top of all fragments
  friend bool operator==(const KernelSpec&, const KernelSpec&) = default;
};

struct SelftestSpec {
  SourceRef source;
  std::vector<std::string> patches;
  friend bool operator==(const SelftestSpec&, const SelftestSpec&) = default;
};

}  // namespace model
