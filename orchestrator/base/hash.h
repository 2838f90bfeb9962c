// SPDX-License-Identifier: Apache-2.0
// SHA-256, the one hash of the project: artefact keys, image identities, short result handles.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace base {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::string_view bytes);
  // Adds a length-prefixed field, so that ("ab","c") and ("a","bc") differ.
  Sha256& field(std::string_view bytes);
  std::string hex();  // 64 lower-case digits; ends the hash

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);
Result<std::string> sha256_file(const std::string& path);

}  // namespace base
