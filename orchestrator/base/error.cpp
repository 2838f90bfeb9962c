// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace base {

Error&& Error::while_doing(std::string_view doing) && {
  message = std::string(doing) + ": " + message;
  return std::move(*this);
}

std::string Error::text() const { return hint.empty() ? message : message + "\n  try: " + hint; }

InfraError::InfraError(std::string message, std::string hint)
    : std::runtime_error(std::move(message)), hint_(std::move(hint)) {}

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "vmlab: internal error: %s:%d: %s is false; please report it\n", file, line,
               expression);
  std::abort();
}

Error errno_error(std::string_view doing, int error_number) {
  return {"cannot " + std::string(doing) + ": " + std::generic_category().message(error_number), {}};
}

}  // namespace base
