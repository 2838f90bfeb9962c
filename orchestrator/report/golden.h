// SPDX-License-Identifier: Apache-2.0
// Compares with testdata/NAME; VMLAB_UPDATE_GOLDEN=1 rewrites the files instead.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/file.h"

namespace report {

inline void expect_golden(const std::string& name, const std::string& actual) {
  const std::filesystem::path path =
      std::filesystem::path(VMLAB_SOURCE_DIR) / "orchestrator/report/testdata" / name;
  if (std::getenv("VMLAB_UPDATE_GOLDEN") != nullptr) {
    base::value_or_throw(base::write_file_atomic(path, actual));
    return;
  }
  const auto expected = base::read_file(path);
  ASSERT_TRUE(expected) << expected.error().text();
  EXPECT_EQ(actual, *expected);
}

}  // namespace report
