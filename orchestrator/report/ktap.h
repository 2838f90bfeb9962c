// SPDX-License-Identifier: Apache-2.0
// A run as KTAP (Documentation/dev-tools/ktap.rst): machines, in them tests, in them cases, each
// level a subtest two blanks deeper.
#pragma once
#include <string>

#include "report/view.h"

namespace report {

std::string ktap_text(const RunView& view);

}  // namespace report
