// SPDX-License-Identifier: Apache-2.0
#include "ktap/skip_reasons.h"

#include "base/text.h"

namespace ktap {
namespace {

// A row is added only when no configuration, memory size or device could make the case run.
// "Feature missing" alone never is: name the architecture and the Kconfig symbol it does not
// select.
constexpr InherentSkip kTable[] = {
    // What an architecture does not have (arch/*/Kconfig of 6.12 and 7.3).
    {"ppc*", "*uffd-unit-tests*", "*wp*", "*feature missing*",
     "powerpc does not select HAVE_ARCH_USERFAULTFD_WP"},
    {"ppc*", "*uffd-unit-tests*", "minor*", "*feature missing*",
     "powerpc does not select HAVE_ARCH_USERFAULTFD_MINOR"},
    {"ppc*", "*uffd-wp-mremap*", "*", "*uffd-wp feature not supported*",
     "powerpc does not select HAVE_ARCH_USERFAULTFD_WP"},
    {"ppc*", "*memfd_secret*", "*", "*memfd_secret is not supported*",
     "powerpc does not select ARCH_HAS_SET_DIRECT_MAP, which SECRETMEM depends on"},
    {"ppc32*", "*", "*", "*Transparent Hugepages not available*",
     "32-bit powerpc does not select HAVE_ARCH_TRANSPARENT_HUGEPAGE"},
    {"ppc64-hash4k", "*", "*", "*Transparent Hugepages not available*",
     "hash__has_transparent_hugepage() wants a 16M PMD; with 4K pages a PMD is 2M"},
    {"ppc32*", "*", "*", "*NUMA not available*", "powerpc has NUMA on 64-bit kernels only"},
    {"ppc32*", "*", "*", "*sealing not supported*", "mseal() exists on 64-bit kernels only"},
    {"ppc32*", "*", "*", "*mseal not supported*", "mseal() exists on 64-bit kernels only"},
    {"ppc32*", "*va_high_addr_switch*", "*", "*Architecture not supported*",
     "the test is about 64-bit address spaces"},
    {"arm64", "*soft-dirty*", "*", "*soft-dirty is not support*",
     "arm64 does not select HAVE_ARCH_SOFT_DIRTY"},
    {"ppc32*", "*soft-dirty*", "*", "*soft-dirty is not support*",
     "32-bit powerpc does not select HAVE_ARCH_SOFT_DIRTY"},
    // What a test leaves out by design: a case that makes no sense for one of its own variants, on
    // any
    // machine (guard-regions.c has every case for anonymous, shmem and file memory).
    {"*", "*guard*regions*", "*", "CoW only supported on anon mappings", "no such thing for files"},
    {"*", "*guard*regions*", "*", "Wipe on fork only supported on anon mappings",
     "no such thing for files"},
    {"*", "*guard*regions*", "*", "MADV_FREE only supported on anon mappings",
     "no such thing for files"},
    {"*", "*guard*regions*", "*", "uffd only works on anon backing",
     "the case is written for anonymous memory"},
    {"*", "*guard*regions*", "*", "MADV_SEQUENTIAL meaningful only for file-backed",
     "read-ahead needs a file"},
    {"*", "*guard*regions*", "*", "* specific to file-backed", "the case needs a file"},
    {"*", "*guard*regions*", "*", "memfd write seal test specific to shmem",
     "only shmem has seals"},
    {"*", "*guard*regions*", "*", "anon zero page test specific to anon/shmem",
     "files have no zero page"},
};

}  // namespace

std::span<const InherentSkip> inherent_skips() { return kTable; }

model::Outcome outcome_of_skip(std::string_view machine, std::string_view test,
                               std::string_view name, std::string_view reason) {
  for (const auto& row : kTable) {
    const bool here =
        row.machine == "*" || (!machine.empty() && base::glob_match(row.machine, machine));
    if (here && base::glob_match(row.test, test) && base::glob_match(row.name, name) &&
        base::glob_match(row.reason, reason))
      return model::Outcome::skip;
  }
  return model::Outcome::unfit;
}

}  // namespace ktap
