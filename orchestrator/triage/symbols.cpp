// SPDX-License-Identifier: Apache-2.0
#include "triage/symbols.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "triage/frame.h"

namespace triage {
namespace {

struct Function {
  std::string_view name;  // in the file's string table
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

constexpr Dwfl_Callbacks kCallbacks = {.find_elf = dwfl_build_id_find_elf,
                                       .find_debuginfo = dwfl_standard_find_debuginfo,
                                       .section_address = dwfl_offline_section_address,
                                       .debuginfo_path = nullptr};

std::string why() { return dwfl_errmsg(-1); }

}  // namespace

struct Symbols::Data {
  Dwfl* dwfl = nullptr;
  Dwfl_Module* module = nullptr;
  std::vector<Function> functions;  // by name
  bool lines = false;
  mutable std::mutex one_at_a_time;  // libdw caches what it read

  ~Data() {
    if (dwfl) dwfl_end(dwfl);
  }

  void read_symbols();
  std::vector<Place> places(std::uint64_t address, std::string_view outermost) const;
};

void Symbols::Data::read_symbols() {
  const int count = dwfl_module_getsymtab(module);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    GElf_Word section = 0;
    const char* name =
        dwfl_module_getsym_info(module, i, &symbol, &address, &section, nullptr, nullptr);
    const auto type = GELF_ST_TYPE(symbol.st_info);
    if (!name || !*name || section == SHN_UNDEF || section == SHN_ABS) continue;
    if (type != STT_FUNC && type != STT_NOTYPE && type != STT_GNU_IFUNC) continue;
    functions.push_back({name, address, symbol.st_size});
  }
  std::ranges::sort(functions, {}, [](const Function& f) { return std::pair(f.name, f.address); });
}

base::Result<std::shared_ptr<const Symbols>> Symbols::open(const std::string& path) {
  auto data = std::make_unique<Data>();
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::unexpected(base::errno_error("cannot open " + path, errno));
  data->dwfl = dwfl_begin(&kCallbacks);
  // The file descriptor is the library's from here on, if it succeeds.
  data->module = dwfl_report_elf(data->dwfl, "kernel", path.c_str(), file, 0, true);
  if (!data->module) {
    ::close(file);
    return base::fail(
        path + " is no ELF file: " + why(),
        "name the uncompressed vmlinux of the kernel's build, not its bzImage or Image");
  }
  dwfl_report_end(data->dwfl, nullptr, nullptr);
  data->read_symbols();
  if (data->functions.empty())
    return base::fail(path + " has no symbols", "take a vmlinux that was not stripped");
  Dwarf_Addr bias = 0;
  data->lines = dwfl_module_getdwarf(data->module, &bias) != nullptr;
  return std::shared_ptr<const Symbols>(new Symbols(std::move(data)));
}

Symbols::Symbols(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Symbols::~Symbols() = default;
bool Symbols::has_lines() const { return data_->lines; }

// DWARF's scopes around an address, innermost first: where an inlined function was called is said
// by itself.
std::vector<Place> Symbols::Data::places(std::uint64_t address, std::string_view outermost) const {
  std::vector<Place> found(1);
  found[0].function = std::string(outermost);
  if (Dwfl_Line* line = dwfl_module_getsrc(module, address)) {
    int number = 0;
    const char* file = dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr);
    if (file) found[0].file = clean_file(file);
    found[0].line = static_cast<unsigned>(std::max(number, 0));
  }
  Dwarf_Addr bias = 0;
  Dwarf_Die* unit = dwfl_module_addrdie(module, address, &bias);
  Dwarf_Die* scopes = nullptr;
  const int count = unit ? dwarf_getscopes(unit, address - bias, &scopes) : 0;
  Dwarf_Files* files = nullptr;
  if (count > 0) dwarf_getsrcfiles(unit, &files, nullptr);
  for (int i = 0; i < count && found.size() < 32; ++i) {
    if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram) break;
    if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine) continue;
    const char* name = dwarf_diename(&scopes[i]);
    found.back().inlined = true;
    found.back().function = name ? name : "?";
    Place caller;
    caller.function = std::string(outermost);
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (files && dwarf_attr(&scopes[i], DW_AT_call_file, &attribute) &&
        dwarf_formudata(&attribute, &value) == 0)
      if (const char* file = dwarf_filesrc(files, value, nullptr, nullptr))
        caller.file = clean_file(file);
    if (dwarf_attr(&scopes[i], DW_AT_call_line, &attribute) &&
        dwarf_formudata(&attribute, &value) == 0)
      caller.line = static_cast<unsigned>(value);
    found.push_back(std::move(caller));
  }
  std::free(scopes);
  return found;
}

std::vector<Place> Symbols::at(std::string_view function, std::uint64_t offset, std::uint64_t size,
                               bool after_call) const {
  while (function.starts_with('.')) function.remove_prefix(1);  // powerpc's entry points
  const auto named = std::ranges::equal_range(data_->functions, function, {}, &Function::name);
  const Function* chosen = nullptr;
  for (const Function& one : named) {
    if (chosen && one.address == chosen->address) continue;
    // The kernel counts up to the next symbol, the file to the function's own end: padding differs.
    const bool fits = size == 0 || one.size == 0 || (one.size <= size && size - one.size < 64);
    if (!fits || (one.size != 0 && offset > std::max(one.size, size))) continue;
    if (chosen) return {};  // nobody knows which
    chosen = &one;
  }
  if (!chosen) return {};
  const std::lock_guard lock(data_->one_at_a_time);
  return data_->places(chosen->address + offset - (after_call && offset > 0 ? 1 : 0), chosen->name);
}

std::optional<Symbols::Spot> Symbols::spot(std::uint64_t address) const {
  const std::lock_guard lock(data_->one_at_a_time);
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* name =
      dwfl_module_addrinfo(data_->module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  if (!name || offset > 1 << 20) return std::nullopt;
  return Spot{name, offset, symbol.st_size};
}

std::optional<std::uint64_t> last_address(std::string_view body) {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  // Marks may follow it: "0xffff800080012345 (P)".
  for (std::size_t end = body.size(); end > 0;) {
    while (end > 0 && !is_hex(body[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && is_hex(body[begin - 1])) --begin;
    const std::size_t digits = end - begin;
    const bool prefixed = begin >= 2 && body.substr(begin - 2, 2) == "0x";
    if (digits >= 8 && digits <= 16 &&
        (prefixed || (begin > 0 && (body[begin - 1] == '<' || body[begin - 1] == '['))))
      return std::strtoull(std::string(body.substr(begin, digits)).c_str(), nullptr, 16);
    end = begin;
  }
  return std::nullopt;
}

}  // namespace triage
