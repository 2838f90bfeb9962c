// SPDX-License-Identifier: Apache-2.0
#include "scenario/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/units.h"

namespace scenario {
namespace {

Place from_mark(const YAML::Mark& mark) {
  // yaml-cpp counts from 0 and marks "nowhere" with -1.
  if (mark.line < 0) return {};
  return {mark.line + 1, mark.column + 1};
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t') out += c;
  return out;
}

}  // namespace

std::string_view kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Map: return "a map";
    case YAML::NodeType::Scalar: return "text";
    default: return "nothing";
  }
}

std::string in_quotes(std::string_view word) {
  constexpr std::size_t kMost = 80;
  std::string shown = base::printable(word.substr(0, kMost));
  if (word.size() > kMost) shown += "...";
  return "`" + shown + "`";
}

std::string suggest(std::string_view word, const std::vector<std::string>& names) {
  // Two or three names are quicker read than guessed at; the edit distance is quadratic.
  if (names.size() > 3 && word.size() < 200)
    if (const auto near = base::nearest(word, names)) return fmt::format("did you mean `{}`?", *near);
  if (names.empty()) return "there is none";
  std::string list = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) list += (i + 1 == names.size() ? " and " : ", ") + names[i];
  return fmt::format("possible {} {}", names.size() == 1 ? "is" : "are", list);
}

std::optional<YAML::Node> YamlReader::parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    error(Place{}, fmt::format("the file has {} bytes", text.size()),
          fmt::format("such a file is at most {} long", base::format_size(kMaxBytes)));
    return std::nullopt;
  }
  try {
    YAML::Node root = YAML::Load(std::string(text));
    if (root.IsDefined() && !root.IsNull()) return root;
    error(Place{1, 1}, "the file is empty", "scenarios/README.md describes what belongs in it");
  } catch (const YAML::Exception& problem) {
    error(from_mark(problem.mark), "not YAML: " + base::printable(problem.msg),
          "check indentation, quotes, brackets and the blank after a colon");
  }
  return std::nullopt;
}

Place YamlReader::place(const YAML::Node& node) { return from_mark(node.Mark()); }

void YamlReader::error(Place at, std::string message, std::string hint) {
  // Kept in the order of the file, and of finding for the same place.
  const auto place_of = [](const base::Diagnostic& d) { return std::pair{d.line, d.column}; };
  const auto after = std::ranges::upper_bound(diagnostics_, std::pair{at.line, at.column}, {}, place_of);
  diagnostics_.insert(after, {file_, at.line, at.column, std::move(message), std::move(hint)});
}

bool YamlReader::spend() {
  if (values_ > kMaxValues) return false;
  if (++values_ <= kMaxValues) return true;
  error(Place{}, fmt::format("the file has more than {} values", kMaxValues),
        "aliases count each time they are used; split the file");
  return false;
}

std::optional<std::string> YamlReader::text(const YAML::Node& node, std::string_view what) {
  if (!spend()) return std::nullopt;
  if (node.IsScalar() && node.Scalar().find('\0') == std::string::npos) return node.Scalar();
  if (node.IsScalar()) error(node, fmt::format("{} contains a zero byte", what), "write it without");
  else error(node, fmt::format("{} must be text, not {}", what, kind_of(node)), "write one value on the key's line");
  return std::nullopt;
}

std::optional<std::uint64_t> YamlReader::size(const YAML::Node& node, std::string_view what) {
  const auto word = text(node, what);
  if (!word) return std::nullopt;
  if (const auto bytes = base::parse_size(*word)) return bytes;
  std::string hint = "write a whole number with K, M or G behind it, for example `2M`";
  if (const auto meant = base::parse_size(without_blanks(*word)))
    hint = fmt::format("did you mean `{}`?", base::format_size(*meant));
  error(node, fmt::format("{} is not a size: {}", in_quotes(*word), what), hint);
  return std::nullopt;
}

std::optional<std::int64_t> YamlReader::integer(const YAML::Node& node, std::string_view what, std::int64_t least,
                                                std::int64_t most) {
  const auto word = text(node, what);
  if (!word) return std::nullopt;
  const auto value = base::parse_int(*word);
  if (value && *value >= least && *value <= most) return value;
  error(node, fmt::format("{} is not a possible number: {}", in_quotes(*word), what),
        fmt::format("write a whole number from {} to {}", least, most));
  return std::nullopt;
}

