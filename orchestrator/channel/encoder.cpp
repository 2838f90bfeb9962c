// SPDX-License-Identifier: Apache-2.0
#include "channel/encoder.h"

#include <array>

#include "base/error.h"
#include "wire/message.h"

namespace channel {
namespace {

wire_bytes bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<std::uint32_t>(text.size())};
}

std::uint32_t number(const std::optional<std::uint32_t>& test) { return test.value_or(WIRE_NO_TEST); }

// One put per message; the result is its type.
int put(wire_writer* w, const Hello& m) {
  wire_hello out{.protocol = m.protocol, .build = bytes(m.build), .byte_order = {4, 3, 2, 1},
                 .word_bits = static_cast<std::uint8_t>(m.word_bits), .page_size = m.page_size,
                 .release = bytes(m.release), .machine = bytes(m.machine), .boot_ns = m.boot_ns};
  if (m.big_endian)
    for (int i = 0; i < 4; ++i) out.byte_order[i] = static_cast<std::uint8_t>(i + 1);
  wire_put_hello(w, &out);
  return WIRE_HELLO;
}

int put(wire_writer* w, const Facts& m) {
  const wire_text out{bytes(m.text)};
  wire_put_text(w, &out);
  return WIRE_FACTS;
}

int put(wire_writer* w, const Heartbeat& m) {
  const wire_heartbeat out{m.now_ns, number(m.test)};
  wire_put_heartbeat(w, &out);
  return WIRE_HEARTBEAT;
}

int put(wire_writer* w, const TestStart& m) {
  const wire_test_start out{m.test, m.now_ns};
  wire_put_test_start(w, &out);
  return WIRE_TEST_START;
}

int put(wire_writer* w, const Output& m) {
  const wire_output out{m.test, static_cast<std::uint8_t>(m.is_stderr ? WIRE_STDERR : WIRE_STDOUT), m.now_ns, bytes(m.data)};
  wire_put_output(w, &out);
  return WIRE_OUTPUT;
}

int put(wire_writer* w, const TestEnd& m) {
  const wire_test_end out{m.test, static_cast<std::uint8_t>(m.how), m.code, static_cast<std::uint8_t>(m.limit),
                          m.duration_ns, m.user_us, m.system_us, m.max_rss_kib};
  wire_put_test_end(w, &out);
  return WIRE_TEST_END;
}

int put(wire_writer* w, const Vmstat& m) {
  const wire_vmstat out{m.test, static_cast<std::uint8_t>(m.after ? WIRE_AFTER : WIRE_BEFORE), bytes(m.text)};
  wire_put_vmstat(w, &out);
  return WIRE_VMSTAT;
}

int put(wire_writer* w, const Kmsg& m) {
  const wire_kmsg out{m.lost, bytes(m.records)};
  wire_put_kmsg(w, &out);
  return WIRE_KMSG;
}

int put(wire_writer* w, const Setup& m) {
  const wire_setup out{m.test, static_cast<std::uint8_t>(m.ok), bytes(m.text)};
  wire_put_setup(w, &out);
  return WIRE_SETUP;
}

int put(wire_writer* w, const Evidence& m) {
  const wire_evidence out{number(m.test), bytes(m.name), bytes(m.text)};
  wire_put_evidence(w, &out);
  return WIRE_EVIDENCE;
}

int put(wire_writer* w, const Log& m) {
  const wire_log out{static_cast<std::uint8_t>(WIRE_INFO + static_cast<int>(m.level)), bytes(m.text)};
  wire_put_log(w, &out);
  return WIRE_LOG;
}

int put(wire_writer* w, const Goodbye& m) {
  const wire_goodbye out{bytes(m.reason), m.tests_run};
  wire_put_goodbye(w, &out);
  return WIRE_GOODBYE;
}

int put(wire_writer* w, const Pong& m) {
  const wire_token out{m.token};
  wire_put_token(w, &out);
  return WIRE_PONG;
}

int put(wire_writer* w, const Ready& m) {
  const wire_ready out{m.token, m.now_ns, m.clock_errno, m.entropy_errno};
  wire_put_ready(w, &out);
  return WIRE_READY;
}

int put(wire_writer*, const Trouble&) { base::assertion_failed("a Trouble is not said", __FILE__, __LINE__); }

}  // namespace

std::string Encoder::frame(const Message& message) {
  std::string out(WIRE_MAX_FRAME, '\0');
  auto* start = reinterpret_cast<std::uint8_t*>(out.data());
  wire_writer writer;
  wire_writer_init(&writer, start + WIRE_HEADER_SIZE, WIRE_MAX_PAYLOAD);
  const int type = std::visit([&](const auto& m) { return put(&writer, m); }, message);
  VMLAB_ASSERT(!writer.failed);
  out.resize(wire_encode(start, out.size(), static_cast<std::uint8_t>(type), sequence_++, start + WIRE_HEADER_SIZE, writer.used));
  return out;
}

std::string Encoder::pad() {
  std::string out(WIRE_HEADER_SIZE, '\0');
  out.resize(wire_encode(reinterpret_cast<std::uint8_t*>(out.data()), out.size(), WIRE_PAD, sequence_++, nullptr, 0));
  return out;
}

}  // namespace channel
