// SPDX-License-Identifier: Apache-2.0
// A vmlinux or a module as a map: what stands at a function's offset or at an address, inlined
// calls included. Reads the symbol table, and the lines of DWARF where the kernel was built with
// CONFIG_DEBUG_INFO.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace triage {

// One call: the function, and where in it the next inner one is called.
struct Place {
  std::string function;
  std::string file;  // kernel-relative; empty when the file has no DWARF
  unsigned line = 0;
  bool inlined = false;
};

class Symbols {
 public:
  // Fails for what is no ELF file, or has no symbols.
  static base::Result<std::shared_ptr<const Symbols>> open(const std::string& path);
  ~Symbols();

  // Whether there are source lines; without them only addresses become functions.
  bool has_lines() const;

  // What stands at `function`+`offset`, innermost call first; empty when unknown. Of several
  // functions of that name the one with `size` bytes is meant (0: not known), else none is.
  // `after_call`: the offset is a return address, and the call stands before it.
  std::vector<Place> at(std::string_view function, std::uint64_t offset, std::uint64_t size,
                        bool after_call) const;
  // "foo" and the offset in it of an address that the kernel was linked to (no KASLR).
  struct Spot {
    std::string function;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };
  std::optional<Spot> spot(std::uint64_t address) const;

 private:
  struct Data;
  explicit Symbols(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

// The last address of a line that names no symbol: "[<ffffffff81234567>]", "RIP:
// 0010:0xffffffff81234567".
std::optional<std::uint64_t> last_address(std::string_view body);

}  // namespace triage
