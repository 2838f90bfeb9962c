// SPDX-License-Identifier: Apache-2.0
// Bytes from the guest to messages. Pure: no descriptors, no clock. Memory is bounded by the wire's buffer.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "channel/message.h"

struct wire_decoder;
struct wire_frame;

namespace channel {

// One checked frame as a message; Trouble when its payload is malformed or its type unknown.
Message decode(const wire_frame& frame);

class MessageReader {
 public:
  MessageReader();
  ~MessageReader();
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  // Appends every message that `bytes` completes.
  void feed(std::string_view bytes, std::vector<Message>& out);
  // No more bytes will come: an unfinished frame is reported as cut.
  void finish(std::vector<Message>& out);

 private:
  void drain(std::vector<Message>& out);

  std::unique_ptr<wire_decoder> decoder_;
  std::uint32_t expected_sequence_ = 0;
};

}  // namespace channel
