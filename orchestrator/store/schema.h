// SPDX-License-Identifier: Apache-2.0
// The schema of results.db as a list of migrations; `PRAGMA user_version` counts those that were
// applied. Never edit a migration that was released: append one, and update results/schema.sql (a
// test compares).
#pragma once
#include <span>
#include <string_view>

namespace store {

inline constexpr int kApplicationId = 0x766D6C62;  // "vmlb": PRAGMA application_id

std::span<const std::string_view> migrations();

}  // namespace store
