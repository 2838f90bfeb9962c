// SPDX-License-Identifier: Apache-2.0
// Stack frames and program counters in every architecture's words.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace triage {

struct Frame {
  std::string_view function;  // as printed: "foo.isra.0", ".foo"
  std::string_view file;      // "mm/gup.c" when the log was symbolised
  bool reliable = true;       // false for x86's "? foo" and powerpc's "(unreliable)"
  bool inlined = false;       // "[inline]": a symboliser's addition, no raw log has it
  std::uint64_t offset = 0;   // "+0x12/0x34"
  std::uint64_t size = 0;
};

// The first "name+0x12/0x34" (or decoded "name (file.c:12)") at or after `from`; where it starts
// and ends in `text`. Digits may be missing: mail mangling eats runs of four.
struct Symbol {
  std::string_view name;
  std::string_view file;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};
std::optional<Symbol> find_symbol(std::string_view text, std::size_t from = 0);

// A line of a stack trace. `caller` receives the second function of 32-bit ARM's "a from b" lines.
std::optional<Frame> parse_frame(std::string_view body, std::optional<Frame>* caller = nullptr);

enum class Register { none, pc, lr };
// "RIP: 0010:foo+0x1/0x2", "pc : foo+0x..", "NIP [c000..] foo+0x..", "PC is at ..", "Krnl PSW : ..
// (foo+..)", "epc : foo+..". A line that names the register but no symbol (a wild jump, user space)
// gives an empty function.
Register parse_register(std::string_view body, Frame& frame);

// The name to show and to compare: no leading dot, no compiler suffix (.isra.0, .constprop.0,
// .part.0, .cold, .llvm.N), no _noprof of the allocation profiler.
std::string clean_function(std::string_view name);

// "mm/gup.c" from "/build/linux/mm/gup.c" or "../mm/gup.c:12"; "" when it is not a kernel path.
std::string clean_file(std::string_view path);

}  // namespace triage
