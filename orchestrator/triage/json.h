// SPDX-License-Identifier: Apache-2.0
// The JSON contract of `vmlab triage`.
#pragma once
#include <span>
#include <string>

#include "triage/report.h"

namespace triage {

// {"reports":[{"title":str,"kind":str,"start_line":int,"end_line":int,"corrupted":bool,"signature":str,
// "function":str,"file":str,"process":str,"secondaries":int,"expected":bool}]}, indented, newline
// at the end.
std::string to_json(std::span<const Report> reports);

}  // namespace triage
