// SPDX-License-Identifier: Apache-2.0
// Text on a terminal: widths, wrapping, colour. All text given here is already printable.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace report {

enum class Colour { none, red, green, yellow, magenta, cyan, dim, bold };

struct TerminalOptions {
  bool colour = false;      // only on a terminal, and not under NO_COLOR
  std::size_t width = 100;  // columns; of a terminal, its own
};

// Characters, each counted as one column.
std::size_t display_width(std::string_view text);
// Cuts to `width` with "..." at the end.
std::string fit(std::string_view text, std::size_t width);
std::string pad(std::string_view text, std::size_t width);
// Breaks at blanks, after '/' and ',' in long words, anywhere as a last resort. No empty result.
std::vector<std::string> wrap(std::string_view text, std::size_t width);
std::string paint(std::string_view text, Colour colour, const TerminalOptions& options);

// "1 test", "2 tests".
std::string plural(std::size_t n, std::string_view noun);
// 1234567 -> "1,234,567".
std::string grouped(std::size_t n);

}  // namespace report
