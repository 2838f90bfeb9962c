// SPDX-License-Identifier: Apache-2.0
// A kernel of a few instructions for x86: to try QEMU without a toolchain and in no time.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace guest {

inline void put32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

enum class Then { spin, reset, power_off, echo };

// A Multiboot 1 image (GNU Multiboot Specification 0.6.96, address fields instead of ELF) that writes
// `words` to the first serial port and then does one thing.
inline std::string tiny_kernel(std::string_view words, Then then) {
  constexpr std::uint32_t kBase = 0x100000, kHeader = 32;
  std::string code = "\xBE";  // mov esi, words
  const std::string print("\x66\xBA\xF8\x03"                 // mov dx, 0x3f8
                          "\xAC\x84\xC0\x74\x03\xEE\xEB\xF8",  // 1: lodsb; test al,al; jz 2f; out dx,al; jmp 1b
                          12);
  std::string tail;
  if (then == Then::reset) tail = std::string("\xB0\xFE\x66\xBA\x64\x00\xEE", 7);  // out 0x64, 0xfe
  if (then == Then::power_off)  // outw 0x604, 0x2000: ACPI soft-off as SeaBIOS maps it on q35
    tail = std::string("\x66\xB8\x00\x20\x66\xBA\x04\x06\x66\xEF", 10);
  if (then == Then::echo)  // wait for a received byte and send it back, for ever
    tail = std::string("\x66\xBA\xFD\x03\xEC\xA8\x01\x74\xF7\x66\xBA\xF8\x03\xEC\xEE\xEB\xEF", 17);
  tail += "\xEB\xFE";  // 2: jmp 2b
  put32(code, kBase + kHeader + 1 + 4 + static_cast<std::uint32_t>(print.size() + tail.size()));
  code += print + tail + std::string(words) + '\0';

  std::string image;
  constexpr std::uint32_t kMagic = 0x1BADB002, kFlags = 0x00010000;
  put32(image, kMagic);
  put32(image, kFlags);
  put32(image, 0u - kMagic - kFlags);
  put32(image, kBase);                                                      // where this header is
  put32(image, kBase);                                                      // load from here
  put32(image, kBase + kHeader + static_cast<std::uint32_t>(code.size()));  // to here
  put32(image, 0);                                                          // no bss
  put32(image, kBase + kHeader);                                            // entry
  return image + code;
}

}  // namespace guest
