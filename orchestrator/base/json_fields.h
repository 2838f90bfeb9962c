// SPDX-License-Identifier: Apache-2.0
// Reading and writing the JSON notes that vmlab keeps for itself (journals, requests). They are its own, but the disk
// is not: a field that is missing or of another kind reads as empty, and the reader judges what it got.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace base {

inline std::string text_at(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

inline bool flag_at(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

inline const boost::json::array& array_at(const boost::json::object& object, std::string_view key) {
  static const boost::json::array none;
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

inline const boost::json::object& object_at(const boost::json::object& object, std::string_view key) {
  static const boost::json::object none;
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

// What of the array is a text.
inline std::vector<std::string> texts_at(const boost::json::object& object, std::string_view key) {
  std::vector<std::string> out;
  for (const boost::json::value& item : array_at(object, key))
    if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

// Any range of texts as an array.
boost::json::array json_texts(const auto& list) {
  boost::json::array out;
  for (const std::string& text : list) out.emplace_back(text);
  return out;
}

}  // namespace base
