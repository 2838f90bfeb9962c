// SPDX-License-Identifier: Apache-2.0
// Frames that never arrive, wherever in a boot they are missing: the lab's verdicts are those of an undisturbed job,
// or none.
#include "campaign/scripted.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "campaign/mutate.h"

namespace campaign {
namespace {

class LostFrames : public testing::Test {
 protected:
  base::fs::path fresh() {
    base::fs::path folder = folder_.path() / std::to_string(++jobs_);
    base::fs::create_directories(folder);
    return folder;
  }

  // Every job in which three frames of the first boot are lost, one after the other.
  void lose_each(const std::vector<Story>& stories) {
    const auto quiet = [&](const model::Plan& plan, int) { return base::Result<Steps>(play(stories, plan)); };
    const Truth truth = truth_of(run_scripted(stories, quiet, fresh()).stored);
    ASSERT_EQ(truth.size(), stories.size());
    std::size_t frames = 2;
    for (std::size_t first = 1; first <= frames; ++first) {
      const auto lossy = [&](const model::Plan& plan, int boot) -> base::Result<Steps> {
        Steps steps = play(stories, plan);
        const auto places = frames_of(steps);
        if (boot > 1) return steps;
        frames = places.size() - 3;
        for (std::size_t i = first; i < first + 3; ++i) steps[places[i]].text.clear();
        return steps;
      };
      const auto start = std::chrono::steady_clock::now();
      const JobSeen job = run_scripted(stories, lossy, fresh());
      ASSERT_TRUE(job.ended) << first;
      const Seen seen = judge(truth, job.stored, {});
      EXPECT_EQ(seen.verdict, Seen::Verdict::right) << fmt::format("from frame {} on: {}", first, seen.text);
      // A gap is noticed by the next frame, not by a limit.
      EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60)) << first;
    }
  }

  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "lost-").value();
  int jobs_ = 0;
};

}  // namespace

TEST_F(LostFrames, OfATestThatHangsAreInfraAndTriedAgain) { lose_each({Story::hangs, Story::fails}); }

TEST_F(LostFrames, BeforeTheGoodbyeAreInfraAndTriedAgain) { lose_each({Story::passes, Story::skips}); }

TEST_F(LostFrames, OfAKernelThatWarnsAreInfraAndTriedAgain) { lose_each({Story::crashes, Story::mute}); }

}  // namespace campaign
