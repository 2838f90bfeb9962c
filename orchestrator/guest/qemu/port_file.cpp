// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/port_file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace guest {

namespace asio = async::asio;

namespace {
constexpr auto kLookEvery = std::chrono::milliseconds(5);
constexpr std::size_t kBlock = 64u << 10;
}  // namespace

// Shared with the handler under way, which finds `open` false once the PortFile is gone.
struct PortFile::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, base::UniqueFd from, base::UniqueFd to, base::UniqueFd for_orders)
      : timer(std::move(executor)), file(std::move(from)), socket(std::move(to)), orders(std::move(for_orders)) {}

  asio::steady_timer timer;
  base::UniqueFd file, socket, orders;
  std::function<bool()> gone;
  std::string pending;
  bool open = true;

  // True once the file is at its end and everything before is with the session, or nobody is left to take it.
  bool words() {
    for (;;) {
      if (pending.empty()) {
        pending.resize(kBlock);
        const ssize_t n = ::read(file.get(), pending.data(), pending.size());
        pending.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        if (pending.empty()) return true;
      }
      const ssize_t n = ::send(socket.get(), pending.data(), pending.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0) return errno != EAGAIN && errno != EINTR;
      pending.erase(0, static_cast<std::size_t>(n));
    }
  }

  // Orders are rare and shorter than a pipe holds.
  void take_orders() {
    char block[4096];
    ssize_t n = 0;
    while ((n = ::recv(socket.get(), block, sizeof block, MSG_DONTWAIT)) > 0)
      if (::write(orders.get(), block, static_cast<std::size_t>(n)) != n) return;
  }

  void look() {
    if (!open) return;
    const bool last = gone();  // before the reading: what came before the end is read after it
    take_orders();
    if (words() && last) {
      socket.reset();
      return;
    }
    timer.expires_after(kLookEvery);
    timer.async_wait([self = shared_from_this()](auto error) {
      if (!error) self->look();
    });
  }
};

base::Result<PortFile> PortFile::open(asio::any_io_executor executor, const base::fs::path& file, base::UniqueFd socket,
                                      base::UniqueFd orders) {
  base::UniqueFd from(::open(file.c_str(), O_RDONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!from) return std::unexpected(base::errno_error("create " + file.string(), errno));
  return PortFile(std::make_shared<State>(std::move(executor), std::move(from), std::move(socket), std::move(orders)));
}

void PortFile::carry(std::function<bool()> gone) {
  state_->gone = std::move(gone);
  state_->look();
}

PortFile::~PortFile() {
  if (!state_) return;
  state_->open = false;
  state_->timer.cancel();
}

}  // namespace guest
