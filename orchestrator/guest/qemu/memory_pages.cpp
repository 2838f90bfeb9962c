// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/memory_pages.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/text.h"

namespace guest {
namespace {

// Bits of an entry of /proc/PID/pagemap.
constexpr std::uint64_t kFilePage = std::uint64_t{1} << 61;  // or shared memory: not this process's own
constexpr std::uint64_t kSwapped = std::uint64_t{1} << 62;
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;

struct Mapping {
  std::uint64_t start = 0, end = 0, offset = 0;  // addresses in the process, offset in the file
  int file = -1;
};

bool parse_hex(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

// "7f00-7f10 rw-p 00000000 00:01 1026 /memfd:name (deleted)" (proc_pid_maps(5)), if it maps one of the files.
bool parse_mapping(std::string_view line, const std::vector<std::pair<std::string, int>>& names, Mapping& out) {
  const auto words = base::split_words(line);
  if (words.size() < 5) return false;
  const std::string name = std::string(words[3]) + " " + std::string(words[4]);
  const auto found = std::ranges::find(names, name, &std::pair<std::string, int>::first);
  const auto dash = words[0].find('-');
  if (found == names.end() || dash == std::string_view::npos) return false;
  out.file = found->second;
  return parse_hex(words[0].substr(0, dash), out.start) && parse_hex(words[0].substr(dash + 1), out.end) &&
         parse_hex(words[2], out.offset);
}

base::Result<std::vector<Mapping>> mappings_of(pid_t pid, const std::vector<int>& ram) {
  std::vector<std::pair<std::string, int>> names;
  for (const int file : ram) {
    struct stat info {};
    if (::fstat(file, &info) != 0) return std::unexpected(base::errno_error("look at a memory file", errno));
    names.emplace_back(fmt::format("{:02x}:{:02x} {}", major(info.st_dev), minor(info.st_dev), info.st_ino), file);
  }
  const auto maps = base::read_file(fmt::format("/proc/{}/maps", pid), 16u << 20);
  if (!maps) return std::unexpected(maps.error());
  std::vector<Mapping> mappings;
  for (const std::string_view line : base::split_lines(*maps))
    if (Mapping mapping; parse_mapping(line, names, mapping)) mappings.push_back(mapping);
  for (const auto& [name, file] : names)
    if (std::ranges::find(mappings, file, &Mapping::file) == mappings.end())
      return base::fail("QEMU has not mapped the guest's memory");
  return mappings;
}

base::Result<void> put_back(int memory, const Mapping& mapping, std::uint64_t address, std::size_t page) {
  std::string bytes(page, '\0');
  const auto at = static_cast<off_t>(mapping.offset + (address - mapping.start));
  if (::pread(mapping.file, bytes.data(), page, at) != static_cast<ssize_t>(page))
    return std::unexpected(base::errno_error("read the frozen memory", errno));
  if (::pwrite(memory, bytes.data(), page, static_cast<off_t>(address)) != static_cast<ssize_t>(page))
    return std::unexpected(base::errno_error("put back the guest's memory", errno));
  return {};
}

}  // namespace

base::Result<std::size_t> put_back_pages(pid_t pid, const std::vector<int>& ram) {
  const auto mappings = mappings_of(pid, ram);
  if (!mappings) return std::unexpected(mappings.error());
  const base::UniqueFd pagemap(::open(fmt::format("/proc/{}/pagemap", pid).c_str(), O_RDONLY | O_CLOEXEC));
  const base::UniqueFd memory(::open(fmt::format("/proc/{}/mem", pid).c_str(), O_RDWR | O_CLOEXEC));
  if (!pagemap || !memory) return std::unexpected(base::errno_error("look into QEMU's memory", errno));
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<std::uint64_t> entries(64u << 10);
  std::size_t count = 0;
  for (const Mapping& mapping : *mappings) {
    for (std::uint64_t address = mapping.start; address < mapping.end;) {
      const std::size_t wanted = std::min<std::size_t>(entries.size(), (mapping.end - address) / page);
      const ssize_t n = ::pread(pagemap.get(), entries.data(), wanted * sizeof entries[0],
                                static_cast<off_t>(address / page * sizeof entries[0]));
      if (n < static_cast<ssize_t>(sizeof entries[0]))
        return std::unexpected(base::errno_error("read QEMU's page map", n < 0 ? errno : EIO));
      const std::size_t got = static_cast<std::size_t>(n) / sizeof entries[0];
      for (std::size_t i = 0; i < got; ++i) {
        if ((entries[i] & (kPresent | kSwapped)) == 0 || (entries[i] & kFilePage) != 0) continue;
        if (auto done = put_back(memory.get(), mapping, address + i * page, page); !done)
          return std::unexpected(done.error());
        ++count;
      }
      address += got * page;
    }
  }
  return count;
}

}  // namespace guest
