// SPDX-License-Identifier: Apache-2.0
#include "lab/exact_probe.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "channel/message_reader.h"
#include "lab/exact_boot.h"

namespace lab {
namespace {

// A tenth of what QEMU 10.0.2 shows, and several times what 7.2 does.
constexpr std::uint64_t kFewestChanges = 25;
constexpr std::uint64_t kLeastShare = 20;

std::string kept_text(const VcpuTurns& turns) {
  return fmt::format("vcpus {}\nchanges {}\nleast {}\norder {}\n", turns.vcpus, turns.changes, turns.least, turns.order);
}

}  // namespace

bool VcpuTurns::fair() const { return vcpus < 2 || (changes >= kFewestChanges && least >= kLeastShare); }

std::string VcpuTurns::text() const {
  return fmt::format("{} busy vCPUs change places {} times in {} ms, the poorest gets {}% of its share", vcpus, changes,
                     kProbeMilliseconds, least);
}

model::Plan vcpu_plan(std::uint64_t seed) {
  model::Plan plan;
  plan.seed = seed;
  plan.heartbeat_ms = 0;
  plan.tests.push_back({.index = 0,
                        .id = "vmlab/vcpus",
                        .directory = "/",
                        .program = "/init",
                        .arguments = {"--vcpus", std::to_string(kProbeMilliseconds)}});
  return plan;
}

std::optional<VcpuTurns> parse_turns(std::string_view output) {
  VcpuTurns turns;
  int seen = 0;
  for (const std::string_view line : base::split_lines(output)) {
    const auto words = base::split_words(line);
    if (words.size() != 2) return std::nullopt;
    if (words[0] == "order") {
      turns.order = base::printable(words[1]);
      seen |= 8;
      continue;
    }
    const auto number = base::parse_int(words[1]);
    if (!number || *number < 0) return std::nullopt;
    if (words[0] == "vcpus" && *number <= 1024) turns.vcpus = static_cast<int>(*number), seen |= 1;
    else if (words[0] == "changes") turns.changes = static_cast<std::uint64_t>(*number), seen |= 2;
    else if (words[0] == "least") turns.least = static_cast<std::uint64_t>(*number), seen |= 4;
    else return std::nullopt;
  }
  return seen == 15 ? std::optional(turns) : std::nullopt;
}

std::optional<VcpuTurns> turns_in(std::string_view port) {
  channel::MessageReader reader;
  std::vector<channel::Message> messages;
  reader.feed(port, messages);
  std::string output;
  for (const channel::Message& message : messages)
    if (const auto* said = std::get_if<channel::Output>(&message); said != nullptr && !said->is_stderr) output += said->data;
  return parse_turns(output);
}

async::task<base::Result<std::optional<VcpuTurns>>> prove_turns(guest::QemuSpec spec, std::string qemu_version,
                                                                const image::BaseImage& base, base::fs::path cache) {
  using Proof = base::Result<std::optional<VcpuTurns>>;
  const int vcpus = guest::vcpus_of(spec);
  if (vcpus < 2) co_return Proof(std::nullopt);
  base::Sha256 key;
  key.field(qemu_version).field(spec.machine->id).field(std::to_string(vcpus)).field(std::to_string(kProbeMilliseconds));
  const base::fs::path kept = cache / ("turns-" + key.hex().substr(0, 16));
  if (const auto text = base::read_file(kept, 4096))
    if (const auto turns = parse_turns(*text)) co_return Proof(turns);
  std::error_code error;
  base::fs::create_directories(cache, error);  // if it fails, so does the next line
  auto folder = base::TemporaryDirectory::create(cache, "turns-probe");
  if (!folder) co_return Proof(std::unexpected(folder.error()));
  spec.clock = model::Clock::instructions;
  spec.seed = 1;
  spec.drives.clear();
  spec.initrd = folder->path() / "initrd";
  if (auto written = image::assemble(base, vcpu_plan(1).text(), spec.initrd); !written)
    co_return Proof(std::unexpected(written.error()));
  const PlainBoot boot = co_await boot_plainly(spec, folder->path() / "boot");
  if (!boot.trouble.empty()) co_return Proof(base::fail("the guest that was to prove it: " + base::printable(boot.trouble)));
  const auto turns = turns_in(boot.said.port);
  if (!turns) co_return Proof(base::fail("the guest that was to prove it did not say"));
  // Not kept: asked again next time, which costs a boot and nothing else.
  (void)base::write_file_atomic(kept, kept_text(*turns));
  co_return Proof(turns);
}

}  // namespace lab
