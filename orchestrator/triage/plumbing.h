// SPDX-License-Identifier: Apache-2.0
// Which functions say nothing about a bug: the table of frames that titles pass over.
#pragma once
#include <string_view>

namespace triage {

// How far a function stands from the bug, nearest first.
enum class Plumbing {
  none,       // a function worth naming
  helper,     // copies, allocates, frees, counts, links lists: the caller is to blame
  waiting,    // schedules, locks, waits
  reporting,  // prints, traps, enters or idles: never named
};

// `name` as clean_function() gives it.
Plumbing plumbing_of(std::string_view name);

}  // namespace triage
