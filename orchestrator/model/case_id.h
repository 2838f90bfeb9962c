// SPDX-License-Identifier: Apache-2.0
// Ids of results that are not a case's own: the test as a whole, and planned cases that never said their name.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace model {

// "mm/cow/(planned case 5)": the fifth case of the plan, which never reported.
inline std::string planned_case_id(std::string_view test, std::size_t number) {
  return std::string(test) + "/(planned case " + std::to_string(number) + ")";
}
// "mm/cow/(planned cases from 1004 on)"
inline std::string planned_cases_id(std::string_view test, std::size_t first) {
  return std::string(test) + "/(planned cases from " + std::to_string(first) + " on)";
}
inline bool is_planned_case(std::string_view id, std::string_view test) {
  return id.starts_with(test) && id.substr(test.size()).starts_with("/(planned case");
}
// A result that every attempt of the test has a say in, whether or not it has a row of this id.
inline bool is_about_whole_test(std::string_view id, std::string_view test) {
  return id == test || is_planned_case(id, test);
}

}  // namespace model
