// SPDX-License-Identifier: Apache-2.0
// Every testdata/*.log against the *.json beside it. VMLAB_UPDATE_GOLDEN=1 rewrites the JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "triage/json.h"
#include "triage/triage.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> logs() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(VMLAB_SOURCE_DIR "/orchestrator/triage/testdata"))
    if (entry.path().extension() == ".log") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, TheLogGivesExactlyTheReportsWrittenBesideIt) {
  auto text = base::read_file(GetParam());
  ASSERT_TRUE(text) << text.error().text();
  std::string json = triage::to_json(triage::triage_text(*text));
  fs::path golden = GetParam();
  golden.replace_extension(".json");
  if (std::getenv("VMLAB_UPDATE_GOLDEN")) {
    ASSERT_TRUE(base::write_file_atomic(golden, json));
    return;
  }
  auto wanted = base::read_file(golden);
  ASSERT_TRUE(wanted) << wanted.error().text();
  EXPECT_EQ(json, *wanted);
}

INSTANTIATE_TEST_SUITE_P(Logs, Golden, testing::ValuesIn(logs()), [](const auto& info) {
  std::string name = info.param.stem().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

TEST(GoldenBenign, LogsThatHoldNoCrashGiveNoReport) {
  int benign = 0;
  for (const fs::path& log : logs()) {
    if (!log.filename().string().starts_with("benign")) continue;
    ++benign;
    auto reports = triage::triage_text(*base::read_file(log));
    EXPECT_TRUE(reports.empty()) << log << ": " << (reports.empty() ? "" : reports[0].title);
  }
  EXPECT_GE(benign, 1);
}

}  // namespace
