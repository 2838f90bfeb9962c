// SPDX-License-Identifier: Apache-2.0
// What a bisection has seen, on disk as it comes: a JSON object a line, each flushed before the next step begins. After
// any interruption the evidence is read from it again, and no step is repeated.
//
//   {"version":1,"question":HASH,"text":"..."}                                        the first line
//   {"commit":ID,"outcome":"failed|passed|untestable|infra","what":"...","run":ID,"kernel":HASH,"aim":"...","seconds":N,"at":TIME}
//   {"commit":ID,"outcome":"same","as":ID,"kernel":HASH,...}                          the same bytes: the same verdict
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace bisect {

// A commit's id as people read it: twelve digits of an object name, anything else whole.
std::string short_id(const std::string& id);

struct Entry {
  std::string commit;   // id
  std::string outcome;  // failed, passed, untestable, infra, same, reverted-failed, reverted-passed
  std::string what, run, kernel, aim, as, at;
  double seconds = 0;
};

class Journal {
 public:
  // Opens or begins the journal in `folder`. What another question left there is an Error; a torn last line (the
  // process or the machine died while writing it) is cut off. The lock keeps a second bisection of the same question out.
  static base::Result<Journal> open(const base::fs::path& folder, const std::string& question, const std::string& text);

  const std::vector<Entry>& entries() const { return entries_; }
  base::Result<void> add(Entry entry);  // `at` is set to now
  const base::fs::path& folder() const { return folder_; }

 private:
  base::fs::path folder_;
  std::vector<Entry> entries_;
  base::FileLock lock_;
};

}  // namespace bisect
