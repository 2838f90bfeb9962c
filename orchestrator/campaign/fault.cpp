// SPDX-License-Identifier: Apache-2.0
#include "campaign/fault.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cmath>

#include "base/text.h"

namespace campaign {

namespace json = boost::json;

std::string_view to_string(Seen::Verdict verdict) {
  switch (verdict) {
    case Seen::Verdict::right: return "right";
    case Seen::Verdict::infra: return "infra";
    case Seen::Verdict::refused: return "refused";
    case Seen::Verdict::wrong: return "wrong";
    case Seen::Verdict::skipped: return "skipped";
  }
  return "";
}

std::string journal_line(const Fault& fault, const Seen& seen, double milliseconds) {
  json::object line{{"number", fault.number},
                    {"kind", fault.kind},
                    {"how", fault.how},
                    {"verdict", to_string(seen.verdict)},
                    {"text", base::printable(seen.text)}};
  if (!seen.figures.empty()) line["figures"] = seen.figures;
  json::array left;
  for (const std::string& one : seen.left_behind) left.emplace_back(base::printable(one));
  line["left_behind"] = std::move(left);
  line["ms"] = static_cast<std::int64_t>(std::lround(milliseconds));
  return json::serialize(line) + "\n";
}

base::Result<Journal> Journal::open(const base::fs::path& file) {
  std::error_code error;
  if (file.has_parent_path()) base::fs::create_directories(file.parent_path(), error);
  base::UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
  if (!fd) return std::unexpected(base::errno_error("create the journal " + file.string(), errno));
  return Journal(std::move(fd));
}

base::Result<void> Journal::add(std::string_view line) {
  while (!line.empty()) {
    const ssize_t n = ::write(fd_.get(), line.data(), line.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(base::errno_error("write the journal", errno));
    line.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace campaign
