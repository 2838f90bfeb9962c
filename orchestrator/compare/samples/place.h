// SPDX-License-Identifier: Apache-2.0
// Where in a text: lines and columns for people, both from 1, columns in characters.
#pragma once
// Before `namespace compare` exists, see metric.h.
#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace compare {

struct Place {
  int line = 1;
  int column = 1;
};

inline Place place_of(std::string_view text, std::size_t offset) {
  Place out;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++out.line;
      out.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++out.column;
    }
  }
  return out;
}

}  // namespace compare
