// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/memory_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "base/file.h"

namespace guest {

TEST(MemoryPages, ArePutBackWhereAProcessHasMadeThemItsOwn) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  base::UniqueFd file(::memfd_create("test", MFD_CLOEXEC));
  ASSERT_EQ(::ftruncate(file.get(), static_cast<off_t>(300 * page)), 0);
  ASSERT_EQ(::pwrite(file.get(), "frozen", 6, static_cast<off_t>(7 * page)), 6);
  auto* memory = static_cast<char*>(::mmap(nullptr, 300 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get(), 0));
  ASSERT_NE(memory, MAP_FAILED);
  EXPECT_EQ(memory[7 * page], 'f');  // read only: still the file's
  std::memcpy(memory + 7 * page, "other!", 6);
  memory[299 * page + 5] = 'x';
  const auto count = put_back_pages(::getpid(), {file.get()});
  ASSERT_TRUE(count) << count.error().text();
  EXPECT_EQ(*count, 2u);
  EXPECT_EQ(std::string(memory + 7 * page, 6), "frozen");
  EXPECT_EQ(memory[299 * page + 5], 0);
  ::munmap(memory, 300 * page);
  EXPECT_FALSE(put_back_pages(::getpid(), {file.get()})) << "memory that is not mapped is not looked at";
}

TEST(MemoryPages, OfAProcessThatIsGoneAreAnError) { EXPECT_FALSE(put_back_pages(0x7fffffff, {0})); }

}  // namespace guest
