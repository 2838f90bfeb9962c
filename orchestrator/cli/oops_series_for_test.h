// SPDX-License-Identifier: Apache-2.0
// A series of three patches, for tests on real guests: the second makes a selftest oops, the others change no byte.
#pragma once
#include <string>

#include "base/file.h"

namespace cli {

// A file that nobody compiles: the kernel stays the same to the byte.
inline std::string note_patch(const std::string& name) {
  return "diff --git a/Documentation/" + name + " b/Documentation/" + name + "\nnew file mode 100644\n--- /dev/null\n+++ b/Documentation/" +
         name + "\n@@ -0,0 +1 @@\n+Nothing.\n";
}

// Written into `folder`: series/ with the patches, oops.yaml with the test that one of them breaks.
inline void write_oops_series(const base::fs::path& folder) {
  const auto series = folder / "series";
  base::fs::create_directory(series);
  base::value_or_throw(base::write_file_atomic(series / "1-before.patch", note_patch("before.txt")));
  base::fs::copy_file(base::fs::path(VMLAB_SOURCE_DIR) / "scenarios/patches/oops.patch", series / "2-oops.patch");
  base::value_or_throw(base::write_file_atomic(series / "3-behind.patch", note_patch("behind.txt")));
  base::value_or_throw(base::write_file_atomic(folder / "oops.yaml",
                                               "name: oops\nkernel: debian:6.12\nmachines: [x86_64]\ntests:\n  - {run: madv_populate, limit: 60s}\n"));
}

}  // namespace cli
