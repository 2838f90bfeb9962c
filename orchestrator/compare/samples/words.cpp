// SPDX-License-Identifier: Apache-2.0
// A side as people write it in a line of text or a cell of a table.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "compare/samples/draft.h"

namespace compare {
namespace {

struct Word {
  std::string_view text;
  std::size_t at = 0;
};

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// A comma or semicolon ends a word only before a blank or the end: "1,234" is nobody's two values.
std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> out;
  for (std::size_t i = 0; i < text.size();) {
    if (blank(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !blank(text[end])) ++end;
    std::size_t kept = end;
    while (kept > i && (text[kept - 1] == ',' || text[kept - 1] == ';')) --kept;
    if (kept > i) out.push_back({text.substr(i, kept - i), i});
    i = end;
  }
  return out;
}

// Marks of a mean with its sd. Longer ones first: they are blanked out one after the other.
constexpr std::array<std::string_view, 6> kMarks{"+/-", "\xC2\xB1", "+-", "(", ")", "="};

bool names_count(std::string_view word) { return word == "n" || word == "N"; }

}  // namespace

std::optional<Side> Drafts::side_from(std::string_view text, std::size_t offset) {
  std::string plain(text);
  bool marked = false;
  for (const std::string_view mark : kMarks)
    for (auto at = plain.find(mark); at != std::string::npos; at = plain.find(mark, at)) {
      plain.replace(at, mark.size(), std::string(mark.size(), ' '));
      marked = true;
    }
  std::vector<Word> words = words_of(plain);
  std::erase_if(words, [](const Word& word) { return word.text == "mean" || word.text == "sd"; });
  const auto count =
      std::ranges::find_if(words, [](const Word& word) { return names_count(word.text); });
  if (!marked && count == words.end()) {
    Values values;
    bool good = true;
    for (const Word& word : words) {
      const auto value = number_from(word.text, offset + word.at);
      if (value)
        values.push_back(*value);
      else
        good = false;
    }
    return good ? std::optional<Side>(std::move(values)) : std::nullopt;
  }
  if (words.size() != 4 || count - words.begin() != 2) {
    wrong(offset, "this is neither a list of values nor mean, sd and n",
          "write 424907.60 (24410.78) n 16, or 8372 8384 8392");
    return std::nullopt;
  }
  const auto mean = number_from(words[0].text, offset + words[0].at),
             sd = number_from(words[1].text, offset + words[1].at),
             n = number_from(words[3].text, offset + words[3].at);
  if (!mean || !sd || !n) return std::nullopt;
  const auto known = mean_from(*mean, *sd, *n, offset);
  return known ? std::optional<Side>(*known) : std::nullopt;
}

}  // namespace compare