std::optional<bool> YamlReader::boolean(const YAML::Node& node, std::string_view what) {
  const auto word = text(node, what);
  if (!word) return std::nullopt;
  if (*word == "true" || *word == "yes") return true;
  if (*word == "false" || *word == "no") return false;
  error(node, fmt::format("{} is neither yes nor no: {}", in_quotes(*word), what), "write true or false");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> YamlReader::duration(const YAML::Node& node, std::string_view what) {
  const auto word = text(node, what);
  if (!word) return std::nullopt;
  std::string hint = "write for example `90s`, `5m` or `1h30m`";
  const auto value = base::parse_duration(*word);
  if (value && value->count() > 0) return value;
  if (const auto meant = base::parse_duration(without_blanks(*word)); meant && meant->count() > 0)
    hint = fmt::format("did you mean `{}`?", without_blanks(*word));
  error(node, fmt::format("{} is not a duration: {}", in_quotes(*word), what), hint);
  return std::nullopt;
}

std::optional<std::string> YamlReader::choice(const YAML::Node& node, std::string_view what,
                                              const std::vector<std::string>& names) {
  const auto word = text(node, what);
  if (!word || contains(names, *word)) return word;
  error(node, fmt::format("unknown {} {}", what, in_quotes(*word)), suggest(*word, names));
  return std::nullopt;
}

std::vector<YAML::Node> YamlReader::items(const YAML::Node& node, std::string_view what) {
  if (node.IsScalar()) return {node};
  if (!node.IsSequence()) {
    error(node, fmt::format("{} must be a list, not {}", what, kind_of(node)), "write `[a, b]`, or one `- a` per line");
    return {};
  }
  std::vector<YAML::Node> out;
  for (const auto& item : node) {
    if (!spend()) break;
    out.push_back(item);
  }
  return out;
}

std::vector<std::string> YamlReader::texts(const YAML::Node& node, std::string_view what) {
  std::vector<std::string> out;
  for (const YAML::Node& item : items(node, what))
    if (auto word = text(item, fmt::format("each of {}", what))) out.push_back(std::move(*word));
  return out;
}

std::vector<YamlReader::Entry> YamlReader::entries(const YAML::Node& node, std::string_view what) {
  std::vector<Entry> out;
  if (!node.IsMap()) {
    error(node, fmt::format("{} must be a map, not {}", what, kind_of(node)), "write `key: value` lines below it");
    return out;
  }
  std::set<std::string> seen;
  for (const auto& pair : node) {
    if (!spend()) break;
    if (!pair.first.IsScalar()) {
      error(pair.first, fmt::format("a key of {} must be text, not {}", what, kind_of(pair.first)),
            "write `key: value`");
      continue;
    }
    const std::string& name = pair.first.Scalar();
    if (!seen.insert(name).second) {
      error(pair.first, fmt::format("{} comes twice in {}", in_quotes(name), what), "keep one of them");
      continue;
    }
    out.push_back({name, place(pair.first), pair.second});
  }
  return out;
}

base::Diagnostics YamlReader::take() { return std::move(diagnostics_); }

YamlMap::YamlMap(YamlReader& reader, const YAML::Node& node, std::string_view what, std::vector<std::string> keys)
    : place_(YamlReader::place(node)) {
  for (YamlReader::Entry& entry : reader.entries(node, what)) {
    if (!contains(keys, entry.name)) {
      reader.error(entry.at, fmt::format("unknown key {} in {}", in_quotes(entry.name), what), suggest(entry.name, keys));
      continue;
    }
    if (entry.value.IsNull()) {
      reader.error(entry.at, fmt::format("{} has no value", in_quotes(entry.name)), "give it one or remove the line");
      continue;
    }
    entries_.push_back(std::move(entry));
  }
}

const YAML::Node* YamlMap::find(std::string_view key) const {
  for (const YamlReader::Entry& entry : entries_)
    if (entry.name == key) return &entry.value;
  return nullptr;
}

Place YamlMap::at(std::string_view key) const {
  for (const YamlReader::Entry& entry : entries_)
    if (entry.name == key) return entry.at;
  return place_;
}

}  // namespace scenario
