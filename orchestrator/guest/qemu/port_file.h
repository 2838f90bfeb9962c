// SPDX-License-Identifier: Apache-2.0
// The agent's port of a guest under the instruction clock. A socket would push back when we are slow to read, and the
// guest would see that at a host time; so QEMU writes what the guest says to a file, which always takes it and is the
// boot's transcript at once. This carries it on to the socket that the session reads, and orders the other way.
#pragma once
#include <functional>
#include <memory>

#include "async/asio.h"
#include "base/error.h"
#include "base/file.h"

namespace guest {

// Its name in a boot's folder.
inline constexpr const char* kTranscriptFile = "port.bin";

class PortFile {
 public:
  // `socket`: the far end of the session's; `orders`: the write end of the pipe that QEMU reads; both non-blocking. Once
  // `gone` says that QEMU is no more and everything was carried over, the socket is closed.
  static base::Result<PortFile> open(async::asio::any_io_executor executor, const base::fs::path& file,
                                     base::UniqueFd socket, base::UniqueFd orders);
  void carry(std::function<bool()> gone);
  ~PortFile();
  PortFile(PortFile&&) noexcept = default;
  PortFile& operator=(PortFile&&) = delete;

 private:
  struct State;
  explicit PortFile(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace guest
