// SPDX-License-Identifier: Apache-2.0
#include "image/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

namespace image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Seen {
  mode_t mode = 0;
  std::string content;
  unsigned major = 0, minor = 0;
};

std::map<std::string, Seen> read_back(const std::string& bytes) {
  std::map<std::string, Seen> seen;
  struct archive* reader = archive_read_new();
  archive_read_support_format_cpio(reader);
  EXPECT_EQ(archive_read_open_memory(reader, bytes.data(), bytes.size()), ARCHIVE_OK);
  struct archive_entry* header = nullptr;
  while (archive_read_next_header(reader, &header) == ARCHIVE_OK) {
    Seen& one = seen[archive_entry_pathname(header)];
    one.mode = archive_entry_mode(header);
    one.major = static_cast<unsigned>(archive_entry_rdevmajor(header));
    one.minor = static_cast<unsigned>(archive_entry_rdevminor(header));
    if (const char* target = archive_entry_symlink(header)) one.content = target;
    one.content.resize(static_cast<std::size_t>(std::max<la_int64_t>(
        archive_entry_size(header), static_cast<la_int64_t>(one.content.size()))));
    if (S_ISREG(one.mode)) {
      EXPECT_EQ(archive_read_data(reader, one.content.data(), one.content.size()),
                static_cast<la_ssize_t>(one.content.size()));
    }
    EXPECT_EQ(archive_entry_mtime(header), 0);
    EXPECT_EQ(archive_entry_uid(header), 0);
    EXPECT_EQ(archive_entry_gid(header), 0);
  }
  archive_read_free(reader);
  return seen;
}

std::vector<Entry> sample() {
  return {{.path = "/vmlab/plan", .content = "vmlab-plan 1\n"},
          {.path = "/init", .mode = 0755, .content = "#!/bin/sh\n"},
          {.path = "/bin/sh", .kind = EntryKind::symlink, .mode = 0777, .content = "busybox"},
          {.path = "/dev/console",
           .kind = EntryKind::character_device,
           .mode = 0600,
           .device_major = 5,
           .device_minor = 1}};
}

TEST(Cpio, HoldsFilesLinksNodesAndTheFoldersTheyNeed) {
  const auto bytes = cpio_bytes(sample());
  ASSERT_TRUE(bytes) << bytes.error().text();
  EXPECT_EQ(bytes->substr(0, 6), "070701");
  EXPECT_EQ(bytes->size() % 512, 0u);
  auto seen = read_back(*bytes);
  ASSERT_EQ(seen.size(), 7u);
  EXPECT_EQ(seen["vmlab/plan"].content, "vmlab-plan 1\n");
  EXPECT_EQ(seen["vmlab/plan"].mode, static_cast<mode_t>(S_IFREG | 0644));
  EXPECT_EQ(seen["bin/sh"].content, "busybox");
  EXPECT_TRUE(S_ISLNK(seen["bin/sh"].mode));
  EXPECT_TRUE(S_ISCHR(seen["dev/console"].mode));
  EXPECT_EQ(seen["dev/console"].major, 5u);
  EXPECT_EQ(seen["dev/console"].minor, 1u);
  EXPECT_TRUE(S_ISDIR(seen["vmlab"].mode));
}

TEST(Cpio, SameEntriesInAnyOrderGiveTheSameBytes) {
  std::vector<Entry> reversed = sample();
  std::ranges::reverse(reversed);
  EXPECT_EQ(*cpio_bytes(sample()), *cpio_bytes(reversed));
  EXPECT_EQ(*cpio_identity(sample()), *cpio_identity(reversed));
}

TEST(Cpio, FileOnTheHostGivesTheSameBytesAsItsContentWheneverItWasWritten) {
  auto folder = base::TemporaryDirectory::create("/tmp", "cpio-");
  ASSERT_TRUE(folder);
  const auto source = folder->path() / "init";
  ASSERT_TRUE(base::write_file_atomic(source, "#!/bin/sh\n"));
  std::vector<Entry> entries = sample();
  entries[1].content.clear();
  entries[1].source = source;
  const auto from_file = cpio_bytes(entries);
  base::fs::last_write_time(source, base::fs::file_time_type::clock::now() - std::chrono::hours(9));
  EXPECT_EQ(*from_file, *cpio_bytes(entries));
  EXPECT_EQ(*from_file, *cpio_bytes(sample()));
  EXPECT_EQ(*cpio_identity(entries), *cpio_identity(sample()));
  const auto archive = folder->path() / "a.cpio";
  ASSERT_TRUE(write_cpio(entries, archive));
  EXPECT_EQ(*base::read_file(archive), *from_file);
}

TEST(Cpio, IdentityFollowsPathModeContentAndDevice) {
  const std::string before = *cpio_identity(sample());
  const auto changed = [&](auto change) {
    std::vector<Entry> entries = sample();
    change(entries);
    return *cpio_identity(entries);
  };
  EXPECT_NE(before, changed([](auto& e) { e[0].path = "/vmlab/plan2"; }));
  EXPECT_NE(before, changed([](auto& e) { e[0].mode = 0600; }));
  EXPECT_NE(before, changed([](auto& e) { e[0].content += "x"; }));
  EXPECT_NE(before, changed([](auto& e) { e[2].content = "bash"; }));
  EXPECT_NE(before, changed([](auto& e) { e[3].device_minor = 2; }));
}

TEST(Cpio, RefusesPathsThatClimbClashOrAreRelative) {
  const auto message = [](std::vector<Entry> entries) {
    const auto bytes = cpio_bytes(entries);
    return bytes ? std::string("accepted") : bytes.error().message;
  };
  EXPECT_THAT(message({{.path = "/a/../b"}}), HasSubstr("climbs"));
  EXPECT_THAT(message({{.path = "a"}}), HasSubstr("not absolute"));
  EXPECT_THAT(message({{.path = "/"}}), HasSubstr("root"));
  EXPECT_THAT(message({{.path = "/a", .content = "1"}, {.path = "/a", .content = "2"}}),
              HasSubstr("two different entries"));
  EXPECT_THAT(message({{.path = "/a"}, {.path = "/a/b"}}), HasSubstr("not a directory"));
  EXPECT_THAT(message({{.path = "/a", .source = "/nonexistent/file"}}), HasSubstr("cannot open"));
}

TEST(Cpio, EqualEntriesForOnePathCountOnce) {
  EXPECT_EQ(*cpio_bytes({{.path = "/a", .content = "1"}, {.path = "//a", .content = "1"}}),
            *cpio_bytes({{.path = "/a", .content = "1"}}));
}

}  // namespace
}  // namespace image
