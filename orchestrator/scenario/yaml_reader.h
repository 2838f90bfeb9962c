// SPDX-License-Identifier: Apache-2.0
// Reading YAML that a person wrote and may have got wrong: every mistake becomes a base::Diagnostic with its
// place and what would be right, and reading goes on. The text may also be hostile (a scenario can come with a
// patch series), so its size, its depth and the number of values read are bounded.
#pragma once
#include <yaml-cpp/yaml.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace scenario {

struct Place {
  int line = 0, column = 0;  // 1-based
};

class YamlReader {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  static constexpr int kMaxValues = 100'000;  // aliases can make a small text large

  explicit YamlReader(std::string file) : file_(std::move(file)) {}

  // nullopt when the text is not YAML, empty or too large; the reason is then among the diagnostics.
  std::optional<YAML::Node> parse(std::string_view text);

  static Place place(const YAML::Node& node);
  void error(Place at, std::string message, std::string hint);
  void error(const YAML::Node& at, std::string message, std::string hint) {
    error(place(at), std::move(message), std::move(hint));
  }

  // Counts one value; false once there were too many, and then the caller stops.
  bool spend();

  // Each returns nullopt after reporting that `node` is not what `what` must be.
  std::optional<std::string> text(const YAML::Node& node, std::string_view what);
  std::optional<std::uint64_t> size(const YAML::Node& node, std::string_view what);
  std::optional<std::int64_t> integer(const YAML::Node& node, std::string_view what, std::int64_t least,
                                      std::int64_t most);
  std::optional<bool> boolean(const YAML::Node& node, std::string_view what);
  std::optional<std::chrono::milliseconds> duration(const YAML::Node& node, std::string_view what);
  // One of `names`; otherwise the nearest is offered.
  std::optional<std::string> choice(const YAML::Node& node, std::string_view what, const std::vector<std::string>& names);

  // A list, or a single value standing for a list of one.
  std::vector<YAML::Node> items(const YAML::Node& node, std::string_view what);
  std::vector<std::string> texts(const YAML::Node& node, std::string_view what);

  struct Entry {
    std::string name;
    Place at;  // of the key
    YAML::Node value;
  };
  // The entries of a map in file order; keys that are not text or come twice are reported and left out.
  std::vector<Entry> entries(const YAML::Node& node, std::string_view what);

  const std::string& file() const { return file_; }
  bool failed() const { return !diagnostics_.empty(); }
  // In the order of the file.
  base::Diagnostics take();

 private:
  std::string file_;
  base::Diagnostics diagnostics_;
  int values_ = 0;
};

// "a list", "a map", "nothing", "text": what a message calls a node.
std::string_view kind_of(const YAML::Node& node);
// `word` in back quotes, made safe for a terminal and cut to a readable length.
std::string in_quotes(std::string_view word);
// "did you mean `x`?" when something is near, otherwise "possible are a, b and c".
std::string suggest(std::string_view word, const std::vector<std::string>& names);

// One map with a fixed set of keys. Keys nobody knows are reported when it is made.
class YamlMap {
 public:
  YamlMap(YamlReader& reader, const YAML::Node& node, std::string_view what, std::vector<std::string> keys);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  // The value of a key, or nullptr when the key is absent or has no value.
  const YAML::Node* find(std::string_view key) const;
  Place at(std::string_view key) const;
  Place place() const { return place_; }

  // Calls `read` with the key's value when the key is there.
  template <class Read>
  void with(std::string_view key, Read&& read) const {
    if (const YAML::Node* node = find(key)) read(*node);
  }

 private:
  std::vector<YamlReader::Entry> entries_;
  Place place_;
};

}  // namespace scenario
