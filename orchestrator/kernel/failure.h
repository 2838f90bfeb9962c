// SPDX-License-Identifier: Apache-2.0
// Short ways to say what kept a kernel from being built. Private to the room.
#pragma once
#include <expected>
#include <utility>

#include "kernel/build.h"
#include "kernel/source.h"

namespace kernel {

inline std::unexpected<BuildFailure> infra_failure(base::Error error) {
  return std::unexpected(
      BuildFailure{.kind = BuildFailure::Kind::infra, .error = std::move(error)});
}

inline std::unexpected<BuildFailure> user_failure(base::Diagnostics diagnostics) {
  return std::unexpected(
      BuildFailure{.kind = BuildFailure::Kind::user, .diagnostics = std::move(diagnostics)});
}

inline std::unexpected<BuildFailure> user_failure(std::string message, std::string hint = {}) {
  return user_failure(base::Diagnostics{{{}, 0, 0, std::move(message), std::move(hint)}});
}

inline std::unexpected<BuildFailure> source_failure(SourceFailure failure) {
  if (!failure.user.empty()) return user_failure(std::move(failure.user));
  return infra_failure(std::move(failure.host));
}

}  // namespace kernel
