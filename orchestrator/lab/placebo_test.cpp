// SPDX-License-Identifier: Apache-2.0
#include "lab/placebo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace lab {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Placebo : public testing::Test {
 protected:
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "placebo-").value();
};

TEST_F(Placebo, PatchesAddOnlyWhatNobodyCalls) {
  for (int n = 1; n <= 40; ++n) {
    const std::string patch = placebo_patch(n);
    if (patch.empty()) {
      EXPECT_EQ(n % 8, 0);
      continue;
    }
    EXPECT_THAT(patch, StartsWith("--- a/"));
    EXPECT_THAT(patch, HasSubstr("vmlab_placebo_" + std::to_string(n)));
    EXPECT_EQ(patch.find("\n-"), std::string::npos) << patch;
  }
}

TEST_F(Placebo, KernelsDifferFromEachOtherAndAreTheSameEachTime) {
  std::set<std::string> patches;
  for (int n = 1; n <= 20; ++n) {
    patches.insert(placebo_patch(n));
    EXPECT_EQ(placebo_patch(n), placebo_patch(n));
  }
  EXPECT_EQ(patches.size(), 19u);  // 8 and 16 have none
  const auto version = with_placebo({}, 8, folder_.path());
  ASSERT_TRUE(version);
  EXPECT_TRUE(version->patches.empty());
  EXPECT_EQ(version->options.back().value, "\"-placebo8\"");
}

TEST_F(Placebo, FitAFileWithItsLicenceInTheFirstLine) {
  const auto kernel = with_placebo({}, 4, folder_.path());
  ASSERT_TRUE(kernel);
  base::fs::create_directories(folder_.path() / "mm");
  ASSERT_TRUE(base::write_file_atomic(folder_.path() / "mm/mincore.c", "// SPDX-License-Identifier: GPL-2.0\nint x;\n"));
  const std::string patch = "cd " + folder_.path().string() + " && patch -s -p1 -F0 < " + kernel->patches.back() +
                            " && gcc -std=gnu11 -Wall -Wextra -Wmissing-prototypes -Werror -O2 -c -o x.o mm/mincore.c";
  EXPECT_EQ(std::system(patch.c_str()), 0);
}

TEST_F(Placebo, BandsAreKeptByWhatTheyAreAbout) {
  const BandStore store(folder_.path() / "bands");
  const BandKey key{.machine = "arm64", .kernel = "k", .qemu = "10.0.2", .benchmarks = "b"};
  EXPECT_EQ(store.load(key).builds, 0);
  ASSERT_TRUE(store.save(key, {.metrics = {{"fork", 0.0125}}, .builds = 8, .seeds = {1, 2}}));
  const Bands bands = store.load(key);
  EXPECT_EQ(bands.builds, 8);
  EXPECT_EQ(bands.metrics.at("fork"), 0.0125);
  EXPECT_EQ(bands.seeds, (std::vector<std::uint64_t>{1, 2}));
  BandKey other = key;
  other.qemu = "9.0";
  EXPECT_EQ(store.load(other).builds, 0);
  other = key;
  other.benchmarks = "other programs";
  EXPECT_EQ(store.load(other).builds, 0);
  other.benchmarks.clear();
  EXPECT_EQ(store.load(other).builds, 8);
}

TEST_F(Placebo, ADamagedFileOfBandsCountsAsAbsent) {
  const BandStore store(folder_.path());
  const BandKey key{.machine = "arm64", .kernel = "k", .qemu = "10.0.2", .benchmarks = "b"};
  for (const char* text : {"", "{", "[]", "{\"metrics\": 3, \"builds\": 8}", "{\"metrics\": {}}"}) {
    ASSERT_TRUE(base::write_file_atomic(folder_.path() / (key.hash() + ".json"), text));
    EXPECT_EQ(store.load(key).builds, 0) << text;
  }
}

}  // namespace
}  // namespace lab
