// SPDX-License-Identifier: Apache-2.0
// deb-version(7): upstream version, then revision; digits by value, other text by dpkg-order.
#include <cctype>
#include <string_view>
#include <utility>

#include "kernel/debian_archive.h"

namespace kernel {
namespace {

// The weight of a character in dpkg's order: '~' before the end, letters before other signs.
int weight(char c) {
  if (c == '~') return -1;
  if (std::isdigit(static_cast<unsigned char>(c)) || c == '\0') return 0;
  return std::isalpha(static_cast<unsigned char>(c)) ? c : c + 256;
}

int compare_part(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  const auto at = [](std::string_view text, std::size_t k) {
    return k < text.size() ? text[k] : '\0';
  };
  const auto digit = [&](std::string_view text, std::size_t k) {
    return k < text.size() && std::isdigit(static_cast<unsigned char>(text[k]));
  };
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !digit(a, i)) || (j < b.size() && !digit(b, j))) {
      const int difference = weight(at(a, i)) - weight(at(b, j));
      if (difference != 0) return difference;
      ++i;
      ++j;
    }
    while (at(a, i) == '0') ++i;
    while (at(b, j) == '0') ++j;
    int first = 0;
    while (digit(a, i) && digit(b, j)) {
      if (first == 0) first = a[i] - b[j];
      ++i;
      ++j;
    }
    if (digit(a, i)) return 1;
    if (digit(b, j)) return -1;
    if (first != 0) return first;
  }
  return 0;
}

}  // namespace

int compare_debian_versions(std::string_view a, std::string_view b) {
  const auto cut = [](std::string_view text) {
    const std::size_t dash = text.rfind('-');
    return dash == text.npos ? std::pair(text, std::string_view("0"))
                             : std::pair(text.substr(0, dash), text.substr(dash + 1));
  };
  const auto [upstream_a, revision_a] = cut(a);
  const auto [upstream_b, revision_b] = cut(b);
  if (const int order = compare_part(upstream_a, upstream_b); order != 0) return order;
  return compare_part(revision_a, revision_b);
}

}  // namespace kernel
