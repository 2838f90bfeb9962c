// SPDX-License-Identifier: Apache-2.0
// How runs and results are called, and how long a text the store takes.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/run.h"

namespace store {

// "20261121-090212-3f2a": UTC, and `random` in hex.
std::string run_id(std::chrono::system_clock::time_point now, std::uint16_t random);
// "2026-11-21T09:02:12Z"
std::string utc_text(std::chrono::system_clock::time_point now);

// The start of the hash of run, job, id, attempt and `ordinal` (equal rows so far) in lower-case
// letters and digits without i, l, o and u. 12 characters; a handle is as long a start of it as is
// unique.
std::string handle_digits(std::string_view run, const model::CaseResult& result,
                          std::uint64_t ordinal);

inline constexpr std::size_t kNameLimit = 1024;  // ids, job names, metrics
inline constexpr std::size_t kReasonLimit = 4096;
inline constexpr std::size_t kEvidenceLimit = 256 * 1024;

// Cuts a long text at a character's border and says how much went.
std::string bounded(std::string_view text, std::size_t limit);
// For names: the cut text ends in a hash of the whole, so that two long names stay two.
std::string bounded_name(std::string_view text);

}  // namespace store
