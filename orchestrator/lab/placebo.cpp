// SPDX-License-Identifier: Apache-2.0
#include "lab/placebo.h"

#include <fmt/format.h>

#include <array>

#include "stats/random.h"

namespace lab {
namespace {

struct Host {
  std::string_view file;
  std::string_view licence;
};

// Files that have begun with these lines since long before 6.1; in link order they lie all over the kernel's text.
constexpr std::array<Host, 12> kHosts{{
    {"kernel/fork.c", "GPL-2.0-only"},
    {"mm/filemap.c", "GPL-2.0-only"},
    {"mm/vmscan.c", "GPL-2.0"},
    {"mm/gup.c", "GPL-2.0-only"},
    {"mm/mincore.c", "GPL-2.0"},
    {"mm/mprotect.c", "GPL-2.0"},
    {"mm/mremap.c", "GPL-2.0"},
    {"mm/page_alloc.c", "GPL-2.0-only"},
    {"mm/swap_state.c", "GPL-2.0"},
    {"mm/slub.c", "GPL-2.0"},
    {"mm/huge_memory.c", "GPL-2.0-only"},
    {"lib/xarray.c", "GPL-2.0+"},
}};

bool is_version_only(int n) { return n % 8 == 0; }

// Steps of arithmetic that no compiler folds: each is a few instructions.
std::vector<std::string> function_lines(int n, int steps) {
  std::vector<std::string> lines{fmt::format("unsigned long vmlab_placebo_{}(unsigned long a, unsigned long b);", n),
                                 fmt::format("__attribute__((__used__)) unsigned long vmlab_placebo_{}(unsigned long a, unsigned long b)", n),
                                 "{"};
  for (int step = 0; step < steps; ++step)
    lines.push_back(fmt::format("\ta = (a ^ (b >> {})) * {}ul + b; b ^= a << {};", 1 + step % 7, 3 + 2 * step, 1 + step % 5));
  lines.insert(lines.end(), {"\treturn a ^ b;", "}"});
  return lines;
}

std::vector<std::string> data_lines(int n, int bytes, bool constant) {
  return {fmt::format("__attribute__((__used__)) static {}unsigned char vmlab_placebo_{}[{}] = {{ {} }};", constant ? "const " : "", n,
                      bytes, 1 + n % 255)};
}

}  // namespace

std::string placebo_patch(int n) {
  if (is_version_only(n)) return "";
  const std::uint64_t dice = stats::Random(static_cast<std::uint64_t>(n)).next();  // looks drawn, decided by n alone
  const Host& host = kHosts[static_cast<std::size_t>(n) % kHosts.size()];
  constexpr std::array<int, 6> kSteps{2, 8, 24, 60, 150, 400};
  constexpr std::array<int, 5> kBytes{8, 72, 520, 4104, 20000};
  // Code more often than data: it is what moves code.
  const std::vector<std::string> lines = dice % 4 == 3 ? data_lines(n, kBytes[dice / 4 % kBytes.size()], dice / 64 % 2 == 0)
                                                       : function_lines(n, kSteps[dice / 4 % kSteps.size()]);
  // Before the line that is known: context behind an addition holds it to the beginning of the file.
  std::string patch = fmt::format("--- a/{0}\n+++ b/{0}\n@@ -1 +1,{1} @@\n", host.file, lines.size() + 1);
  for (const std::string& line : lines) patch += "+" + line + "\n";
  return patch + fmt::format(" // SPDX-License-Identifier: {}\n", host.licence);
}

base::Result<model::KernelSpec> with_placebo(model::KernelSpec kernel, int n, const base::fs::path& folder) {
  if (is_version_only(n)) {
    kernel.options.push_back({"LOCALVERSION", fmt::format("\"-placebo{}\"", n)});
    return kernel;
  }
  const base::fs::path file = folder / fmt::format("placebo-{}.patch", n);
  if (auto written = base::write_file_atomic(file, placebo_patch(n)); !written) return std::unexpected(written.error());
  kernel.patches.push_back(file.string());
  return kernel;
}

}  // namespace lab
