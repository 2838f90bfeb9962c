// SPDX-License-Identifier: Apache-2.0
// Small text helpers shared by every room.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

std::vector<std::string_view> split(std::string_view text, char separator);
// Lines without their terminator; "\r\n" counts as one terminator, a last line may lack it.
std::vector<std::string_view> split_lines(std::string_view text);
// Runs of blanks separate words; no empty words.
std::vector<std::string_view> split_words(std::string_view text);
std::string_view trim(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);

// Shell-like glob of test ids: `*` matches any run of characters, `/` included; `?` one character.
bool glob_match(std::string_view pattern, std::string_view text);

// The candidate closest to `word` by edit distance, if one is close enough to be a likely typo.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

// Makes guest text safe for a terminal: control characters and bytes that are not UTF-8 become \xNN.
// Tabs and newlines survive when `keep_newlines`.
std::string printable(std::string_view text, bool keep_newlines = false);

// Plan-file escaping: every byte outside [A-Za-z0-9._/:,+@=-] becomes %NN. Empty text becomes "%".
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

// A word for /bin/sh: quoted only if it needs to be.
std::string shell_quote(std::string_view word);

// Whole-string decimal parse; nullopt on anything else, overflow included.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

}  // namespace base
