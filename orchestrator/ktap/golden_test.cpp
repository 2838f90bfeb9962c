// SPDX-License-Identifier: Apache-2.0
// Every testdata/*.ktap must give its *.expected. VMLAB_UPDATE_GOLDEN=1 rewrites the expectations.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "ktap/parser.h"

namespace ktap {
namespace {

namespace fs = std::filesystem;

std::string folder() { return VMLAB_SOURCE_DIR "/orchestrator/ktap/testdata"; }

std::string shown(const Report& report) {
  std::string out;
  for (const auto& result : report.cases)
    out += fmt::format("{:8} {} | {} | line {}\n", model::to_string(result.outcome), result.id,
                       result.reason.value_or("-"), result.line);
  out +=
      fmt::format("planned {}, {}\n", report.planned ? std::to_string(*report.planned) : "nothing",
                  report.complete ? "complete" : "not complete");
  for (const auto& note : report.notes) out += "note: " + note + "\n";
  return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// The cases alone: a console's prefix or line ends change neither ids nor outcomes.
std::string shown(const std::string& text) { return shown(parse(text)); }

// Byte by byte is every cut at once; two pieces are tried at some places, a prime apart.
constexpr std::size_t kStride = 37;

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, gives_the_expected_results) {
  const auto text = base::read_file(folder() + "/" + GetParam() + ".ktap");
  ASSERT_TRUE(text);
  const std::string expected_file = folder() + "/" + GetParam() + ".expected";
  if (std::getenv("VMLAB_UPDATE_GOLDEN"))
    ASSERT_TRUE(base::write_file_atomic(expected_file, shown(*text)));
  EXPECT_EQ(shown(*text), base::read_file(expected_file).value_or("no expectation yet"));
}

TEST_P(Golden, does_not_depend_on_where_the_chunks_are_cut) {
  const auto text = base::read_file(folder() + "/" + GetParam() + ".ktap");
  ASSERT_TRUE(text);
  const std::string whole = shown(*text);
  Parser bytes("");
  for (char c : *text) bytes.feed(std::string_view(&c, 1));
  EXPECT_EQ(whole, shown(bytes.finish(ProcessEnd::unknown())));
  for (std::size_t cut = 0; cut <= text->size(); cut += kStride) {
    Parser parser("");
    parser.feed(std::string_view(*text).substr(0, cut));
    auto taken = parser.take_results();
    parser.feed(std::string_view(*text).substr(cut));
    for (auto& more : parser.take_results()) taken.push_back(std::move(more));
    const Report report = parser.finish(ProcessEnd::unknown());
    ASSERT_EQ(whole, shown(report)) << "cut at " << cut;
    ASSERT_LE(taken.size(), report.cases.size());
    for (std::size_t i = 0; i < taken.size(); ++i) ASSERT_EQ(taken[i].id, report.cases[i].id);
  }
}

TEST_P(Golden, does_not_depend_on_the_line_ends) {
  const auto text = base::read_file(folder() + "/" + GetParam() + ".ktap");
  ASSERT_TRUE(text);
  EXPECT_EQ(shown(*text), shown(replaced(*text, "\n", "\r\n")));
  EXPECT_EQ(shown(*text), shown(replaced(*text, "\n", "\r\r\n")));
}

TEST_P(Golden, does_not_depend_on_a_console_prefix) {
  const auto text = base::read_file(folder() + "/" + GetParam() + ".ktap");
  ASSERT_TRUE(text);
  for (const std::string prefix :
       {"[   12.345678] ", "<6>[   12.345678] ", "[   12.345678][    T1] ", "<6>",
        "[12345.678901][  C0] ", "[Sat Nov  1 09:09:32 2026] "}) {
    std::string with = prefix + replaced(*text, "\n", "\n" + prefix);
    with.resize(with.size() - prefix.size());
    EXPECT_EQ(shown(*text), shown(with)) << prefix;
  }
}

TEST_P(Golden, loses_nothing_but_the_end_when_the_text_is_cut_short) {
  const auto text = base::read_file(folder() + "/" + GetParam() + ".ktap");
  ASSERT_TRUE(text);
  const std::size_t all = parse(*text).cases.size();
  for (std::size_t cut = 0; cut < text->size(); cut += kStride) {
    const Report report = parse(text->substr(0, cut));
    ASSERT_LE(report.cases.size(), all + 2) << cut;
  }
}

// Cut at every byte: never a pass that the whole text does not have, and what was whole stays. The
// name of a nested result may be lost with its parent's line, so the line tells who is who. One
// line is excused: a last result that fulfils the plan counts without its newline, as people paste
// texts, and nobody can see that a "# SKIP" was cut off it.
TEST_P(Golden, never_passes_more_when_it_is_cut_short) {
  const auto text = base::read_file(folder() + "/" + GetParam() + ".ktap");
  ASSERT_TRUE(text);
  using Key = std::pair<std::size_t, model::Outcome>;
  const auto keys = [](const Report& report) {
    std::multiset<Key> found;
    for (const auto& result : report.cases)
      if (result.line > 0) found.emplace(result.line, result.outcome);
    return found;
  };
  const std::multiset<Key> whole = keys(parse(*text));
  const std::size_t step = text->size() > 6000 ? 31 : text->size() > 1500 ? 7 : 1;  // primes
  std::size_t line = 1, counted = 0;
  for (std::size_t cut = 0; cut < text->size(); cut += step) {
    for (; counted < cut; ++counted) line += (*text)[counted] == '\n';
    const std::multiset<Key> found = keys(parse(text->substr(0, cut)));
    for (const Key& key : found)
      if (key.second == model::Outcome::pass && key.first != line)
        ASSERT_LE(found.count(key), whole.count(key)) << "cut at " << cut << ", line " << key.first;
    for (const Key& key : whole)
      if (key.first < line)
        ASSERT_GE(found.count(key), whole.count(key)) << "cut at " << cut << ", line " << key.first;
  }
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder()))
    if (entry.path().extension() == ".ktap") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Ktap, Golden, testing::ValuesIn(golden_names()),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           for (char& c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           return name;
                         });

}  // namespace
}  // namespace ktap
