// SPDX-License-Identifier: Apache-2.0
#include "image/image.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>
#include <thread>

namespace image {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

class Image : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder);
    put("agent", "ELF agent");
    put("tests/cow", "ELF cow");
    put("tests/run_vmtests.sh", "#!/bin/bash\n");
    put("tests/sub/data", "data");
    base::fs::permissions(folder->path() / "tests/cow", base::fs::perms(0700));
    base::fs::create_symlink("cow", folder->path() / "tests/calf");
    spec.agent = folder->path() / "agent";
    spec.trees = {{.host = folder->path() / "tests", .guest = "/vmlab/selftests/mm"}};
  }
  void put(const std::string& name, const std::string& content) {
    base::fs::create_directories((folder->path() / name).parent_path());
    ASSERT_TRUE(base::write_file_atomic(folder->path() / name, content));
  }
  base::fs::path store() const { return folder->path() / "store"; }

  base::Result<base::TemporaryDirectory> folder =
      base::TemporaryDirectory::create("/tmp", "image-");
  ImageSpec spec;
};

TEST_F(Image, TreeKeepsLinksAndReducesModes) {
  const auto entries = tree_entries(spec.trees[0]);
  ASSERT_TRUE(entries);
  const auto find = [&](const std::string& path) {
    for (const Entry& entry : *entries)
      if (entry.path == path) return entry;
    return Entry{};
  };
  EXPECT_EQ(find("/vmlab/selftests/mm/cow").mode, 0755);
  EXPECT_EQ(find("/vmlab/selftests/mm/run_vmtests.sh").mode, 0644);
  EXPECT_EQ(find("/vmlab/selftests/mm/calf").kind, EntryKind::symlink);
  EXPECT_EQ(find("/vmlab/selftests/mm/calf").content, "cow");
  EXPECT_EQ(find("/vmlab/selftests/mm/sub").kind, EntryKind::directory);
}

TEST_F(Image, TreeCanBeNarrowedToTheProgramsAJobNeeds) {
  spec.trees[0].only = {"cow"};
  const auto entries = tree_entries(spec.trees[0]);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->front().path, "/vmlab/selftests/mm/cow");
}

TEST_F(Image, BaseIsMadeOnceAndFoundAgain) {
  const auto first = base_image(spec, store());
  ASSERT_TRUE(first) << first.error().text();
  const auto written = base::fs::last_write_time(first->path);
  const auto second = base_image(spec, store());
  ASSERT_TRUE(second);
  EXPECT_EQ(first->path, second->path);
  EXPECT_EQ(written, base::fs::last_write_time(second->path));
}

TEST_F(Image, BaseChangesItsNameWhenAProgramChanges) {
  const auto first = base_image(spec, store());
  put("tests/cow", "ELF other cow");
  const auto second = base_image(spec, store());
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->identity, second->identity);
}

TEST_F(Image, TreeWithAnIdentityIsNotReadToNameTheImage) {
  spec.trees[0].identity = "key-1";
  const auto first = base_image(spec, store());
  put("tests/cow", "ELF other cow");
  const auto second = base_image(spec, store());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->identity, second->identity);
  spec.trees[0].identity = "key-2";
  EXPECT_NE(first->identity, base_image(spec, store())->identity);
}

TEST_F(Image, BaseThatWasCutShortIsMadeAgain) {
  const auto first = base_image(spec, store());
  ASSERT_TRUE(first);
  base::fs::resize_file(first->path, 512);
  const auto second = base_image(spec, store());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->size, first->size);
}

TEST_F(Image, BaseWithAFlippedByteIsMadeAgainEvenWhileItIsUsed) {
  const auto first = base_image(spec, store());
  ASSERT_TRUE(first);
  const std::string good = base::read_file(first->path).value();
  std::string bad = good;
  bad[bad.size() / 2] ^= 1;
  ASSERT_TRUE(base::write_file_atomic(first->path, bad));
  ASSERT_TRUE(base_image(spec, store()));
  EXPECT_EQ(base::read_file(first->path).value(), good);
}

TEST_F(Image, ImagesNobodyAskedForInAWeekAreDroppedWhenANewOneIsMade) {
  auto old = base_image(spec, store());
  put("tests/cow", "ELF second cow");
  const auto recent = base_image(spec, store());
  ASSERT_TRUE(old && recent);
  const auto age = [](const base::fs::path& path, int days) {
    const std::time_t when = std::time(nullptr) - std::time_t{days} * 24 * 3600;
    const struct timespec times[2] = {{.tv_sec = when, .tv_nsec = 0},
                                      {.tv_sec = when, .tv_nsec = 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (path.string() + ".sum").c_str(), times, 0), 0);
  };
  age(old->path, 8);
  put("tests/cow", "ELF last but one cow");
  ASSERT_TRUE(base_image(spec, store()));
  EXPECT_TRUE(base::fs::exists(old->path)) << "somebody uses it";
  put("tests/cow", "ELF second cow");
  old->in_use.reset();
  age(recent->path, 8);
  ASSERT_TRUE(base_image(spec, store()));  // asked for again: `recent` is used now
  put("tests/cow", "ELF third cow");
  ASSERT_TRUE(base_image(spec, store()));
  EXPECT_FALSE(base::fs::exists(old->path));
  EXPECT_TRUE(base::fs::exists(recent->path));
}

TEST_F(Image, ManyAskingAtOnceGetTheSameBase) {
  std::vector<std::string> identities(8);
  {
    std::vector<std::jthread> threads;
    for (auto& identity : identities)
      threads.emplace_back([&] { identity = base_image(spec, store()).value().identity; });
  }
  EXPECT_THAT(identities, testing::Each(identities.front()));
}

TEST_F(Image, InitrdIsTheBaseFollowedByTheJobsArchive) {
  const auto base = base_image(spec, store());
  ASSERT_TRUE(base);
  const auto initrd = folder->path() / "initrd";
  ASSERT_TRUE(assemble(*base, "vmlab-plan 1\n", initrd));
  const std::string bytes = base::read_file(initrd).value();
  EXPECT_EQ(bytes, base::read_file(base->path).value() + job_archive("vmlab-plan 1\n").value());
  ASSERT_TRUE(assemble(*base, "vmlab-plan 1\n", initrd));
  EXPECT_EQ(bytes, base::read_file(initrd).value());
}

TEST_F(Image, SkeletonHasTheConsoleTheKernelOpensFirst) {
  EXPECT_THAT(skeleton_entries(), Contains(Field(&Entry::path, "/dev/console")));
}

TEST_F(Image, MissingAgentIsNamed) {
  spec.agent = folder->path() / "no-agent";
  const auto image = base_image(spec, store());
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().text(), HasSubstr("no-agent"));
}

}  // namespace
}  // namespace image
