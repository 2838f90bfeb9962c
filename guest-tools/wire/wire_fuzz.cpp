// SPDX-License-Identifier: Apache-2.0
// The input is a script: frames that must come back whole, among garbage, pushed in chunks of any size.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "wire/kmsg.h"
#include "wire/message.h"
#include "wire/wire.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// Every reader on every payload, whatever its type says.
void read_as_everything(const wire_frame& frame) {
#define READ(name)       \
  {                      \
    wire_##name message; \
    (void)wire_get_##name(&frame, &message); \
  }
  READ(hello) READ(text) READ(heartbeat) READ(test_start) READ(output) READ(test_end) READ(vmstat)
  READ(setup) READ(evidence) READ(log) READ(goodbye) READ(token) READ(plan) READ(kill) READ(sysrq)
  READ(restored) READ(ready)
#undef READ
  wire_bytes rest{frame.payload, frame.length};
  wire_kmsg kmsg;
  if (wire_get_kmsg(&frame, &kmsg)) rest = kmsg.records;
  kmsg_record record;
  std::uint32_t before = rest.length;
  for (kmsg_status status; (status = kmsg_next(&rest, &record)) != KMSG_END;) {
    require(rest.length < before);
    before = rest.length;
    std::vector<std::uint8_t> out(record.text.length + 1);
    require(kmsg_unescape(record.text, out.data()) <= record.text.length);
  }
}

// Returns how many bytes were accounted for, as frames or as skipped.
std::size_t drain(wire_decoder& decoder, std::vector<std::string>* payloads) {
  std::size_t accounted = 0;
  for (;;) {
    wire_frame frame{};
    const wire_status status = wire_decoder_next(&decoder, &frame);
    if (status == WIRE_NEED_MORE) return accounted;
    if (status == WIRE_SKIPPED) {
      require(decoder.skipped > 0);
      accounted += decoder.skipped;
      continue;
    }
    accounted += WIRE_HEADER_SIZE + frame.length;
    read_as_everything(frame);
    payloads->emplace_back(reinterpret_cast<const char*>(frame.payload), frame.length);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static wire_decoder decoder;
  static std::uint8_t out[WIRE_MAX_FRAME];
  const wire_frame whole{WIRE_VERSION, 0, 0, data, static_cast<std::uint32_t>(size)};
  read_as_everything(whole);

  std::vector<std::uint8_t> stream;
  std::vector<std::string> expected;
  bool clean = true;  // only frames, so each of them must be found
  std::size_t at = 0;
  while (at < size) {
    const std::uint8_t order = data[at++];
    const std::size_t length = std::min<std::size_t>(order >> 1, size - at);
    if (order & 1) {
      const std::size_t n = wire_encode(out, sizeof out, order, static_cast<std::uint32_t>(at), data + at, length);
      require(n == WIRE_HEADER_SIZE + length);
      stream.insert(stream.end(), out, out + n);
      expected.emplace_back(reinterpret_cast<const char*>(data + at), length);
    } else if (length > 0) {
      stream.insert(stream.end(), data + at, data + at + length);
      clean = false;
    }
    at += length;
  }

  wire_decoder_init(&decoder);
  std::vector<std::string> found;
  std::size_t accounted = 0, pushed = 0, chunk = size > 0 ? data[0] + 1u : 1u;
  while (pushed < stream.size()) {
    const std::size_t n = wire_decoder_push(&decoder, stream.data() + pushed, std::min(chunk, stream.size() - pushed));
    require(n > 0);
    pushed += n;
    chunk = chunk * 5 % 257 + 1;
    accounted += drain(decoder, &found);
  }
  wire_decoder_end(&decoder);
  accounted += drain(decoder, &found);
  require(accounted == stream.size());
  if (clean) require(found == expected);
  return 0;
}
