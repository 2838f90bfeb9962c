// SPDX-License-Identifier: Apache-2.0
// What `vmlab ktap` prints: {"results":[{"id","outcome","reason"}],"planned","complete"} and,
// beyond the contract, each result's "line", how many planned ones are "missing" and the "notes".
#pragma once
#include <string>

#include "ktap/report.h"

namespace ktap {

std::string report_to_json(const Report& report);

}  // namespace ktap
