// SPDX-License-Identifier: Apache-2.0
#include "triage/frame.h"

#include <algorithm>
#include <array>

namespace triage {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '$';
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The number at `at`, which moves behind it.
std::uint64_t hex_at(std::string_view text, std::size_t& at) {
  std::uint64_t value = 0;
  for (; at < text.size() && is_hex(text[at]); ++at) {
    const char c = text[at];
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = (value << 4) | static_cast<std::uint64_t>(digit);
  }
  return value;
}

bool plausible_name(std::string_view name) {
  while (!name.empty() && name[0] == '.') name.remove_prefix(1);
  return !name.empty() && name.size() < 256 && !(name[0] >= '0' && name[0] <= '9');
}

// Length of a "dir/file.c:123" at the start of `text`, 0 if there is none. The line number may have
// been eaten.
std::size_t source_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() &&
         (is_word(text[n]) || text[n] == '/' || text[n] == '-' || text[n] == '+'))
    ++n;
  if (n < 3 || n >= text.size() || text[n] != ':') return 0;
  std::string_view path = text.substr(0, n);
  if (!path.ends_with(".c") && !path.ends_with(".h") && !path.ends_with(".S") &&
      !path.ends_with(".rs"))
    return 0;
  return n;
}

// Addresses, brackets and marks that may stand before a function in a stack frame.
bool is_decoration(std::string_view token) {
  if (token == "from" || token == "torvalds") return true;
  if (token.starts_with("torvalds#")) return true;
  return std::ranges::all_of(token, [](char c) {
    return is_hex(c) || c == '[' || c == ']' || c == '<' || c == '>' || c == '(' || c == ')' ||
           c == '?' || c == '#' || c == 'x' || c == '|' || c == '*' || c == '-' || c == ':';
  });
}

bool only_decoration(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    std::size_t begin = i;
    while (i < text.size() && text[i] != ' ' && text[i] != '\t') ++i;
    if (i > begin && !is_decoration(text.substr(begin, i - begin))) return false;
  }
  return true;
}

}  // namespace

std::optional<Symbol> find_symbol(std::string_view text, std::size_t from) {
  std::size_t plus = text.find("+0x", from);
  std::size_t paren = text.find(" (", from);
  while (plus != std::string_view::npos) {
    std::size_t begin = plus;
    while (begin > from && is_word(text[begin - 1])) --begin;
    std::size_t end = plus + 3;
    const std::uint64_t offset = hex_at(text, end);
    std::uint64_t size = 0;
    if (text.substr(end).starts_with("/0x")) {
      end += 3;
      size = hex_at(text, end);
    }
    std::string_view name = text.substr(begin, plus - begin);
    if (plausible_name(name)) {
      Symbol symbol{name, {}, begin, end, offset, size};
      if (end < text.size() && text[end] == ' ') {
        std::string_view rest = text.substr(end + 1);
        if (std::size_t n = source_length(rest)) symbol.file = rest.substr(0, n);
      }
      return symbol;
    }
    plus = text.find("+0x", plus + 3);
  }
  for (; paren != std::string_view::npos; paren = text.find(" (", paren + 2)) {
    std::string_view rest = text.substr(paren + 2);
    std::size_t n = source_length(rest);
    std::size_t begin = paren;
    while (begin > from && is_word(text[begin - 1])) --begin;
    std::string_view name = text.substr(begin, paren - begin);
    if (n && plausible_name(name)) {
      std::size_t close = text.find(')', paren);
      return Symbol{name,  rest.substr(0, n),
                    begin, close == std::string_view::npos ? text.size() : close + 1,
                    0,     0};
    }
  }
  return std::nullopt;
}

std::optional<Frame> parse_frame(std::string_view body, std::optional<Frame>* caller) {
  // x86 before 4.10: "<EOI>  [<ffffffff81234567>] foo+0x1/0x2", "<<EOE>>  [<..", "#DF"
  if (body.starts_with('<')) {
    const auto end = body.find_first_of(" \t");
    if (end != std::string_view::npos && body[end - 1] == '>') {
      body.remove_prefix(end);
      while (!body.empty() && (body[0] == ' ' || body[0] == '\t')) body.remove_prefix(1);
    }
  }
  if (body.size() < 4) return std::nullopt;
  // 32-bit ARM: "[<c010d3a8>] (unwind_backtrace) from [<c010a0b0>] (show_stack+0x20/0x24)" and,
  // since 5.16, " unwind_backtrace from show_stack+0x10/0x14".
  if (auto from = body.find(" from "); from != std::string_view::npos) {
    std::string_view left = body.substr(0, from);
    while (!left.empty() && (left.back() == ')' || left.back() == ' ')) left.remove_suffix(1);
    std::size_t begin = left.size();
    while (begin > 0 && is_word(left[begin - 1])) --begin;
    std::string_view name = left.substr(begin);
    if (auto right = find_symbol(body, from + 6);
        right && plausible_name(name) &&
        only_decoration(body.substr(from + 6, right->begin - from - 6)) &&
        only_decoration(left.substr(0, begin))) {
      if (caller)
        *caller = Frame{right->name, right->file, true, false, right->offset, right->size};
      return Frame{name, {}, true};
    }
  }
  auto symbol = find_symbol(body);
  if (!symbol) {
    // crash(8): "#5 [ff7a9bd0c5d5f850] exc_page_fault at ffffffff9ad1e112", and the same after
    // forge mangling.
    if (auto hash = body.find('#');
        hash != std::string_view::npos && (hash == 0 || body.starts_with("torvalds#"))) {
      auto open = body.find('[');
      auto close = body.find("] ");
      auto at = body.find(" at ");
      if (open != std::string_view::npos && close != std::string_view::npos &&
          at != std::string_view::npos && close < at) {
        std::string_view name = body.substr(close + 2, at - close - 2);
        if (plausible_name(name) && std::ranges::all_of(name, is_word))
          return Frame{name, {}, true};
      }
    }
    // Symbolised inline frame: "foo mm/gup.c:123 [inline]", perhaps after an address.
    if (!body.ends_with(" [inline]")) return std::nullopt;
    std::string_view rest = body.substr(0, body.size() - 9);
    std::size_t file = rest.rfind(' ');
    if (file == std::string_view::npos || source_length(rest.substr(file + 1)) == 0)
      return std::nullopt;
    std::string_view name = rest.substr(0, file);
    std::size_t begin = name.rfind(' ') == std::string_view::npos ? 0 : name.rfind(' ') + 1;
    if (!only_decoration(name.substr(0, begin)) || !plausible_name(name.substr(begin)))
      return std::nullopt;
    return Frame{name.substr(begin), rest.substr(file + 1), true, true};
  }
  std::string_view before = body.substr(0, symbol->begin);
  if (!only_decoration(before)) return std::nullopt;
  Frame frame{symbol->name, symbol->file, true, false, symbol->offset, symbol->size};
  if (before.find('?') != std::string_view::npos) frame.reliable = false;
  if (body.find("(unreliable)") != std::string_view::npos) frame.reliable = false;
  return frame;
}

