// SPDX-License-Identifier: Apache-2.0
// The kernel's own selftests as guest programs: cross-built static from a kernel tree, unmodified,
// with a word about every program that did not come out.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/guest_tools_host.h"
#include "kernel/selftests_inventory.h"
#include "kernel/selftests_log.h"
#include "kernel/selftests_tree.h"
#include "model/machine.h"

namespace kernel {

struct BuiltSelftest {
  std::string name;  // relative to its collection: "cow", "run_vmtests.sh"
  std::string sha256;
  bool script = false;  // came from the tree as it is
  friend bool operator==(const BuiltSelftest&, const BuiltSelftest&) = default;
};

struct SelftestArtifact {
  std::string collection;  // "mm"
  std::string identity;    // hash of the content: equal selftests are equal however they were made
  base::fs::path
      root;  // appears in the guest as /vmlab/selftests: holds <collection>/ and kselftest/
  std::vector<BuiltSelftest> built;  // by name
  std::vector<NotBuilt> not_built;   // by name
  base::fs::path log;                // make's output
  Artifact entry;                    // keeps the files from being collected

  const NotBuilt* why_missing(std::string_view program) const;
  bool has(std::string_view program) const;
};

// The make invocations, as values.
Command headers_command(const base::fs::path& tree, const model::Machine& machine,
                        const base::fs::path& build, const base::fs::path& install, int jobs);
Command selftests_command(const model::Machine& machine, const base::fs::path& folder,
                          const base::fs::path& output, const base::fs::path& headers,
                          const base::fs::path& sysroot, int jobs);

// Builds one collection or finds it built. Machines of one architecture share the result. An error
// means that nothing could be built (no compiler, no such collection, headers that do not install);
// single programs that fail are `not_built`. `sysroot` holds the static libraries
// (guest_tools_library.h); empty: none.
base::Result<SelftestArtifact> build_selftests(const GuestToolsHost& host, const SelftestTree& tree,
                                               std::string_view collection,
                                               const model::Machine& machine,
                                               const base::fs::path& sysroot);

// The record kept beside the programs, one line each: "built NAME SHA256", "script ...", "missing
// NAME LINES". The identity is read from what was built only: compilers put names of temporary
// files into their lines.
std::string selftest_manifest(const SelftestArtifact& artifact);
base::Result<SelftestArtifact> parse_selftest_manifest(std::string_view text);

}  // namespace kernel
