// SPDX-License-Identifier: Apache-2.0
#include "channel/message_reader.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "wire/message.h"

namespace channel {
namespace {

std::string text_of(const wire_bytes& bytes) {
  return bytes.length > 0 ? std::string(reinterpret_cast<const char*>(bytes.data), bytes.length) : std::string();
}

std::optional<std::uint32_t> test_of(std::uint32_t test) {
  return test == WIRE_NO_TEST ? std::nullopt : std::optional(test);
}

// Each taker returns false when the payload is not exactly its fields or a field has no meaning.
bool take(const wire_frame& frame, Hello& out) {
  wire_hello m;
  if (!wire_get_hello(&frame, &m)) return false;
  const bool big = m.byte_order[0] == 1 && m.byte_order[1] == 2 && m.byte_order[2] == 3 && m.byte_order[3] == 4;
  const bool little = m.byte_order[0] == 4 && m.byte_order[1] == 3 && m.byte_order[2] == 2 && m.byte_order[3] == 1;
  if (big == little || (m.word_bits != 32 && m.word_bits != 64)) return false;
  out = {m.protocol, text_of(m.build), big, m.word_bits, m.page_size, text_of(m.release), text_of(m.machine), m.boot_ns};
  return true;
}

bool take(const wire_frame& frame, Facts& out) {
  wire_text m;
  if (!wire_get_text(&frame, &m)) return false;
  out.text = text_of(m.text);
  return true;
}

bool take(const wire_frame& frame, Heartbeat& out) {
  wire_heartbeat m;
  if (!wire_get_heartbeat(&frame, &m)) return false;
  out = {m.now_ns, test_of(m.test)};
  return true;
}

bool take(const wire_frame& frame, TestStart& out) {
  wire_test_start m;
  if (!wire_get_test_start(&frame, &m)) return false;
  out = {m.test, m.now_ns};
  return true;
}

bool take(const wire_frame& frame, Output& out) {
  wire_output m;
  if (!wire_get_output(&frame, &m) || (m.stream != WIRE_STDOUT && m.stream != WIRE_STDERR)) return false;
  out = {m.test, m.stream == WIRE_STDERR, m.now_ns, text_of(m.data)};
  return true;
}

bool take(const wire_frame& frame, TestEnd& out) {
  wire_test_end m;
  if (!wire_get_test_end(&frame, &m) || m.how > WIRE_NOT_STARTED || m.limit > WIRE_UNKILLABLE) return false;
  out = {m.test, static_cast<TestEnd::How>(m.how), m.code, static_cast<TestEnd::Limit>(m.limit),
         m.duration_ns, m.user_us, m.system_us, m.max_rss_kib};
  return true;
}

bool take(const wire_frame& frame, Vmstat& out) {
  wire_vmstat m;
  if (!wire_get_vmstat(&frame, &m) || m.when > WIRE_AFTER) return false;
  out = {m.test, m.when == WIRE_AFTER, text_of(m.text)};
  return true;
}

bool take(const wire_frame& frame, Kmsg& out) {
  wire_kmsg m;
  if (!wire_get_kmsg(&frame, &m)) return false;
  out = {m.lost, text_of(m.records)};
  return true;
}

bool take(const wire_frame& frame, Setup& out) {
  wire_setup m;
  if (!wire_get_setup(&frame, &m) || m.ok > 1) return false;
  out = {m.test, m.ok == 1, text_of(m.text)};
  return true;
}

bool take(const wire_frame& frame, Evidence& out) {
  wire_evidence m;
  if (!wire_get_evidence(&frame, &m)) return false;
  out = {test_of(m.test), text_of(m.name), text_of(m.text)};
  return true;
}

bool take(const wire_frame& frame, Log& out) {
  wire_log m;
  if (!wire_get_log(&frame, &m) || m.level < WIRE_INFO || m.level > WIRE_ERROR) return false;
  out = {static_cast<Log::Level>(m.level - WIRE_INFO), text_of(m.text)};
  return true;
}

bool take(const wire_frame& frame, Goodbye& out) {
  wire_goodbye m;
  if (!wire_get_goodbye(&frame, &m)) return false;
  out = {text_of(m.reason), m.tests_run};
  return true;
}

bool take(const wire_frame& frame, Pong& out) {
  wire_token m;
  if (!wire_get_token(&frame, &m)) return false;
  out.token = m.token;
  return true;
}

bool take(const wire_frame& frame, Ready& out) {
  wire_ready m;
  if (!wire_get_ready(&frame, &m)) return false;
  out = {m.token, m.now_ns, m.clock_errno, m.entropy_errno};
  return true;
}

Trouble malformed(const wire_frame& frame) {
  const char* name = wire_type_name(frame.type);
  const std::string type = name != nullptr ? name : fmt::format("type {}", frame.type);
  return {Trouble::Kind::malformed, 1,
          fmt::format("frame {} ({}, {} bytes) is malformed or not the guest's to send", frame.sequence, type, frame.length)};
}

template <class T>
Message decode_as(const wire_frame& frame) {
  T value;
  if (!take(frame, value)) return malformed(frame);
  return value;
}

}  // namespace

Message decode(const wire_frame& frame) {
  switch (frame.type) {
    case WIRE_HELLO: return decode_as<Hello>(frame);
    case WIRE_FACTS: return decode_as<Facts>(frame);
    case WIRE_HEARTBEAT: return decode_as<Heartbeat>(frame);
    case WIRE_TEST_START: return decode_as<TestStart>(frame);
    case WIRE_OUTPUT: return decode_as<Output>(frame);
    case WIRE_TEST_END: return decode_as<TestEnd>(frame);
    case WIRE_VMSTAT: return decode_as<Vmstat>(frame);
    case WIRE_KMSG: return decode_as<Kmsg>(frame);
    case WIRE_SETUP: return decode_as<Setup>(frame);
    case WIRE_EVIDENCE: return decode_as<Evidence>(frame);
    case WIRE_LOG: return decode_as<Log>(frame);
    case WIRE_GOODBYE: return decode_as<Goodbye>(frame);
    case WIRE_PONG: return decode_as<Pong>(frame);
    case WIRE_READY: return decode_as<Ready>(frame);
    default: return malformed(frame);
  }
}

MessageReader::MessageReader() : decoder_(std::make_unique<wire_decoder>()) { wire_decoder_init(decoder_.get()); }
MessageReader::~MessageReader() = default;

void MessageReader::feed(std::string_view bytes, std::vector<Message>& out) {
  while (!bytes.empty()) {
    const std::size_t taken = wire_decoder_push(decoder_.get(), bytes.data(), bytes.size());
    bytes.remove_prefix(taken);
    drain(out);
    VMLAB_ASSERT(taken > 0 || bytes.empty());  // after a drain there is room for a whole frame
  }
}

void MessageReader::finish(std::vector<Message>& out) {
  wire_decoder_end(decoder_.get());
  const std::size_t before = out.size();
  drain(out);
  for (std::size_t i = before; i < out.size(); ++i)
    if (auto* trouble = std::get_if<Trouble>(&out[i]); trouble != nullptr && trouble->kind == Trouble::Kind::skipped)
      *trouble = {Trouble::Kind::cut, trouble->amount,
                  fmt::format("the connection ended inside a frame, after {} bytes of it", trouble->amount)};
}

void MessageReader::drain(std::vector<Message>& out) {
  wire_frame frame;
  const std::size_t first = out.size();
  while (true) {
    const wire_status status = wire_decoder_next(decoder_.get(), &frame);
    if (status == WIRE_NEED_MORE) return;
    if (status == WIRE_SKIPPED) {
      // One run of garbage may arrive, and be skipped, in many pieces.
      auto* last = out.size() > first ? std::get_if<Trouble>(&out.back()) : nullptr;
      if (last == nullptr || last->kind != Trouble::Kind::skipped) {
        out.push_back(Trouble{Trouble::Kind::skipped, 0, {}});
        last = std::get_if<Trouble>(&out.back());
      }
      last->amount += decoder_->skipped;
      last->text = fmt::format("{} bytes on the port were no frame", last->amount);
      continue;
    }
    // Unsigned arithmetic: a number from the past looks like a jump by more than half the range.
    const std::uint32_t gap = frame.sequence - expected_sequence_;
    expected_sequence_ = frame.sequence + 1;
    if (gap > 0x80000000u)
      out.push_back(Trouble{Trouble::Kind::lost, 0, fmt::format("frame {} came again or too late", frame.sequence)});
    else if (gap > 0)
      out.push_back(Trouble{Trouble::Kind::lost, gap, fmt::format("{} frames before frame {} are lost", gap, frame.sequence)});
    if (status == WIRE_OTHER_VERSION)
      out.push_back(Trouble{Trouble::Kind::other_version, 1,
                            fmt::format("the guest speaks wire version {}, we speak {}", frame.version, int(WIRE_VERSION))});
    else if (frame.type != WIRE_PAD)  // says nothing: it only pushes the goodbye out of the guest
      out.push_back(decode(frame));
  }
}

std::optional<std::string> fact(const Facts& facts, std::string_view name) {
  for (std::string_view line : base::split_lines(facts.text))
    if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
      return std::string(line.substr(name.size() + 1));
  return std::nullopt;
}

}  // namespace channel
