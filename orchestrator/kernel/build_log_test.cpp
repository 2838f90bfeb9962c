// SPDX-License-Identifier: Apache-2.0
#include "kernel/build_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "kernel/modules.h"
#include "kernel/recipe.h"

namespace kernel {
namespace {

BuildLog read(std::string_view text) {
  BuildLog log;
  for (std::string_view line : base::split_lines(text)) log.feed(line);
  return log;
}

TEST(BuildLog, KeepsTheErrorItsFunctionAndItsExcerpt) {
  const BuildLog log = read(
      "  CC      mm/gup.o\n../mm/gup.c: In function 'f':\n../mm/gup.c:12:3: error: 'x' "
      "undeclared\n   12 |   x = 1;\n      |   ^\n"
      "  CC      mm/mmap.o\nmake[4]: *** [../scripts/Makefile.build:229: mm/gup.o] Error "
      "1\nmake[3]: *** [mm] Error 2\n");
  EXPECT_EQ(log.objects(), 2);
  EXPECT_THAT(
      log.what_matters(),
      ::testing::ElementsAre("mm/gup.c: In function 'f':", "mm/gup.c:12:3: error: 'x' undeclared",
                             "   12 |   x = 1;", "      |   ^",
                             "make[4]: *** [scripts/Makefile.build:229: mm/gup.o] Error 1"));
}

TEST(BuildLog, GivesTheTailWhenNothingLooksLikeAnError) {
  EXPECT_THAT(read("  LD      vmlinux\nsomething odd\x1b[31m\n").what_matters(),
              ::testing::ElementsAre("something odd\\x1B[31m"));
  EXPECT_TRUE(read("  LD      vmlinux.o\n").linking());
}

TEST(Modules, ComeAfterWhatTheyNeed) {
  const std::string dep =
      "kernel/virtio/virtio_pci.ko.xz: kernel/virtio/virtio_pci_legacy_dev.ko.xz "
      "kernel/virtio/virtio_ring.ko.xz kernel/virtio/virtio.ko.xz\n"
      "kernel/virtio/virtio_ring.ko.xz: kernel/virtio/virtio.ko.xz\nkernel/virtio/virtio.ko.xz:\n"
      "kernel/virtio/virtio_pci_legacy_dev.ko.xz:\nkernel/char/virtio-console.ko.xz: "
      "kernel/virtio/virtio_ring.ko.xz kernel/virtio/virtio.ko.xz\n";
  EXPECT_THAT(
      load_order(dep, {"virtio_pci", "virtio_console", "zram"}),
      ::testing::ElementsAre("kernel/virtio/virtio.ko.xz", "kernel/virtio/virtio_ring.ko.xz",
                             "kernel/virtio/virtio_pci_legacy_dev.ko.xz",
                             "kernel/virtio/virtio_pci.ko.xz", "kernel/char/virtio-console.ko.xz"));
}

TEST(Recipe, NamesNothingOfTheHostThatCouldReachTheImage) {
  const Recipe recipe{.machine = model::find_machine("arm64"),
                      .tree = "/cache/tree",
                      .build_folder = ".build-x",
                      .jobs = 3};
  const Command command = recipe.make({"Image"});
  EXPECT_EQ(command.text(),
            "LC_ALL=C KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 2026' "
            "KBUILD_BUILD_USER=vmlab KBUILD_BUILD_HOST=vmlab "
            "KBUILD_BUILD_VERSION=1 SOURCE_DATE_EPOCH=1767225600 make -C /cache/tree O=.build-x "
            "-j3 ARCH=arm64 "
            "CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc LOCALVERSION= Image");
  EXPECT_THAT(command.unset, ::testing::Contains("KCFLAGS"));
}

TEST(Recipe, OnePpc64BuildFolderServesBothMmuModes) {
  EXPECT_EQ(build_folder_name(*model::find_machine("ppc64-hash4k"), "tiny", "gcc 12"),
            build_folder_name(*model::find_machine("ppc64-radix4k"), "tiny", "gcc 12"));
  EXPECT_NE(build_folder_name(*model::find_machine("ppc32-e500"), "tiny", "gcc 12"),
            build_folder_name(*model::find_machine("ppc64-radix4k"), "tiny", "gcc 12"));
}

}  // namespace
}  // namespace kernel
