// SPDX-License-Identifier: Apache-2.0
#include "lab/band_store.h"

#include <gmock/gmock.h>

namespace lab {
namespace {

using testing::ElementsAre;
using testing::Pair;

class BandStoreTest : public testing::Test {
 protected:
  base::TemporaryDirectory folder_ =
      base::value_or_throw(base::TemporaryDirectory::create(base::fs::temp_directory_path(), "bands-test-"));
  BandStore store_{folder_.path() / "bands"};
  const BandKey key_{.machine = "arm64", .kernel = "k", .qemu = "10.0.2", .benchmarks = "b"};
};

TEST_F(BandStoreTest, KeepsBandsByWhatTheyAreAbout) {
  EXPECT_EQ(store_.load(key_).builds, 0);
  ASSERT_TRUE(store_.save(key_, {.metrics = {{"fork", 0.0125}}, .builds = 8, .seeds = {1, 2}}));
  const Bands bands = store_.load(key_);
  EXPECT_EQ(bands.builds, 8);
  EXPECT_THAT(bands.metrics, ElementsAre(Pair("fork", 0.0125)));
  EXPECT_THAT(bands.seeds, ElementsAre(1u, 2u));
  BandKey other = key_;
  other.qemu = "9.0";
  EXPECT_EQ(store_.load(other).builds, 0);
  other = key_;
  other.benchmarks = "other programs";
  EXPECT_EQ(store_.load(other).builds, 0);
}

TEST_F(BandStoreTest, BandsOfOtherBenchmarksOnTheSameKernelStandBesideEachOther) {
  ASSERT_TRUE(store_.save(key_, {.metrics = {{"fork", 0.01}, {"mmap", 0.5}}, .builds = 8, .seeds = {1}}));
  BandKey other = key_;
  other.benchmarks = "other programs";
  ASSERT_TRUE(store_.save(other, {.metrics = {{"mmap", 0.02}, {"swap", 0.03}}, .builds = 4, .seeds = {1}}));
  base::fs::last_write_time(folder_.path() / "bands" / (key_.hash() + ".json"),
                            base::fs::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_THAT(store_.load(key_).metrics, ElementsAre(Pair("fork", 0.01), Pair("mmap", 0.5)));
  BandKey any = key_;
  any.benchmarks.clear();
  EXPECT_THAT(store_.load(any).metrics, ElementsAre(Pair("fork", 0.01), Pair("mmap", 0.02), Pair("swap", 0.03)));
  EXPECT_EQ(store_.all().size(), 2u);
}

TEST_F(BandStoreTest, ADamagedFileCountsAsAbsent) {
  base::fs::create_directories(folder_.path() / "bands");
  for (const char* text : {"", "{", "[]", "{\"metrics\": 3, \"builds\": 8}", "{\"metrics\": {}}"}) {
    ASSERT_TRUE(base::write_file_atomic(folder_.path() / "bands" / (key_.hash() + ".json"), text));
    EXPECT_EQ(store_.load(key_).builds, 0) << text;
    EXPECT_TRUE(store_.all().empty()) << text;
  }
}

}  // namespace
}  // namespace lab
