// SPDX-License-Identifier: Apache-2.0
// Reading known failures, in a scenario or in a file of their own.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "scenario/known_failures.h"
#include "scenario/sections.h"

namespace scenario {
namespace {

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = base::parse_int(text.substr(0, 4)), month = base::parse_int(text.substr(5, 2)),
             day = base::parse_int(text.substr(8, 2));
  if (!year || !month || !day || *year < 0 || *month < 0 || *day < 0) return false;
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(*year)),
                                     std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day)))
      .ok();
}

void read_outcomes(Context& context, const YAML::Node& node, model::KnownFailure& entry) {
  const std::vector<std::string> allowed = {"fail", "hang", "missing"};
  for (const YAML::Node& item : context.reader.items(node, "outcomes")) {
    const auto word = context.reader.text(item, "each of outcomes");
    if (!word) continue;
    if (*word == "crash")
      context.reader.error(item, "a crash is never a known failure", "possible are fail, hang and missing");
    else if (std::ranges::find(allowed, *word) == allowed.end())
      context.reader.error(item, fmt::format("{} is not an outcome that can be known", in_quotes(*word)),
                           suggest(*word, allowed));
    else entry.outcomes.push_back(*word);
  }
}

model::KnownFailure read_entry(Context& context, const YAML::Node& node) {
  YamlReader& reader = context.reader;
  const YamlMap map(reader, node, "a known failure", {"test", "machine", "outcomes", "reason", "link", "expires", "selftests"});
  model::KnownFailure entry;
  entry.file = reader.file();
  entry.line = map.place().line;
  entry.machine = "*";
  const auto read = [&](std::string_view key, std::string& value, std::string_view what_to_write) {
    map.with(key, [&](const YAML::Node& at) { value = reader.text(at, key).value_or(""); });
    if (node.IsMap() && base::trim(value).empty() && !what_to_write.empty())
      reader.error(map.at(key), fmt::format("the known failure has no `{}`", key), std::string(what_to_write));
  };
  read("test", entry.test, "name the test or case, with `*` for any characters");
  read("reason", entry.reason, "say why it fails and how that was found out");
  read("link", entry.link, "");
  read("expires", entry.expires, "give the day it must be looked at again, as YYYY-MM-DD");
  map.with("machine", [&](const YAML::Node& at) {
    entry.machine = reader.text(at, "machine").value_or("*");
    check_machine(context, YamlReader::place(at), entry.machine);
  });
  map.with("expires", [&](const YAML::Node& at) {
    if (!entry.expires.empty() && !is_date(entry.expires))
      reader.error(at, fmt::format("{} is not a date", in_quotes(entry.expires)), "write it as YYYY-MM-DD");
  });
  map.with("selftests", [&](const YAML::Node& at) { entry.selftests = reader.texts(at, "selftests"); });
  map.with("outcomes", [&](const YAML::Node& at) { read_outcomes(context, at, entry); });
  return entry;
}

}  // namespace

std::vector<model::KnownFailure> read_known_failures(Context& context, const YAML::Node& node) {
  std::vector<model::KnownFailure> entries;
  if (node.IsNull()) return entries;
  for (const YAML::Node& item : context.reader.items(node, "known_failures"))
    entries.push_back(read_entry(context, item));
  return entries;
}

std::expected<std::vector<model::KnownFailure>, base::Diagnostics> parse_known_failures(std::string_view text,
                                                                                        const std::string& file) {
  YamlReader reader(file);
  const LoadOptions options;
  Context context{reader, options};
  std::vector<model::KnownFailure> entries;
  try {
    if (const auto root = reader.parse(text)) {
      const YamlMap map(reader, *root, "the file", {"known_failures"});
      map.with("known_failures", [&](const YAML::Node& node) { entries = read_known_failures(context, node); });
    }
  } catch (const YAML::Exception& problem) {
    reader.error(Place{}, "the file cannot be read: " + base::printable(problem.what()), "simplify it");
  }
  if (reader.failed()) return std::unexpected(reader.take());
  return entries;
}

std::expected<std::vector<model::KnownFailure>, base::Diagnostics> load_known_failures(const base::fs::path& path) {
  const auto text = base::read_file(path, YamlReader::kMaxBytes + 1);
  if (!text) return std::unexpected(base::Diagnostics{{path.string(), 0, 0, text.error().message, text.error().hint}});
  return parse_known_failures(*text, path.string());
}

}  // namespace scenario
