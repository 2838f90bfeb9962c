// SPDX-License-Identifier: Apache-2.0
// What the lab's benchmark programs have in common: the artefacts of the checkout, and a loop that ends with their work.
#pragma once
#include <fmt/format.h>

#include <cstdlib>
#include <exception>

#include "async/asio.h"
#include "lab/kernel_artifacts.h"

namespace lab {

// Runs work(artifacts); the program's exit code. What it throws is told in the name of `program`.
template <class Work>
int bench_main(const char* program, Work work) {
  const char* root = std::getenv("VMLAB_ROOT");
  KernelArtifacts artifacts(root != nullptr ? root : ".");
  async::asio::io_context loop;
  int code = 1;
  async::asio::co_spawn(loop, work(artifacts), [&](std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
      code = 0;
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", program, error.what());
    }
  });
  loop.run();
  return code;
}

}  // namespace lab
