// SPDX-License-Identifier: Apache-2.0
// The kinds of trouble that are not data. A misbehaving kernel is data (model::Outcome); a user's
// mistake is a Diagnostic (diagnostic.h); a failing host is an InfraError; our own bug is VMLAB_ASSERT.
#pragma once
#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// An ordinary failure, returned by value: what failed and what the reader may try.
struct Error {
  std::string message;
  std::string hint = {};

  // Prefixes what was being done when it failed: "building x: cannot open y".
  Error&& while_doing(std::string_view doing) &&;
  std::string text() const;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string message, std::string hint = {}) {
  return std::unexpected(Error{std::move(message), std::move(hint)});
}

// The host failed: disk full, QEMU died, fork refused. Caught once per job, never a verdict.
class InfraError : public std::runtime_error {
 public:
  explicit InfraError(std::string message, std::string hint = {});
  explicit InfraError(const Error& error) : InfraError(error.message, error.hint) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

// Unwraps a Result where only a broken host can make it fail.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw InfraError(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

// errno as an Error: "cannot open /x: No such file or directory".
Error errno_error(std::string_view doing, int error_number);

}  // namespace base

// On in release too: a wrong verdict costs more than a crash of the lab.
#define VMLAB_ASSERT(expression) \
  ((expression) ? void(0) : ::base::assertion_failed(#expression, __FILE__, __LINE__))
