// SPDX-License-Identifier: Apache-2.0
// What tests with a tiny guest wait for.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "guest/guest.h"

namespace guest {

// What the console has said when `word` is among it, or after ten seconds without.
inline std::string console_until(Guest& guest, std::string_view word) {
  std::string text;
  for (int i = 0; i < 1000 && !text.contains(word); ++i) {
    text += guest.take_console();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return text;
}

}  // namespace guest
