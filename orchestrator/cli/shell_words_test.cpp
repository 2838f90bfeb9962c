// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_words.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cli {

TEST(ShellWords, TakeApartWhatShellQuotePutTogether) {
  const std::vector<std::string> words{"vmlab", "run", "a b.yaml", "it's", "", "--test", "mm/*"};
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + base::shell_quote(word);
  EXPECT_EQ(shell_words(line), words);
}

}  // namespace cli
