// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/json_tree.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "compare/samples/place.h"

namespace compare {
namespace {

namespace json = boost::json;
using Error = boost::system::error_code;
using Kind = JsonNode::Kind;

// Builds the tree from the parser's events. The parser does not tell where it is: it is fed one
// character at a time, and `at` and `start` are kept here.
class Handler {
 public:
  static constexpr std::size_t max_object_size = 1 << 10;
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = 1 << 16;
  static constexpr std::size_t max_string_size = 1 << 16;

  // Call before the character at `offset` is fed.
  void at(std::size_t offset, char c) {
    if (start_ == kNone && std::string_view(" \t\r\n,:").find(c) == std::string_view::npos)
      start_ = offset;
  }
  JsonNode take() { return std::move(root_); }

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return open(Kind::object); }
  bool on_array_begin(Error&) { return open(Kind::array); }
  bool on_object_end(std::size_t, Error&) { return close(); }
  bool on_array_end(std::size_t, Error&) { return close(); }
  bool on_key_part(json::string_view s, std::size_t, Error&) { return part(s); }
  bool on_key(json::string_view s, std::size_t, Error&) {
    part(s);
    key_ = std::exchange(text_, {});
    key_offset_ = std::exchange(start_, kNone);
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t, Error&) { return part(s); }
  bool on_string(json::string_view s, std::size_t, Error&) {
    part(s);
    return add(Kind::string);
  }
  bool on_number_part(json::string_view s, Error&) { return part(s); }
  bool on_int64(std::int64_t, json::string_view s, Error&) { return number(s); }
  bool on_uint64(std::uint64_t, json::string_view s, Error&) { return number(s); }
  bool on_double(double, json::string_view s, Error&) { return number(s); }
  bool on_bool(bool, Error&) { return add(Kind::boolean); }
  bool on_null(Error&) { return add(Kind::null); }
  bool on_comment_part(json::string_view, Error&) { return true; }
  bool on_comment(json::string_view, Error&) { return true; }

 private:
  static constexpr std::size_t kNone = std::size_t(-1);

  bool part(json::string_view s) {
    text_.append(s.data(), s.size());
    return true;
  }
  JsonNode fresh(Kind kind) {
    return {.kind = kind,
            .offset = std::exchange(start_, kNone),
            .key = std::exchange(key_, {}),
            .key_offset = key_offset_,
            .text = std::exchange(text_, {})};
  }
  bool open(Kind kind) {
    stack_.push_back(fresh(kind));
    return true;
  }
  bool close() {
    start_ = kNone;
    JsonNode done = std::move(stack_.back());
    stack_.pop_back();
    place(std::move(done));
    return true;
  }
  bool add(Kind kind) {
    place(fresh(kind));
    return true;
  }
  // From the text: the parser's own value is not always the nearest double.
  bool number(json::string_view s) {
    part(s);
    JsonNode node = fresh(Kind::number);
    const auto value = base::parse_double(node.text);
    node.too_large = !value || !std::isfinite(*value);
    node.number = node.too_large ? 0 : *value;
    if (!stack_.empty() && stack_.back().kind == Kind::array && !node.too_large)
      stack_.back().numbers.push_back(node.number);
    else
      place(std::move(node));
    return true;
  }
  void place(JsonNode node) {
    if (stack_.empty())
      root_ = std::move(node);
    else
      stack_.back().items.push_back(std::move(node));
  }

  std::size_t start_ = kNone, key_offset_ = 0;
  std::string text_, key_;
  std::vector<JsonNode> stack_;
  JsonNode root_;
};

// What a person most likely did.
std::string hint_for(std::string_view text, std::size_t offset) {
  const std::string_view before = base::trim(text.substr(0, offset));
  const char c = offset < text.size() ? text[offset] : '\0';
  const char last = before.empty() ? '\0' : before.back();
  if ((c == ']' || c == '}') && last == ',') return "the comma before it is one too many";
  if (c == 'N' || c == 'n' || c == 'I')
    return "NaN and infinity are no measurements: leave the value out";
  if (c == '\'') return "JSON wants \"double quotes\"";
  if (c == '/' || c == '#') return "JSON has no comments";
  if (c == '.' || c == '+') return "write numbers as 0.5 or 1e3";
  if (last == ']' || last == '}' || last == '"' || (last >= '0' && last <= '9'))
    return "a comma, a colon or a closing bracket is missing before it";
  return "the format is in orchestrator/compare/README.md";
}

base::Diagnostic wrong(std::string_view text, const std::string& file, std::size_t offset,
                       std::string message, std::string hint) {
  const Place place = place_of(text, offset);
  return {.file = file,
          .line = place.line,
          .column = place.column,
          .message = std::move(message),
          .hint = std::move(hint)};
}

std::string said_of(const Error& error) {
  if (error == json::error::too_deep) return "lists and objects are nested too deeply";
  if (error == json::error::key_too_large || error == json::error::string_too_large)
    return "a text of more than 64 KiB";
  if (error == json::error::object_too_large) return "an object of more than 1024 members";
  if (error == json::error::exponent_overflow) return "a number too large for any measurement";
  return {};
}

}  // namespace

std::string_view describe(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "true or false";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a text";
    case Kind::array:
      return "a list";
    case Kind::object:
      break;
  }
  return "an object";
}

std::expected<JsonNode, base::Diagnostic> parse_json(std::string_view text,
                                                     const std::string& file) {
  json::basic_parser<Handler> parser{json::parse_options{}};
  Handler& handler = parser.handler();
  Error error;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (parser.done()) {
      if (std::string_view(" \t\r\n").find(text[i]) != std::string_view::npos) continue;
      return std::unexpected(wrong(text, file, i,
                                   "there is more text after the end of the JSON value",
                                   "one list of metrics, or one object that holds it"));
    }
    handler.at(i, text[i]);
    parser.write_some(true, text.data() + i, 1, error);
    if (!error) continue;
    std::string message = said_of(error);
    if (message.empty())
      message = fmt::format("'{}' cannot stand here", base::printable(text.substr(i, 1)));
    return std::unexpected(wrong(text, file, i, std::move(message), hint_for(text, i)));
  }
  parser.write_some(false, text.data() + text.size(), 0, error);
  if (error || !parser.done())
    return std::unexpected(wrong(text, file, text.size(), "the file ends in the middle of a value",
                                 "a closing quote or bracket is missing"));
  return handler.take();
}

}  // namespace compare
