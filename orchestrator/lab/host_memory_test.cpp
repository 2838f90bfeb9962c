// SPDX-License-Identifier: Apache-2.0
#include "lab/host_memory.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

constexpr std::string_view kMeminfo =
    "MemTotal:       24626940 kB\nMemFree:          512000 kB\nMemAvailable:   20000000 kB\nBuffers:  1 kB\n";
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

class HostMemory : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(base::write_file_atomic(folder_.path() / name, text));
  }
  base::TemporaryDirectory folder_ = *base::TemporaryDirectory::create(testing::TempDir(), "host-memory");
};

TEST_F(HostMemory, CountsThePageCacheAsRoom) {
  EXPECT_EQ(available_memory(kMeminfo), std::uint64_t{20'000'000} * 1024);
  EXPECT_EQ(available_memory("MemFree: 12 kB\n"), std::nullopt);
  EXPECT_EQ(available_memory("MemAvailable: lots kB\n"), std::nullopt);
}

TEST_F(HostMemory, StaysBelowTheLimitOfItsContainer) {
  write("meminfo", kMeminfo);
  const auto room = [&] { return memory_for_guests(folder_.path(), folder_.path()); };
  EXPECT_EQ(room(), std::uint64_t{20'000'000} * 1024 / 10 * 8);
  write("memory.max", "max\n");
  write("memory.current", std::to_string(3 * kGiB) + "\n");
  EXPECT_EQ(room(), std::uint64_t{20'000'000} * 1024 / 10 * 8);
  write("memory.max", std::to_string(8 * kGiB) + "\n");
  EXPECT_EQ(room(), 5 * kGiB / 10 * 8);
  write("memory.stat", "anon 1\ninactive_file " + std::to_string(kGiB) + "\n");
  EXPECT_EQ(room(), 6 * kGiB / 10 * 8);
}

TEST_F(HostMemory, OfThisHostIsSomething) { EXPECT_GT(memory_for_guests(), 0u); }

}  // namespace
}  // namespace lab
