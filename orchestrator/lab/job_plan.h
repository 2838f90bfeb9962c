// SPDX-License-Identifier: Apache-2.0
// Turns prepared tests into a guest's plan, and a guest's plan into the kernel arguments it needs.
#pragma once
#include <vector>

#include "guest/qemu/command_line.h"
#include "lab/lab.h"
#include "runner/job.h"

namespace lab {

inline constexpr const char* kSelftestsInGuest = "/vmlab/selftests";
inline constexpr const char* kScratchInGuest = "/vmlab/scratch";  // SCRATCH_DIR of guest-tools/agent/agent.h

std::vector<runner::JobTest> plan_tests(const std::vector<model::TestSpec>& tests);

// The guest that a job asks for, with this kernel: machine, memory, vCPUs, nodes and its own kernel arguments. Name,
// clock, image and drives are the caller's.
guest::QemuSpec guest_of(const scenario::JobRequest& job, const base::fs::path& kernel);

// Gigantic pages can only be reserved for sure while memory is whole: the largest pools of 1 GiB and more that
// any of the tests wants, as kernel arguments.
std::vector<std::string> boot_arguments(const std::vector<model::TestSpec>& tests);

// The kernel's modules and the list the agent loads them by, /vmlab/modules/order: one path a line.
std::vector<image::Entry> module_entries(const BuiltKernel& kernel);

// The file system images the tests want, without doubles.
std::vector<model::ScratchFs> filesystems(const std::vector<model::TestSpec>& tests);

}  // namespace lab
