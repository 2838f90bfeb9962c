// SPDX-License-Identifier: Apache-2.0
// What a dead vmlab may leave behind: processes, sockets, locks, files half written.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "base/file.h"

namespace campaign {

// Every process that was started with NAME=VALUE in its environment, and what it started: "PID command line".
// Zombies are not counted: they are their parent's to reap.
std::vector<std::string> processes_with(const std::string& name, const std::string& value);
std::vector<pid_t> pids_with(const std::string& name, const std::string& value);

// Below `folder`: temporary files of atomic writes ("plan.tmp-aX3b9Q" beside "plan"), scratch folders of the cache,
// sockets, and images of guests that no longer run.
std::vector<std::string> leftover_files(const base::fs::path& folder);

// Makes the temporary files below `folder` an hour old: what is young may still be somebody's, and is not swept.
void make_old(const base::fs::path& folder);

// Lock files below `folder` that somebody still holds.
std::vector<std::string> locks_held(const base::fs::path& folder);

// Descriptors that this process has open.
std::size_t open_files();

}  // namespace campaign
