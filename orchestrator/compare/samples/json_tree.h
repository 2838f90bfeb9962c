// SPDX-License-Identifier: Apache-2.0
// JSON with the place of every value, so that a mistake in a hand-made file can be pointed at. The
// grammar is Boost.JSON's.
#pragma once
// Before `namespace compare` exists, see metric.h.
#include <fmt/format.h>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace compare {

struct JsonNode {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  std::size_t offset = 0;  // of its first character in the text
  std::string key;         // of an object's member
  std::size_t key_offset = 0;
  std::string text;             // of a string; of a number as it was written
  double number = 0;            // of a number
  bool too_large = false;       // of a number that no double can hold
  std::vector<double> numbers;  // of an array: its plain numbers
  std::vector<JsonNode> items;  // of an array: what is no plain number; of an object: its members
};

// "a number", "a list": for messages.
std::string_view describe(JsonNode::Kind kind);

// The one error of text that is no JSON, with its place in `file`.
std::expected<JsonNode, base::Diagnostic> parse_json(std::string_view text,
                                                     const std::string& file);

}  // namespace compare
