// SPDX-License-Identifier: Apache-2.0
// The agent's half of the session as bytes: what scripted guests and tests say. Trouble cannot be said.
#pragma once
#include <cstdint>
#include <string>

#include "channel/message.h"

namespace channel {

class Encoder {
 public:
  // The next frame. The message must fit into one.
  std::string frame(const Message& message);
  // A frame that says nothing: what an agent sends behind its goodbye.
  std::string pad();
  // Leaves out `count` frames, as a lossy transport would.
  void lose(std::uint32_t count) { sequence_ += count; }

 private:
  std::uint32_t sequence_ = 0;
};

}  // namespace channel