Register parse_register(std::string_view body, Frame& frame) {
  struct Row {
    std::string_view start;
    Register what;
  };
  static constexpr std::array kRows = std::to_array<Row>({
      {"RIP: ", Register::pc},  // x86-64; "RIP  " in its short form after an oops
      {"RIP  ", Register::pc},      {"EIP: ", Register::pc},  // x86-32
      {"EIP is at ", Register::pc}, {"IP: ", Register::pc},   // x86 before 4.18
      {"pc : ", Register::pc},                                // arm64
      {"pc: ", Register::pc},       {"lr : ", Register::lr},
      {"PC is at ", Register::pc},                           // arm32
      {"LR is at ", Register::lr},  {"NIP ", Register::pc},  // powerpc
      {"NIP: ", Register::pc},      {"LR ", Register::lr},
      {"LR: ", Register::lr},       {"Krnl PSW ", Register::pc},  // s390
      {"epc : ", Register::pc},                                   // riscv
      {"epc   : ", Register::pc},                                 // mips
      {"ra : ", Register::lr},      {"ra    : ", Register::lr},
      {"ERA: ", Register::pc},      {"ra: ", Register::lr},       // loongarch
      {"TPC: ", Register::pc},      {"RPC: ", Register::lr},      // sparc64
      {"IAOQ[0]: ", Register::pc},  {"RP(r2): ", Register::lr},   // parisc
      {"PC: ", Register::pc},                                     // m68k
      {"pc is at ", Register::pc},  {"ra is at ", Register::lr},  // alpha
      {"PR is at ", Register::lr},                                // sh
  });
  for (const Row& row : kRows) {
    if (!body.starts_with(row.start)) continue;
    frame = {};
    if (body.starts_with("RIP: 0033:") || body.starts_with("RIP: 002b:")) return Register::none;
    if (auto symbol = find_symbol(body, row.start.size())) {
      frame.function = symbol->name;
      frame.file = symbol->file;
      frame.offset = symbol->offset;
      frame.size = symbol->size;
    }
    return row.what;
  }
  return Register::none;
}

std::string clean_function(std::string_view name) {
  while (!name.empty() && name[0] == '.') name.remove_prefix(1);
  name = name.substr(0, name.find('.'));
  for (std::string_view start : {"__pfx_", "__cfi_"})  // the padding before a function
    if (name.starts_with(start)) name.remove_prefix(start.size());
  if (name.ends_with("_noprof")) name.remove_suffix(7);
  // kernel/bpf/core.c bpf_get_prog_name(): the program's hash stands before its name
  constexpr std::string_view kProgram = "bpf_prog_";
  if (name.starts_with(kProgram)) {
    const std::string_view rest = name.substr(kProgram.size());
    const auto hash = std::min(rest.find_first_not_of("0123456789abcdef"), rest.size());
    if (hash == 16) return "bpf_prog" + std::string(rest.substr(hash));
  }
  return std::string(name);
}

std::string clean_file(std::string_view path) {
  path = path.substr(0, path.find(':'));
  while (path.starts_with("./") || path.starts_with("../"))
    path.remove_prefix(path[1] == '/' ? 2 : 3);
  if (path.starts_with('/')) {
    // A build directory leads: keep what starts with a known top-level folder of the kernel.
    static constexpr std::array<std::string_view, 19> kTop{
        "/arch/", "/block/",    "/certs/", "/crypto/", "/drivers/", "/fs/", "/include/",
        "/init/", "/io_uring/", "/ipc/",   "/kernel/", "/lib/",     "/mm/", "/net/",
        "/rust/", "/security/", "/sound/", "/virt/",   "/tools/"};
    std::size_t best = std::string_view::npos;
    for (auto top : kTop) best = std::min(best, path.find(top));
    if (best == std::string_view::npos) return std::string(path.substr(path.rfind('/') + 1));
    path.remove_prefix(best + 1);
  }
  return std::string(path);
}

}  // namespace triage
