// SPDX-License-Identifier: Apache-2.0
// What a Store holds. Only this room includes it.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "store/database.h"
#include "store/store.h"

namespace store {

struct Store::Impl {
  explicit Impl(std::filesystem::path dir)
      : directory(std::move(dir)), db(directory / "results.db") {}

  // The row of a run that this program began or found; anything else is a bug of the caller.
  std::int64_t run_no(std::string_view run);

  std::filesystem::path directory;
  Database db;
};

}  // namespace store
