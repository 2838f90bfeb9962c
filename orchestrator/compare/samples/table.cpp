// SPDX-License-Identifier: Apache-2.0
// Tables: a header line, then rows; comma, semicolon or tab between the cells, RFC 4180's quotes
// around them. The columns say which of the layouts it is: one row a value, a row a metric, or a
// row a pair.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "compare/samples/draft.h"

namespace compare {
namespace {

struct Cell {
  std::string text;
  std::size_t at = 0;
};
using Row = std::vector<Cell>;

constexpr std::array<std::string_view, 19> kColumns{
    "metric",    "unit",     "better",     "clock",    "band",   "sampling", "before",
    "after",     "side",     "value",      "mean",     "sd",     "n",        "before_mean",
    "before_sd", "before_n", "after_mean", "after_sd", "after_n"};

constexpr std::array kOtherNames{
    std::pair(std::string_view("direction"), std::string_view("better")),
    std::pair(std::string_view("kind"), std::string_view("clock")),
    std::pair(std::string_view("name"), std::string_view("metric")),
    std::pair(std::string_view("stdev"), std::string_view("sd")),
    std::pair(std::string_view("before_stdev"), std::string_view("before_sd")),
    std::pair(std::string_view("after_stdev"), std::string_view("after_sd"))};

// "Before mean" -> "before_mean".
std::string column_name(std::string_view cell) {
  std::string out;
  for (const char c : base::trim(cell))
    out += c >= 'A' && c <= 'Z'               ? static_cast<char>(c - 'A' + 'a')
           : c == ' ' || c == '-' || c == '.' ? '_'
                                              : c;
  for (const auto& [other, name] : kOtherNames)
    if (out == other) return std::string(name);
  return out;
}

char separator_of(std::string_view header) {
  for (const char c : {'\t', ';', ','})
    if (header.find(c) != std::string_view::npos) return c;
  return ',';
}

class Table {
 public:
  Table(std::string_view text, Drafts& drafts) : text_(text), drafts_(drafts) {}

  void read() {
    std::size_t at = 0;
    while (at < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      const std::string_view line = base::trim(text_.substr(at, end - at));
      if (line.empty() || line.front() == '#') {
        at = end + 1;
        continue;
      }
      if (columns_.empty()) separator_ = separator_of(line);
      Row row;
      if (!split(at, row)) return;
      if (!columns_.empty())
        take(row);
      else if (!header(row))
        return;
    }
  }

 private:
  // One row, from `at` on, which moves behind it. False: a quote that nothing closes.
  bool split(std::size_t& at, Row& row) {
    while (true) {
      Cell cell{.text = {}, .at = at};
      if (at < text_.size() && text_[at] == '"') {
        const std::size_t opened = at++;
        for (;; ++at) {
          if (at >= text_.size()) {
            drafts_.wrong(opened, "a quote that nothing closes",
                          "a quote inside a quoted cell is written twice");
            return false;
          }
          if (text_[at] == '"' && !(at + 1 < text_.size() && text_[at + 1] == '"')) break;
          if (text_[at] == '"') ++at;
          cell.text += text_[at];
        }
        ++at;
        cell.at = opened + 1;
      }
      const std::size_t rest = at;
      while (at < text_.size() && text_[at] != separator_ && text_[at] != '\n') ++at;
      cell.text += text_.substr(rest, at - rest);
      const std::size_t first = cell.text.find_first_not_of(" \t\r");
      cell.at += first == std::string::npos ? 0 : first;
      cell.text = base::trim(cell.text);
      row.push_back(std::move(cell));
      const bool ends = at >= text_.size() || text_[at] == '\n';
      ++at;
      if (ends) return true;
    }
  }

