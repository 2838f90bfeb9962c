// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "compare/comparison.h"
#include "report/sections.h"

namespace report {
namespace {

using compare::Case;
using model::Outcome;

constexpr std::size_t kEvidenceLines = 12;
constexpr std::size_t kBlocksPerTest = 4;
constexpr std::size_t kLabel = 13;  // of the outcome, two blanks before it included
const std::string kIndent(kLabel, ' ');

// Failures that are one to the reader: the same case failing in the same way on several machines,
// or all the tests that one guest lost together.
struct Block {
  std::vector<const Case*> cases;
  const Case& first() const { return *cases.front(); }
};

bool stands_for_tests(Outcome outcome) {
  return outcome == Outcome::boot_fail || outcome == Outcome::build_fail ||
         outcome == Outcome::missing || outcome == Outcome::infra;
}

// Cases that a crash or a hang of their test took along: the block of that end says how many.
bool is_taken_along(const Case& c, const std::set<compare::TestKey>& ended) {
  const bool lost = c.outcome == Outcome::missing || c.outcome == Outcome::infra;
  return lost && c.result.id != c.result.test && ended.contains({c.column, c.result.test});
}

std::vector<Block> blocks_of(const RunView& view, auto wanted) {
  std::set<compare::TestKey> ended;
  for (const Case& c : view.settled.cases)
    if (c.result.id == c.result.test && wanted(c.outcome) && c.outcome != Outcome::missing)
      ended.insert({c.column, c.result.test});
  using Key = std::tuple<int, std::string, std::string, std::string>;
  std::vector<std::pair<Key, Block>> blocks;
  std::map<Key, std::size_t> index;
  for (const Case& c : view.settled.cases) {
    if (!wanted(c.outcome) || is_taken_along(c, ended)) continue;
    const Key key =
        stands_for_tests(c.outcome)
            ? Key{merge_rank(c.outcome), c.column, c.result.reason.value_or(""), ""}
            : Key{merge_rank(c.outcome), c.result.test, c.result.id, compare::failure_signature(c)};
    const auto [at, added] = index.try_emplace(key, blocks.size());
    if (added) blocks.push_back({key, {}});
    blocks[at->second].second.cases.push_back(&c);
  }
  // By outcome, worst first; within it in the run's order, which `index` has by construction.
  std::vector<std::tuple<int, std::size_t>> order;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    order.emplace_back(std::get<0>(blocks[i].first), i);
  std::ranges::sort(order);
  std::vector<Block> out;
  for (const auto& [rank, i] : order) out.push_back(std::move(blocks[i].second));
  return out;
}

void add_wrapped(std::string& out, std::string_view text, const TerminalOptions& options) {
  for (const std::string& line : wrap(text, options.width - kLabel)) out += kIndent + line + "\n";
}

std::string columns_of(const Block& block) {
  std::vector<std::string> columns;
  for (const Case* c : block.cases) {
    std::string column = c->column;
    if (const std::string rate = compare::rate_text(*c); !rate.empty()) column += " (" + rate + ")";
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
  }
  return base::join(columns, ", ");
}

// "vmlab reproduce k3f9qa   (arm64: 9x2wpz, ppc64-hash4k: 8h2ssa)"
std::string reproduce_line(const Block& block) {
  std::vector<std::string> others;
  const Case* first = nullptr;
  for (const Case* c : block.cases) {
    if (c->result.handle.empty()) continue;
    if (first == nullptr)
      first = c;
    else if (c->column != first->column && others.size() < 6)
      others.push_back(fmt::format("{}: {}", c->column, c->result.handle));
  }
  if (first == nullptr) return {};
  const std::string rest = others.empty() ? "" : fmt::format("   ({})", base::join(others, ", "));
  return fmt::format("vmlab reproduce {}{}", first->result.handle, rest);
}

std::string without_tabs(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (c == '\t')
      out.append(8 - out.size() % 8, ' ');
    else
      out += c;
  }
  return out;
}

std::string evidence(const std::string& text, const TerminalOptions& options) {
  std::string out;
  const auto lines = base::split_lines(text);
  for (std::size_t i = 0; i < lines.size() && i < kEvidenceLines; ++i)
    out += paint(kIndent + "| " +
                     fit(base::printable(without_tabs(lines[i])), options.width - kLabel - 2),
                 Colour::dim, options) +
           "\n";
  if (lines.size() > kEvidenceLines)
    out += paint(kIndent +
                     fmt::format("| ... {} more lines in the store", lines.size() - kEvidenceLines),
                 Colour::dim, options) +
           "\n";
  return out;
}

std::string block_text(const Block& block, const TerminalOptions& options) {
  const Case& c = block.first();
  std::string out;
  const std::string label =
      paint(pad(to_string(c.outcome), kLabel - 2), colour_of(c.outcome), options);
  if (stands_for_tests(c.outcome)) {
    std::vector<std::string> tests;
    bool whole = true;
    for (const Case* one : block.cases) {
      tests.push_back(base::printable(one->result.id));
      whole &= one->result.id == one->result.test;
    }
    out += fmt::format("  {}{}: {}\n", label, base::printable(c.column),
                       plural(tests.size(), whole ? "test" : "case"));
    constexpr std::size_t kTests = 12;
    const std::size_t shown = std::min(tests.size(), kTests);
    std::string list = base::join(std::span(tests).first(shown), ", ");
    if (tests.size() > shown) list += fmt::format(" and {} more", tests.size() - shown);
    add_wrapped(out, list, options);
  } else {
    const auto name = wrap(base::printable(c.result.id), options.width - kLabel);
    out += "  " + label + paint(name.front(), Colour::bold, options) + "\n";
    for (std::size_t i = 1; i < name.size(); ++i)
      out += kIndent + paint(name[i], Colour::bold, options) + "\n";
    add_wrapped(out, "on " + base::printable(columns_of(block)), options);
  }
  if (c.result.reason)
    add_wrapped(out, fit(base::printable(*c.result.reason), 4 * (options.width - kLabel)), options);
  out += evidence(c.result.evidence, options);
  if (const std::string line = reproduce_line(block); !line.empty())
    for (const std::string& part : wrap(line, options.width - kLabel))
      out += kIndent + paint(part, Colour::cyan, options) + "\n";
  return out;
}

std::string blocks_text(const std::vector<Block>& blocks, const RunView& view,
                        const TerminalOptions& options) {
  std::string out;
  std::map<std::string, std::size_t> shown, held_back;  // by test
  std::vector<std::string> order;
  for (const Block& block : blocks) {
    const std::string& test = block.first().result.test;
    if (!stands_for_tests(block.first().outcome) && ++shown[test] > kBlocksPerTest) {
      if (held_back[test]++ == 0) order.push_back(test);
      continue;
    }
    out += block_text(block, options) + "\n";
  }
  for (const std::string& test : order)
    out +=
        fmt::format("  ... and {} of {}: vmlab report {} --json has all\n\n",
                    plural(held_back[test], "more bad case"), base::printable(test), view.run.id);
  return out;
}

std::string ran_nothing_text(const RunView& view, const TerminalOptions& options) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> columns;  // by test
  for (const auto& key : view.settled.ran_nothing) {
    if (columns[key.test].empty()) order.push_back(key.test);
    columns[key.test].push_back(key.column);
  }
  std::string out;
  for (const auto& test : order) {
    const auto name = wrap(base::printable(test), options.width - kLabel);
    out += "  " + paint(pad("not run", kLabel - 2), Colour::red, options) +
           base::join(name, "\n" + kIndent) + "\n";
    add_wrapped(out,
                "on " + base::printable(base::join(columns[test], ", ")) +
                    ": planned, but every case was skipped; the reasons are below",
                options);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string bad_section(const RunView& view, const TerminalOptions& options) {
  std::string out =
      blocks_text(blocks_of(view, [](Outcome o) { return verdict_of(o) == model::Verdict::bad; }),
                  view, options);
  out += ran_nothing_text(view, options);
  const auto lost = blocks_of(view, [](Outcome o) { return o == Outcome::infra; });
  if (!lost.empty()) {
    out += paint("The host's fault (no verdict about the kernel)\n\n", Colour::magenta, options);
    out += blocks_text(lost, view, options);
  }
  return out;
}

}  // namespace report
