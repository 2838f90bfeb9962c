// SPDX-License-Identifier: Apache-2.0
// Which functions say nothing about a bug: the table of frames that titles pass over.
#pragma once
#include <string_view>

namespace triage {

// How far a function stands from the bug. Each level includes the ones before it.
enum class Plumbing {
  none,       // a function worth naming
  reporting,  // prints, traps, enters or idles: never named
  waiting,    // schedules, locks, waits: named only when it asserts something itself
  helper,     // copies, allocates, frees, counts, links lists: the caller is to blame
};

// `name` as clean_function() gives it.
Plumbing plumbing_of(std::string_view name);

}  // namespace triage
