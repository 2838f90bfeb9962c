// SPDX-License-Identifier: Apache-2.0
// Finds a fixed set of literals in one pass (Aho-Corasick). The quick test that lets benign lines
// go by.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace triage {

class Scanner {
 public:
  // Up to 65,000 bytes of literals in all; ids are indices into `literals`.
  explicit Scanner(std::span<const std::string_view> literals);

  // True if any literal occurs.
  bool any(std::string_view text) const {
    std::uint32_t state = 0;
    for (unsigned char c : text) {
      state = next_[state + class_[c]];
      if (state & kHit) return true;
    }
    return false;
  }
  // Adds the ids of all literals that occur to `ids`, each once, ascending.
  void find(std::string_view text, std::vector<std::uint16_t>& ids) const;

 private:
  static constexpr std::uint32_t kHit = 0x80000000;

  std::array<std::uint8_t, 256> class_{};  // byte to column: most bytes occur in no literal
  std::vector<std::uint32_t>
      next_;  // row of the next state, premultiplied by the column count; kHit marks a match
  std::vector<std::vector<std::uint16_t>> found_;
  std::uint32_t columns_ = 1;
};

}  // namespace triage
