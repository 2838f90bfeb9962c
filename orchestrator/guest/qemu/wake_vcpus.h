// SPDX-License-Identifier: Apache-2.0
// What QEMU 10.0's device state leaves out of a pseries guest, put right before the state is taken in:
//
//   - that a vCPU was started (env->quiesced; set at reset, cleared by the RTAS call start-cpu only): without it every
//     vCPU but the first takes no interrupt for ever;
//   - the presenters of the XICS interrupt controller (icp/server, left out since 10.0): without them no vCPU gets any
//     interrupt but its own timer's, which a guest with a radix MMU (XIVE) does not notice and one with a hash MMU does:
//     its answer came with its next tick.
//
// Both are QEMU's bugs (gitlab.com/qemu-project/qemu/-/issues/3079; "hw/intc/xics: Add missing call to register
// vmstate_icp_server"). Both are set by hypercalls of the guest and survive the taking in of the state, because that
// does not speak of them. So a copy's vCPUs run a few instructions of ours first: the first one starts the others, each
// opens its presenter, counts itself and stays where it is. QEMU's debugger stub puts them into the memory and sets the
// vCPUs going, since a QEMU that waits for a state does not run otherwise. put_back_pages() undoes what they wrote.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guest/qemu/controlled_guest.h"

namespace guest {

bool needs_waking(const model::Machine& machine);

// What lies where in the guest's memory, guest-physical.
struct Poke {
  std::uint64_t address = 0;
  std::string bytes;
};
std::vector<Poke> vcpu_program(int vcpus);
// Where the vCPUs count themselves: a 32-bit word.
inline constexpr std::uint64_t kVcpusAwake = 0x7fc;

// "$body#sum" of the debugger's protocol (GDB manual, "Remote Protocol").
std::string gdb_packet(std::string_view body);
// All that is said to the stub: the program, and the word that lets the vCPUs run.
std::string gdb_orders(const std::vector<Poke>& pokes);

// Of `xp /1xw ADDRESS`: "00000000000007fc: 0x00000002".
std::optional<std::uint64_t> word_of(std::string_view monitor_answer);

// `info pic` of a stopped guest: the presenter that is not as a new one comes to be, because an interrupt was under way
// there; nullopt when there is none.
std::optional<std::string> interrupt_under_way(std::string_view info_pic);

// Runs the vCPUs of a QEMU that waits for its state until all have counted themselves, and stops them. `gdb` is our
// end of its debugger stub's socket.
async::task<base::Result<void>> wake_vcpus(ControlledGuest& guest, int gdb, int vcpus,
                                           std::chrono::steady_clock::time_point deadline);

}  // namespace guest
