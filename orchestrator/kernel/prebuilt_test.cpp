// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernel/build.h"
#include "kernel/modules.h"
#include "kernel/prebuilt_files.h"

namespace kernel {
namespace {

const model::Machine& machine(const char* id) { return *model::find_machine(id); }

std::string bzimage() {
  std::string head(0x400, '\0');
  head.replace(0x202, 4, "HdrS");
  return head;
}

std::string elf(unsigned char kind, bool big) {
  std::string head(64, '\0');
  head.replace(0, 4, "\x7f" "ELF");
  head[5] = big ? 2 : 1;
  head[big ? 19 : 18] = static_cast<char>(kind);
  return head;
}

const std::string kBootable =
    "CONFIG_BLK_DEV_INITRD=y\nCONFIG_DEVTMPFS=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=y\n";

class Prebuilt : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& content) {
    base::fs::create_directories(at(path).parent_path());
    ASSERT_TRUE(base::write_file_atomic(at(path), content));
  }
  base::fs::path at(const std::string& path) const { return folder_.path() / "kernels" / path; }
  std::expected<KernelArtifact, BuildFailure> kernel(const std::string& path, const char* id = "x86_64") {
    BuildContext context{.cache = cache_, .runner = runner_};
    return build_kernel({.source = {model::SourceRef::Kind::prebuilt, at(path).string(), {}}}, machine(id), context);
  }
  // What the user is told; the failure must be the user's.
  std::string told(const std::string& path, const char* id = "x86_64") {
    const auto failed = kernel(path, id);
    if (failed) return "nothing: it was taken";
    EXPECT_EQ(failed.error().kind, BuildFailure::Kind::user) << failed.error().text();
    return failed.error().text();
  }

  base::TemporaryDirectory folder_ =
      base::TemporaryDirectory::create(base::fs::temp_directory_path(), "prebuilt-test-").value();
  ArtifactCache cache_{folder_.path() / "cache"};
  HostCommandRunner runner_;
};

TEST_F(Prebuilt, TakesAnImageWithTheConfigurationBesideIt) {
  put("boot/vmlinuz-6.12.9-test", bzimage());
  put("boot/config-6.12.9-test", kBootable);
  const auto found = kernel("boot/vmlinuz-6.12.9-test");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_TRUE(found->built_now);
  EXPECT_EQ(*base::read_file(found->config), kBootable);
  EXPECT_EQ(*base::read_file(found->image), bzimage());
  EXPECT_FALSE(kernel("boot/vmlinuz-6.12.9-test")->built_now);
  EXPECT_EQ(kernel("boot")->key, found->key) << "the folder means the same kernel";
}

TEST_F(Prebuilt, TakesABuildTree) {
  put("linux/arch/x86/boot/bzImage", bzimage());
  put("linux/vmlinux", elf(62, false));
  put("linux/.config", kBootable);
  const auto tree = kernel("linux");
  ASSERT_TRUE(tree) << tree.error().text();
  EXPECT_EQ(*base::read_file(tree->image), bzimage());
  EXPECT_EQ(kernel("linux/arch/x86/boot/bzImage")->key, tree->key);
}

TEST_F(Prebuilt, NamesItsKernelByTheContent) {
  put("a/bzImage", bzimage());
  put("a/config", kBootable);
  const std::string before = kernel("a/bzImage")->key;
  put("a/config", kBootable + "CONFIG_KSM=y\n");
  EXPECT_NE(kernel("a/bzImage")->key, before);
}

TEST_F(Prebuilt, SaysWhatIsMissing) {
  EXPECT_NE(told("nowhere").find("there is no kernel image"), std::string::npos);
  put("empty/readme", "");
  EXPECT_NE(told("empty").find("holds no kernel image"), std::string::npos);
  put("bare/bzImage", bzimage());
  EXPECT_NE(told("bare/bzImage").find("no configuration"), std::string::npos);
  EXPECT_NE(told("bare/bzImage").find("bzImage.config"), std::string::npos) << "and what would be right";
  EXPECT_NE(told("bare/bzImage", "arm64").find("a kernel for x86_64"), std::string::npos);
}

TEST_F(Prebuilt, RefusesAKernelThatCouldNotAnswer) {
  put("bzImage", bzimage());
  put("bzImage.config", "CONFIG_BLK_DEV_INITRD=y\nCONFIG_DEVTMPFS=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=m\n");
  EXPECT_NE(told("bzImage").find("virtio_console as a module"), std::string::npos);
  put("bzImage.config", "CONFIG_DEVTMPFS=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=y\n");
  EXPECT_NE(told("bzImage").find("CONFIG_BLK_DEV_INITRD"), std::string::npos);
}

TEST_F(Prebuilt, BringsTheModulesAGuestNeeds) {
  put("bzImage", bzimage());
  put("bzImage.config", "CONFIG_BLK_DEV_INITRD=y\nCONFIG_DEVTMPFS=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=m\n");
  const std::string modules = "bzImage.modules/lib/modules/6.12.9/";
  put(modules + "modules.dep", "kernel/virtio_console.ko: kernel/virtio_ring.ko\nkernel/virtio_ring.ko:\nkernel/nouveau.ko:\n");
  put(modules + "kernel/virtio_console.ko", "console");
  put(modules + "kernel/virtio_ring.ko", "ring");
  put(modules + "kernel/nouveau.ko", "graphics");
  const auto found = kernel("bzImage");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->release, "6.12.9");
  ASSERT_EQ(found->modules.size(), 2u);
  EXPECT_EQ(found->modules[0].filename(), "00-virtio_ring.ko");
  EXPECT_EQ(*base::read_file(found->modules[1]), "console");
  put(modules + "kernel/virtio_console.ko", "another");
  EXPECT_NE(kernel("bzImage")->key, found->key) << "modules belong to the kernel";
}

TEST(ImageHead, TellsArchitectures) {
  EXPECT_EQ(architecture_of_image(bzimage()), "x86_64");
  EXPECT_EQ(architecture_of_image(elf(62, false)), "x86_64");
  EXPECT_EQ(architecture_of_image(elf(183, false)), "arm64");
  EXPECT_EQ(architecture_of_image(elf(21, true)), "ppc64");
  EXPECT_EQ(architecture_of_image(elf(20, true)), "ppc32");
  EXPECT_EQ(architecture_of_image(std::string(56, '\0') + "ARM\x64"), "arm64");
  EXPECT_EQ(architecture_of_image("MZ, but short"), "");
  EXPECT_EQ(architecture_of_image(""), "");
}

TEST(LoadOrder, PutsDependenciesFirstAndSkipsOtherFilesOfDepmod) {
  const auto order = load_order(
      "kernel/fs/xfs/xfs.ko.xz: kernel/lib/libcrc32c.ko.xz\nkernel/lib/libcrc32c.ko.xz:\n"
      "# Aliases extracted from modules themselves.\nalias virtio:d00000003v* virtio_console\n",
      {"virtio_console", "xfs"});
  EXPECT_EQ(order, (std::vector<std::string>{"kernel/lib/libcrc32c.ko.xz", "kernel/fs/xfs/xfs.ko.xz"}));
}

}  // namespace
}  // namespace kernel
