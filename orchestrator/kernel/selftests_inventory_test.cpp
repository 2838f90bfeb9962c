// SPDX-License-Identifier: Apache-2.0
#include "kernel/selftests_inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kernel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SelftestInventory, SortsNamesByWhatTheMakefileCallsThem) {
  const SelftestInventory inventory = parse_inventory(
      "vmlab TEST_GEN_PROGS madv_populate  soft-dirty\n"
      "vmlab TEST_GEN_PROGS_EXTENDED\n"
      "vmlab TEST_GEN_FILES cow  gup_longterm\n"
      "vmlab TEST_PROGS run_vmtests.sh\n"
      "vmlab TEST_FILES test_hmm.sh  va_high_addr_switch.sh\n"
      "vmlab TEST_GEN_MODS_DIR page_frag/\n");
  EXPECT_THAT(inventory.programs,
              ElementsAre("madv_populate", "soft-dirty", "cow", "gup_longterm"));
  EXPECT_THAT(inventory.scripts, ElementsAre("run_vmtests.sh"));
  EXPECT_THAT(inventory.files, ElementsAre("test_hmm.sh", "va_high_addr_switch.sh"));
  EXPECT_THAT(inventory.modules, ElementsAre("page_frag"));
}

TEST(SelftestInventory, VariantTheMakefileLeftOutIsNotForgotten) {
  const SelftestInventory inventory = parse_inventory(
      "vmlab TEST_GEN_FILES protection_keys_64\n"
      "vmlab BINARIES_32 protection_keys_32\n"
      "vmlab BINARIES_64 protection_keys_64\n");
  EXPECT_THAT(inventory.not_offered, ElementsAre("protection_keys_32"));
}

TEST(SelftestInventory, OtherOutputOfMakeIsNoInventory) {
  const SelftestInventory inventory =
      parse_inventory("make: Entering directory '/x'\nWarning: missing liburing support.\n\n");
  EXPECT_THAT(inventory.programs, IsEmpty());
}

TEST(SelftestInventory, NamesThatLeaveTheFolderAreDropped) {
  const SelftestInventory inventory =
      parse_inventory("vmlab TEST_FILES ../../../etc/passwd /etc/passwd sub/file\n");
  EXPECT_THAT(inventory.files, ElementsAre("sub/file"));
}

TEST(SelftestInventory, NameGivenTwiceCountsOnce) {
  EXPECT_THAT(parse_inventory("vmlab TEST_GEN_FILES cow cow\nvmlab TEST_GEN_PROGS cow\n").programs,
              ElementsAre("cow"));
}

}  // namespace
}  // namespace kernel
