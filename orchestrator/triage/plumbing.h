// SPDX-License-Identifier: Apache-2.0
// Which functions say nothing about a bug: the table of frames that titles pass over.
#pragma once
#include <string_view>

namespace triage {

// How far a function stands from the bug, nearest first.
enum class Plumbing {
  none,     // a function worth naming
  helper,   // copies, allocates, frees, counts, links lists: the caller is to blame
  waiting,  // schedules, locks, waits
  core,  // system call and interrupt entry, timers, RCU, workers, idling: named if nothing else is
         // there
  reporting,  // prints, traps, checks locks: never named
};

// `name` as clean_function() gives it.
Plumbing plumbing_of(std::string_view name);

// Where an interrupt came in: what stands below it in a trace was only interrupted.
bool is_interrupt_entry(std::string_view name);

// Asserts on behalf of its caller: refcount_warn_saturate, assfail, usercopy_abort ... Any other
// function may be the one that a WARNING or BUG is about, idle loops and interrupt entries
// included.
bool is_messenger(std::string_view name);

}  // namespace triage
