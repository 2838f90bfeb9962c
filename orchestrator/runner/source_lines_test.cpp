// SPDX-License-Identifier: Apache-2.0
#include "runner/source_lines.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"

namespace runner {
namespace {

constexpr std::string_view kOops =
    "[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
    "[    1.000001] #PF: supervisor read access in kernel mode\n"
    "[    1.000002] RIP: 0010:follow_it+0x0/0x10\n"
    "[    1.000003] Call Trace:\n"
    "[    1.000004]  <TASK>\n"
    "[    1.000005]  </TASK>\n"
    "[    1.000006] ---[ end trace 0000000000000000 ]---\n";

class SourceLinesTest : public testing::Test {
 protected:
  // A "kernel" of one function, with or without debug information; empty without a compiler.
  base::fs::path kernel(const std::string& flags) {
    const auto source = folder_.path() / "gup.c", program = folder_.path() / "vmlinux";
    EXPECT_TRUE(base::write_file_atomic(source, "int follow_it(volatile int *p)\n{\n\treturn *p;\n}\n"));
    const std::string command = "cc " + flags + " -O2 -nostdlib -static -no-pie -fno-pic -Wl,-e,follow_it -o " +
                                program.string() + " " + source.string() + " 2>/dev/null";
    return std::system(command.c_str()) == 0 ? program : base::fs::path();
  }
  base::TemporaryDirectory folder_ = *base::TemporaryDirectory::create(testing::TempDir(), "source-lines-");
};

TEST_F(SourceLinesTest, FollowACrashWhereTheKernelHasDebugInformation) {
  const auto vmlinux = kernel("-g");
  if (vmlinux.empty()) GTEST_SKIP() << "no C compiler on this machine";
  // x86's oops names a function of 16 bytes; ours is as long as the compiler makes it.
  const std::string lines = SourceLines(vmlinux).of(kOops);
  EXPECT_TRUE(lines.starts_with("source:\n    follow_it+0x0  ")) << lines;
  EXPECT_NE(lines.find("gup.c:"), std::string::npos) << lines;
}

TEST_F(SourceLinesTest, AreNotThereWithoutDebugInformationWithoutAFileAndWithoutACrash) {
  const auto plain = kernel("-s");
  if (plain.empty()) GTEST_SKIP() << "no C compiler on this machine";
  EXPECT_EQ(SourceLines(plain).of(kOops), "");
  EXPECT_EQ(SourceLines({}).of(kOops), "");
  EXPECT_EQ(SourceLines(folder_.path() / "nothing").of(kOops), "");
  EXPECT_EQ(SourceLines(kernel("-g")).of("[    1.000000] all is well\n"), "");
}

}  // namespace
}  // namespace runner
