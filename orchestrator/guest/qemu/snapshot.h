// SPDX-License-Identifier: Apache-2.0
// A booted guest frozen, and copies of it. The memory lies in unnamed files (memfd_create) that are sealed once
// the guest is frozen: nobody can write them any more, copies map them copy-on-write, and the kernel frees them
// with the last process that holds them. So there is nothing on disk to be torn, shared by mistake or left behind.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "guest/guest.h"
#include "guest/qemu/command_line.h"

namespace guest {

struct Snapshot {
  std::vector<base::UniqueFd> ram;  // one per NUMA node
  std::string devices;              // QEMU's stream of device state
  std::string said;                 // what the agent had said until then; the caller's to fill in
  std::string console;              // what the console had printed

  std::uint64_t memory_used() const;  // of the host, in bytes: what the guest had touched until then
};

// What must be equal for a guest to be restored from another's snapshot: all that decides what QEMU builds and what
// its memory holds. `kernel` and `image` name their contents.
std::string snapshot_key(const QemuSpec& spec, std::string_view qemu_version, std::string_view kernel,
                         std::string_view image);

// A guest that was started to be frozen.
class TemplateGuest {
 public:
  // As start_qemu. Memory is sparse: it takes what the guest touches.
  static base::Result<TemplateGuest> start(async::asio::any_io_executor executor, const QemuSpec& spec,
                                           const base::fs::path& folder, std::string_view note);
  ~TemplateGuest();
  TemplateGuest(TemplateGuest&&) noexcept;

  Guest& guest();
  // Stops it for good and takes its device state; the caller reads what is left on the port, then calls take().
  async::task<base::Result<void>> freeze(std::chrono::milliseconds limit);
  // Ends it and seals its memory.
  base::Result<std::shared_ptr<Snapshot>> take();

 private:
  struct State;
  explicit TemplateGuest(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A copy of the frozen guest, running. `spec` is the template's but for its name and the files of its drives, which
// must hold what the template's held when it was frozen; its initrd is only written into qemu.sh, which boots cold.
// The console log begins with what the template printed. Errors: QEMU does not take the state back.
async::task<base::Result<std::unique_ptr<Guest>>> restore_qemu(QemuSpec spec, std::shared_ptr<const Snapshot> snapshot,
                                                               base::fs::path folder, std::string note,
                                                               std::chrono::milliseconds limit);

}  // namespace guest
