// SPDX-License-Identifier: Apache-2.0
#include "cli/shrink.h"

#include "base/text.h"

namespace cli {

Words shrink(Words words, const std::function<bool(const Words&)>& still_fails) {
  for (std::size_t i = words.size(); i-- > 0;) {
    for (;;) {
      const auto number = base::parse_int(words[i]);
      if (!number || *number < 2) break;
      Words less = words;
      less[i] = std::to_string(*number / 2);
      if (!still_fails(less)) break;
      words = std::move(less);
    }
  }
  return words;
}

}  // namespace cli
