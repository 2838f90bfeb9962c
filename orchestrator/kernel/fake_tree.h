// SPDX-License-Identifier: Apache-2.0
// A tiny tree on disk for tests: enough to be taken for a kernel's.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "base/file.h"
#include "kernel/base_tree.h"
#include "kernel/command_runner.h"

namespace kernel {

class FakeTreeTest : public ::testing::Test {
 protected:
  FakeTreeTest()
      : scratch_(std::move(*base::TemporaryDirectory::create("/tmp", "vmlab-kernel-test"))) {
    put("Makefile", "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nEXTRAVERSION =\n");
    put("Kconfig", "config MMU\n\tbool \"MMU\"\n");
    put("mm/gup.c", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n");
    put("mm/mmap.c", "int mmap;\n");
  }
  base::fs::path root() const { return scratch_.path(); }
  base::fs::path tree() const { return root() / "tree"; }
  void put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(write_tree_file(tree(), path, FileContent{text}).has_value());
  }
  std::string write(const std::string& name, const std::string& text) {
    base::fs::create_directories((root() / name).parent_path());
    EXPECT_TRUE(base::write_file_atomic(root() / name, text).has_value());
    return (root() / name).string();
  }
  void shell(const std::string& script) {
    auto done =
        run_or_fail(runner_, {.program = "sh", .arguments = {"-ec", script}, .directory = root()});
    ASSERT_TRUE(done.has_value()) << done.error().text();
  }

  base::TemporaryDirectory scratch_;
  HostCommandRunner runner_;
};

inline const std::string kGupPatch =
    "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,4 @@\n one\n+new\n two\n three\n";

}  // namespace kernel
