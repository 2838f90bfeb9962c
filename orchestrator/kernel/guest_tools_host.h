// SPDX-License-Identifier: Apache-2.0
// What the builders of guest programs (selftests, agent, shell, static libraries) need of the host:
// running tools and keeping what they made.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/cache.h"
#include "kernel/command_runner.h"

namespace kernel {

struct GuestToolsHost {
  CommandRunner& runner;
  const ArtifactCache& cache;
  int jobs = 2;  // for make -j
  OnWait on_wait = {};  // while another process makes what is asked for
};

// The entry under (kind, key): found, or filled by `fill` in a scratch folder and then committed
// whole. Two processes that ask for one key make it once. `key` is a hash of everything that
// decides the content.
base::Result<Artifact> find_or_make(
    const GuestToolsHost& host, const std::string& kind, const std::string& key,
    const std::string& summary,
    const std::function<base::Result<void>(const base::fs::path& folder)>& fill);

// A command from its words: program, then arguments.
Command command_of(std::vector<std::string> words, base::fs::path directory = {});

// Runs a command whose failure is an answer too, and gives back all it printed, both streams in
// order.
base::Result<std::string> run_for_log(CommandRunner& runner, const Command& command);

// Names a C compiler and its C library exactly: programs are linked statically against both.
base::Result<std::string> toolchain_identity(CommandRunner& runner, std::string_view cross_compile);

// `text` reduced to its last `lines` lines, without control characters.
std::vector<std::string> last_lines(std::string_view text, std::size_t lines);

}  // namespace kernel
