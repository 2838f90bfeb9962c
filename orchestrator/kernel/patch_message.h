// SPDX-License-Identifier: Apache-2.0
// What patch files hold before anybody decides what of it counts: every mail and every diff, in the order of the
// files. Private to the room.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/patch_series.h"

namespace kernel {

struct Message {
  Patch patch;           // its diff is empty in cover letters and answers
  std::string body;      // of a mail: what stands before the diff, or all of it
  bool mail = false;     // false: a plain diff
  bool listed = false;   // by a quilt series file, whose order is the law
  std::string comment;   // behind '#' in the series file
};

// Of one name: a file or a folder. A file without any diff is the user's mistake, unless it is the cover letter of a
// folder.
std::expected<std::vector<Message>, base::Diagnostics> read_messages(const std::string& name, CommandRunner& runner);

bool has_diff(std::string_view text);

// "[PATCH v2 3/7] ..." to {3, 7}; the bracket groups at the subject's beginning count, and what stands before them in
// an answer ("Re:") does not.
std::optional<std::pair<int, int>> numbering(std::string_view subject);

}  // namespace kernel
