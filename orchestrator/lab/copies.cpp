// SPDX-License-Identifier: Apache-2.0
#include "lab/copies.h"

#include "channel/first_words.h"
#include "channel/wake.h"

namespace lab {

async::task<base::Result<std::shared_ptr<const guest::Snapshot>>> freeze_guest(guest::QemuSpec spec,
                                                                               base::fs::path folder, std::string note,
                                                                               CopyLimits limits) {
  using Frozen = base::Result<std::shared_ptr<const guest::Snapshot>>;
  auto frozen = guest::TemplateGuest::start(co_await async::asio::this_coro::executor, spec, folder, note);
  if (!frozen) co_return Frozen(std::unexpected(frozen.error()));
  guest::Guest& guest = frozen->guest();
  auto said = co_await channel::first_words(guest.port(), limits.boot);
  if (!said) co_return Frozen(std::unexpected(said.error()));
  if (const auto stopped = co_await frozen->freeze(limits.freeze); !stopped)
    co_return Frozen(std::unexpected(stopped.error()));
  const auto rest = channel::last_words(guest.port());
  if (!rest) co_return Frozen(std::unexpected(rest.error()));
  auto snapshot = frozen->take();
  if (!snapshot) co_return Frozen(std::unexpected(snapshot.error()));
  (*snapshot)->said = *said + *rest;
  co_return Frozen(std::move(*snapshot));
}

async::task<base::Result<std::unique_ptr<guest::Guest>>> start_copy(guest::QemuSpec spec,
                                                                    std::shared_ptr<const guest::Snapshot> snapshot,
                                                                    base::fs::path folder, std::string note,
                                                                    std::optional<std::uint64_t> seed,
                                                                    CopyLimits limits) {
  using Started = base::Result<std::unique_ptr<guest::Guest>>;
  auto guest = co_await guest::restore_qemu(std::move(spec), std::move(snapshot), folder, note, limits.restore);
  if (!guest) co_return guest;
  auto wakeup = channel::fresh_wakeup(seed);
  if (!wakeup) co_return Started(std::unexpected(wakeup.error()));
  const auto ready = co_await channel::wake((*guest)->port(), std::move(*wakeup), limits.wake);
  if (!ready) co_return Started(std::unexpected(ready.error()));
  co_return guest;
}

}  // namespace lab
