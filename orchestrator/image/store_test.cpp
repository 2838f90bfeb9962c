// SPDX-License-Identifier: Apache-2.0
#include "image/store.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace image {
namespace {

namespace fs = base::fs;

class ImageStore : public testing::Test {
 protected:
  base::Result<StoredImage> get(const std::string& name, const std::string& content = "content") {
    return find_or_make(store(), name, [&, content](const fs::path& path) {
      ++made;
      return base::write_file_atomic(path, content);
    });
  }
  fs::path store() const { return folder.path() / "images"; }
  static void age(const fs::path& path) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  base::TemporaryDirectory folder = base::TemporaryDirectory::create(fs::temp_directory_path(), "store-").value();
  int made = 0;
};

TEST_F(ImageStore, MakesAnImageOnceAndAgainWhenItsContentIsNotWhatWasWritten) {
  const auto first = get("a.img");
  ASSERT_TRUE(first) << first.error().text();
  ASSERT_TRUE(get("a.img"));
  EXPECT_EQ(made, 1);
  ASSERT_TRUE(base::write_file_atomic(first->path, "cOntent"));  // the size is right
  ASSERT_TRUE(get("a.img"));
  EXPECT_EQ(made, 2);
  EXPECT_EQ(base::read_file(first->path).value(), "content");
  fs::remove(first->path.string() + ".sum");
  ASSERT_TRUE(get("a.img"));
  EXPECT_EQ(made, 3);
}

TEST_F(ImageStore, ASumDoesNotMindWhereTheHolesAre) {
  const auto zeroes = folder.path() / "zeroes", hole = folder.path() / "hole", other = folder.path() / "other";
  const std::string text = std::string(200'000, '\0') + "data" + std::string(500'000, '\0');
  ASSERT_TRUE(base::write_file_atomic(zeroes, text));
  ASSERT_TRUE(base::write_file_atomic(hole, text.substr(0, 200'004)));
  fs::resize_file(hole, text.size());
  EXPECT_EQ(content_sum(zeroes).value(), content_sum(hole).value());
  ASSERT_TRUE(base::write_file_atomic(other, std::string(1, '\0') + text.substr(0, text.size() - 1)));
  EXPECT_NE(content_sum(zeroes).value(), content_sum(other).value()) << "the data lies elsewhere";
  fs::resize_file(hole, text.size() + 1);
  EXPECT_NE(content_sum(zeroes).value(), content_sum(hole).value()) << "the size differs";
}

TEST_F(ImageStore, AnImageInUseIsNotRemovedAndAFreeOneGoesWithAllThatIsItsOwn) {
  auto used = get("a.cpio");
  ASSERT_TRUE(used);
  EXPECT_EQ(remove_image(store(), "a.cpio").value(), Removal::busy);
  EXPECT_TRUE(fs::exists(used->path));
  used->in_use.reset();
  EXPECT_EQ(remove_image(store(), "a.cpio").value(), Removal::removed);
  EXPECT_TRUE(fs::is_empty(store()));
}

TEST_F(ImageStore, ListsImagesLongestUnusedFirst) {
  ASSERT_TRUE(get("a.cpio") && get("b.img"));
  age(store() / "b.img.sum");
  const auto images = list_images(store());
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(images[0].name, "b.img");
  EXPECT_EQ(images[1].name, "a.cpio");
  EXPECT_GT(images[0].bytes, 0u);
  EXPECT_TRUE(list_images(folder.path() / "nothing").empty());
}

TEST_F(ImageStore, SweepsWhatAKilledProcessLeft) {
  const auto whole = get("whole.cpio");
  ASSERT_TRUE(whole);
  for (const char* name : {"dead.cpio.part", "dead.cpio.part.tmp-aB3xYz", "dead.cpio.lock", "dead.cpio.used", "old.img.sum"})
    ASSERT_TRUE(base::write_file_atomic(store() / name, ""));
  for (const auto& entry : fs::directory_iterator(store())) age(entry.path());
  sweep_images(store());
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(store())) left.push_back(entry.path().filename().string());
  for (const std::string& name : left) EXPECT_TRUE(name.starts_with("whole.cpio")) << name;
  EXPECT_TRUE(fs::exists(whole->path));
}

}  // namespace
}  // namespace image
