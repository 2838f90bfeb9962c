// SPDX-License-Identifier: Apache-2.0
// JUnit XML as CI systems read it (Jenkins' junit-10.xsd, GitLab): one testsuite per machine and
// test, one testcase per case. results/README.md has the mapping.
#pragma once
#include <string>

#include "report/view.h"

namespace report {

std::string junit_xml(const RunView& view);

}  // namespace report
