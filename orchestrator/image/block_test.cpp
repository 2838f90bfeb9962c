// SPDX-License-Identifier: Apache-2.0
#include "image/block.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/hash.h"
#include "base/text.h"

namespace image {
namespace {

// Runs tools through /bin/sh; the real program uses its own command runner.
base::Result<void> shell(const std::vector<std::string>& command,
                         const std::vector<std::pair<std::string, std::string>>& environment) {
  std::string line;
  for (const auto& [name, value] : environment) line += name + "=" + base::shell_quote(value) + " ";
  for (const std::string& word : command) line += base::shell_quote(word) + " ";
  line += ">/dev/null";
  if (std::system(line.c_str()) != 0) return base::fail("failed: " + line);
  return {};
}

bool have(const char* tool) {
  return std::system((std::string("command -v ") + tool + " >/dev/null").c_str()) == 0;
}

void expect_same_bytes_twice(model::ScratchFs filesystem) {
  auto folder = base::TemporaryDirectory::create("/tmp", "block-");
  ASSERT_TRUE(folder);
  const BlockSpec spec{.filesystem = filesystem, .bytes = 0};
  const auto first = block_image(spec, folder->path() / "a", shell);
  ASSERT_TRUE(first) << first.error().text();
  const auto second = block_image(spec, folder->path() / "b", shell);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(*base::sha256_file(first->path.string()), *base::sha256_file(second->path.string()));
  const auto copy = folder->path() / "copy.img";
  ASSERT_TRUE(copy_sparse(first->path, copy));
  EXPECT_EQ(*base::sha256_file(first->path.string()), *base::sha256_file(copy.string()));
}

TEST(BlockImage, Ext4IsTheSameBytesEveryTime) {
  if (!have("mkfs.ext4")) GTEST_SKIP() << "mkfs.ext4 is not installed";
  expect_same_bytes_twice(model::ScratchFs::ext4);
}

TEST(BlockImage, XfsIsTheSameBytesEveryTime) {
  if (!have("mkfs.xfs") || !have("xfs_db")) GTEST_SKIP() << "xfsprogs is not installed";
  expect_same_bytes_twice(model::ScratchFs::xfs);
}

TEST(BlockImage, ToolThatFailsLeavesNoImageBehind) {
  auto folder = base::TemporaryDirectory::create("/tmp", "block-");
  ASSERT_TRUE(folder);
  const RunTool broken = [](const auto&, const auto&) -> base::Result<void> {
    return base::fail("mkfs.ext4: not found");
  };
  const auto image = block_image({.filesystem = model::ScratchFs::ext4}, folder->path(), broken);
  ASSERT_FALSE(image);
  EXPECT_FALSE(image.error().hint.empty());
  for (const auto& file : base::fs::directory_iterator(folder->path()))
    EXPECT_TRUE(file.path().extension() == ".lock" || file.path().extension() == ".used") << file.path();
}

TEST(BlockImage, SmallXfsIsRaisedToWhatMkfsAccepts) {
  const auto command = mkfs_command({.filesystem = model::ScratchFs::xfs, .bytes = 1}, "x");
  EXPECT_EQ(command.front(), "mkfs.xfs");
  EXPECT_EQ(command.back(), "x");
}

}  // namespace
}  // namespace image
