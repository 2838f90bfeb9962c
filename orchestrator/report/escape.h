// SPDX-License-Identifier: Apache-2.0
// Guest text made safe for each format. base::printable does it for terminals.
#pragma once
#include <string>
#include <string_view>

namespace report {

// For JSON: bytes that are not UTF-8 become \xNN in letters; control characters are left to the
// serializer.
std::string json_clean(std::string_view text);
// For XML 1.0: the same, and also the characters that XML cannot hold even as a reference.
std::string xml_clean(std::string_view text);
// For the description in a KTAP line: one line, and no '#', which would begin a directive.
std::string ktap_clean(std::string_view text);

}  // namespace report
