// SPDX-License-Identifier: Apache-2.0
#include "store/names.h"

#include <fmt/chrono.h>

#include "base/hash.h"

namespace store {
namespace {

// A prefix of at most `limit` bytes that does not end inside a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t limit) {
  std::size_t end = limit;
  while (end > 0 && limit - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end);
}

std::tm utc(std::chrono::system_clock::time_point now) {
  return fmt::gmtime(std::chrono::system_clock::to_time_t(now));
}

}  // namespace

std::string run_id(std::chrono::system_clock::time_point now, std::uint16_t random) {
  return fmt::format("{:%Y%m%d-%H%M%S}-{:04x}", utc(now), random);
}

std::string utc_text(std::chrono::system_clock::time_point now) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc(now));
}

std::string handle_digits(std::string_view run, const model::CaseResult& result,
                          std::uint64_t ordinal) {
  base::Sha256 hash;
  hash.field(run).field(result.job).field(result.id).field(std::to_string(result.attempt));
  hash.field(std::to_string(ordinal));
  const std::string hex = hash.hex();
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string digits;
  std::uint64_t bits = std::stoull(hex.substr(0, 15), nullptr, 16);  // 60 bits: 12 digits of 5
  for (int i = 0; i < 12; ++i, bits >>= 5) digits += kDigits[bits & 31];
  return digits;
}

std::string bounded(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  const auto kept = cut(text, limit - 40);
  return fmt::format("{} [... {} more bytes]", kept, text.size() - kept.size());
}

std::string bounded_name(std::string_view text) {
  if (text.size() <= kNameLimit) return std::string(text);
  return fmt::format("{} [#{}]", cut(text, kNameLimit - 24), base::sha256_hex(text).substr(0, 16));
}

}  // namespace store
