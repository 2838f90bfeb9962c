// SPDX-License-Identifier: Apache-2.0
#include "ktap/skip_reasons.h"

#include "base/text.h"

namespace ktap {
namespace {

// A row is added only when no configuration, memory size or device could make the case run.
// "Feature missing" alone never is: name the architecture and the Kconfig symbol it does not
// select.
constexpr InherentSkip kTable[] = {
    {"ppc*", "*uffd-unit-tests*", "*wp*", "*feature missing*",
     "powerpc does not select HAVE_ARCH_USERFAULTFD_WP: no free PTE bit was ever given to it"},
    {"ppc*", "*uffd-unit-tests*", "minor*", "*feature missing*",
     "powerpc does not select HAVE_ARCH_USERFAULTFD_MINOR"},
    {"ppc32*", "*", "*", "*Transparent Hugepages not available*",
     "32-bit powerpc does not select HAVE_ARCH_TRANSPARENT_HUGEPAGE"},
    {"ppc32*", "*mseal*", "*", "*sealing not supported*", "mseal() exists on 64-bit kernels only"},
    {"ppc*", "*memfd_secret*", "*", "*memfd_secret is not supported*",
     "powerpc does not select ARCH_HAS_SET_DIRECT_MAP, which SECRETMEM depends on"},
    {"arm64", "*soft-dirty*", "*", "*soft-dirty is not support*",
     "arm64 does not select HAVE_ARCH_SOFT_DIRTY"},
    {"ppc32*", "*soft-dirty*", "*", "*soft-dirty is not support*",
     "32-bit powerpc does not select HAVE_ARCH_SOFT_DIRTY"},
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
