// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "triage/report.h"

namespace triage {

// The report's trace in the source, a call a line: "    try_grab_folio+0xba  mm/gup.c:28", the calls that the
// compiler inlined among them. Empty without symbols.
std::string trace_text(const Report& report);

}  // namespace triage