  bool header(const Row& row) {
    for (const Cell& cell : row) {
      const std::string name = column_name(cell.text);
      if (std::ranges::find(kColumns, name) == kColumns.end()) {
        std::vector<std::string> names(kColumns.begin(), kColumns.end());
        const auto near = base::nearest(name, names);
        drafts_.wrong(
            cell.at, "there is no column '" + base::printable(cell.text) + "'",
            near ? "did you mean '" + *near + "'?" : "columns: " + base::join(names, ", "));
        return false;
      }
      if (has(columns_, name)) {
        drafts_.wrong(cell.at, "the column '" + name + "' is here twice", "each column once");
        return false;
      }
      columns_.push_back(name);
    }
    std::string missing;
    if (!has(columns_, "metric"))
      missing = "metric";
    else if (has(columns_, "side"))
      missing = has(columns_, "value") ||
                        (has(columns_, "mean") && has(columns_, "sd") && has(columns_, "n"))
                    ? ""
                    : "value";
    else
      for (const std::string side : {"before", "after"})
        if (missing.empty() && !has(columns_, side) &&
            !(has(columns_, side + "_mean") && has(columns_, side + "_sd") &&
              has(columns_, side + "_n")))
          missing = side;
    if (missing.empty()) return true;
    drafts_.wrong(row.front().at, "the table has no column '" + missing + "'",
                  "metric, side and value; or metric, before and after; or metric, before_mean, "
                  "before_sd, before_n and "
                  "the same of after");
    return false;
  }
  static bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  }

  void take(const Row& row) {
    if (std::ranges::all_of(row, [](const Cell& c) { return c.text.empty(); })) return;
    if (row.size() > columns_.size())
      return drafts_.wrong(row[columns_.size()].at, "more cells than the header has columns",
                           "put quotes around a cell that holds the separator");
    const Cell* name = cell(row, "metric");
    if (name == nullptr)
      return drafts_.wrong(row.front().at, "a row without a metric's name",
                           "every row names its metric");
    Draft* draft = drafts_.find(name->text);
    if (draft == nullptr) draft = &drafts_.add(name->text, name->at);
    for (const std::string_view key : {"unit", "better", "clock", "band", "sampling"})
      if (const Cell* found = cell(row, key)) drafts_.set(*draft, key, found->text, found->at);
    const Cell* side = cell(row, "side");
    if (has(columns_, "side")) {
      if (side == nullptr || (side->text != "before" && side->text != "after"))
        return drafts_.wrong((side ? side : &row.front())->at, "a row of neither side",
                             "side: before or after");
      one_side(*draft, row, side->text == "after", "");
      return;
    }
    one_side(*draft, row, false, "before");
    one_side(*draft, row, true, "after");
  }

  // `name`: of the side in the columns' names; empty in tables with a column of sides.
  void one_side(Draft& draft, const Row& row, bool after, const std::string& name) {
    if (const Cell* values = cell(row, name.empty() ? "value" : name)) {
      if (auto side = drafts_.side_from(values->text, values->at))
        drafts_.extend(draft, after, std::move(*side), values->at);
    }
    const std::string prefix = name.empty() ? "" : name + "_";
    const Cell *mean = cell(row, prefix + "mean"), *sd = cell(row, prefix + "sd"),
               *n = cell(row, prefix + "n");
    if (mean == nullptr && sd == nullptr && n == nullptr) return;
    if (mean == nullptr || sd == nullptr || n == nullptr)
      return drafts_.wrong((mean ? mean
                            : sd ? sd
                                 : n)
                               ->at,
                           "mean, sd and n are not all there",
                           "a row has all three of them, or none");
    const auto m = drafts_.number_from(mean->text, mean->at),
               s = drafts_.number_from(sd->text, sd->at),
               count = drafts_.number_from(n->text, n->at);
    if (!m || !s || !count) return;
    if (const auto known = drafts_.mean_from(*m, *s, *count, mean->at))
      drafts_.extend(draft, after, *known, mean->at);
  }

  // nullptr: no such column, or the cell is empty.
  const Cell* cell(const Row& row, std::string_view name) const {
    const auto at = static_cast<std::size_t>(std::ranges::find(columns_, name) - columns_.begin());
    return at < row.size() && !row[at].text.empty() ? &row[at] : nullptr;
  }

  std::string_view text_;
  Drafts& drafts_;
  std::vector<std::string> columns_;
  char separator_ = ',';
};

}  // namespace

bool is_column(std::string_view cell) {
  return std::ranges::find(kColumns, column_name(cell)) != kColumns.end();
}

void read_table(std::string_view text, Drafts& drafts) { Table(text, drafts).read(); }

}  // namespace compare
