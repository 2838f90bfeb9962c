// SPDX-License-Identifier: Apache-2.0
#include "model/machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace model {

TEST(Machines, HaveUniqueIdsAndNoEmptyColumnThatMatters) {
  std::set<std::string_view> ids;
  for (const Machine& machine : machines()) {
    EXPECT_TRUE(ids.insert(machine.id).second) << machine.id;
    EXPECT_EQ(find_machine(machine.id), &machine);
    EXPECT_FALSE(machine.qemu.empty() || machine.kernel_image.empty() || machine.console.empty());
    EXPECT_GE(machine.default_vcpus, 1);
    ASSERT_FALSE(hugepage_sizes(machine).empty());
    const auto sizes = hugepage_sizes(machine);
    EXPECT_LT(sizes.front(), machine.default_memory);
    EXPECT_NE(std::ranges::find(sizes, default_hugepage(machine)), sizes.end()) << machine.id;
  }
  EXPECT_EQ(find_machine("vax"), nullptr);
}

TEST(Arch, AcceptsTheSpellingsPeopleUse) {
  EXPECT_EQ(arch_from("x86-64"), Arch::x86_64);
  EXPECT_EQ(arch_from("aarch64"), Arch::arm64);
  EXPECT_EQ(to_string(Arch::ppc32), "ppc32");
}

}  // namespace model
