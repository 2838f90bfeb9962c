// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/wake_vcpus.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "base/text.h"

namespace guest {

namespace asio = async::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kEntry = 0x100;  // where a pseries machine's first vCPU begins (hw/ppc/spapr.c)
constexpr std::uint64_t kCode = 0x200, kRtasCall = 0x700, kVcpus = 0x7f8;
constexpr std::uint32_t kSecond = 0x23c;  // where the others begin

constexpr std::uint32_t kProgram[] = {
    // first: H_CPPR (0x68): let all priorities through
    0x38600068,  // 200  li    r3,0x68
    0x388000ff,  //      li    r4,0xff
    0x44000022,  //      sc    1
    0x39c00001,  //      li    r14,1
    0x81e007f8,  // 210  lwz   r15,0x7f8(0)   number of vCPUs
    0x7c0e7800,  //      cmpw  r14,r15
    0x40800030,  //      bge   248
    0x91c0070c,  //      stw   r14,0x70c(0)   which one
    0x91c00714,  //      stw   r14,0x714(0)   its r3
    0x38600000,  //      li    r3,0
    0x6063f000,  //      ori   r3,r3,0xf000   H_RTAS of QEMU (KVMPPC_H_RTAS)
    0x38800700,  //      li    r4,0x700
    0x44000022,  //      sc    1
    0x39ce0001,  //      addi  r14,r14,1
    0x4bffffd8,  //      b     210
    // second
    0x38600068,  // 23c  li    r3,0x68
    0x388000ff,  //      li    r4,0xff
    0x44000022,  //      sc    1
    // both: count, and stay
    0x38c007fc,  // 248  li    r6,0x7fc
    0x7ca03028,  // 24c  lwarx r5,0,r6
    0x38a50001,  //      addi  r5,r5,1
    0x7ca0312d,  //      stwcx. r5,0,r6
    0x40c2fff4,  //      bne-  24c
    0x7ffffb78,  // 25c  or    r31,r31,r31
    0x4bfffffc,  //      b     25c
};

std::string big_endian(std::span<const std::uint32_t> words) {
  std::string bytes;
  for (const std::uint32_t word : words)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift);
  return bytes;
}

}  // namespace

bool needs_waking(const model::Machine& machine) { return machine.machine_type.starts_with("pseries"); }

std::vector<Poke> vcpu_program(int vcpus) {
  const std::uint32_t jump[] = {0x48000100};  // b 200
  // Token of start-cpu in QEMU (RTAS_START_CPU, include/hw/ppc/spapr.h), 3 arguments, 1 result; which, where, r3.
  const std::uint32_t call[] = {0x2006, 3, 1, 0, kSecond, 0, 0};
  const std::uint32_t counts[] = {static_cast<std::uint32_t>(vcpus), 0};
  return {{kEntry, big_endian(jump)}, {kCode, big_endian(kProgram)}, {kRtasCall, big_endian(call)}, {kVcpus, big_endian(counts)}};
}

std::string gdb_packet(std::string_view body) {
  unsigned sum = 0;
  for (const char c : body) sum += static_cast<unsigned char>(c);
  return fmt::format("${}#{:02x}", body, sum & 0xff);
}

std::string gdb_orders(const std::vector<Poke>& pokes) {
  std::string orders;
  for (const Poke& poke : pokes) {
    std::string body = fmt::format("M{:x},{:x}:", poke.address, poke.bytes.size());
    for (const char c : poke.bytes) body += fmt::format("{:02x}", static_cast<unsigned char>(c));
    orders += gdb_packet(body);
  }
  return orders + gdb_packet("D");  // a debugger that leaves lets the machine run
}

std::optional<std::uint64_t> word_of(std::string_view monitor_answer) {
  const auto colon = monitor_answer.find(": 0x");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = monitor_answer.substr(colon + 4, 8);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return error == std::errc() && end != digits.data() ? std::optional(value) : std::nullopt;
}

std::optional<std::string> interrupt_under_way(std::string_view info_pic) {
  for (const std::string_view line : base::split_lines(info_pic)) {
    if (!line.starts_with("CPU ") || line.find("XIRR=") == std::string_view::npos) continue;
    const auto has = [&](std::string_view text) { return line.find(text) != std::string_view::npos; };
    if (!has("XIRR=ff000000") || !has("PP=ff") || !has("MFRR=ff")) return std::string(base::trim(line));
  }
  return std::nullopt;
}

async::task<base::Result<void>> wake_vcpus(ControlledGuest& guest, int gdb, int vcpus,
                                           std::chrono::steady_clock::time_point deadline) {
  const std::string orders = gdb_orders(vcpu_program(vcpus));
  const ssize_t sent = ::send(gdb, orders.data(), orders.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(orders.size()))
    co_return std::unexpected(base::errno_error("speak to QEMU's debugger stub", sent < 0 ? errno : EAGAIN));
  const std::string question = fmt::format("xp /1xw {:#x}", kVcpusAwake);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (std::chrono::steady_clock::now() < deadline) {
    std::string ask = question;
    const auto answer = co_await guest.monitor(std::move(ask));
    if (!answer) co_return std::unexpected(answer.error());
    if (word_of(*answer) == static_cast<std::uint64_t>(vcpus)) co_return co_await guest.pause();
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return base::fail("the vCPUs of the copy did not wake up in time");
}

}  // namespace guest
