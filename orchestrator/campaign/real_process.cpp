// SPDX-License-Identifier: Apache-2.0
// Faults of processes: QEMU and vmlab killed, stopped, continued, ended by the user.
#include <csignal>
#include <array>
#include <thread>

#include "campaign/real.h"

namespace campaign {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

milliseconds some_moment(const World& world, Dice& dice, Fault& fault) {
  const auto moment = milliseconds(dice.between(0, world.guest_time.count()));
  fault.how["ms_after_qemu"] = moment.count();
  return moment;
}

// From vmlab's start on, so that it also happens before there is a guest and after.
milliseconds any_moment(const World& world, Dice& dice, Fault& fault) {
  const auto moment = milliseconds(dice.between(0, world.guest_time.count() + 2000));
  fault.how["ms_after_start"] = moment.count();
  return moment;
}

Seen kill_qemu(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  const auto qemu = victim.wait_for_qemu(run, some_moment(world, dice, fault));
  static constexpr int kSignals[] = {SIGKILL, SIGKILL, SIGTERM, SIGSEGV};
  const int signal = dice.one_of<int>(kSignals);
  fault.how["signal"] = signal;
  fault.how["there"] = qemu.has_value();
  if (qemu) ::kill(*qemu, signal);
  return finish_hurt(victim, run.wait(300s));
}

Seen stop_qemu(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  const auto qemu = victim.wait_for_qemu(run, some_moment(world, dice, fault));
  const auto pause = milliseconds(dice.between(200, 6000));
  fault.how["stopped_ms"] = pause.count();
  fault.how["there"] = qemu.has_value();
  if (qemu) {
    ::kill(*qemu, SIGSTOP);
    std::this_thread::sleep_for(pause);
    ::kill(*qemu, SIGCONT);
  }
  return finish_hurt(victim, run.wait(300s), {.no_infra = true});
}

Seen stop_vmlab(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  std::this_thread::sleep_for(any_moment(world, dice, fault));
  const auto pause = milliseconds(dice.between(200, 6000));
  fault.how["stopped_ms"] = pause.count();
  run.signal(SIGSTOP);
  std::this_thread::sleep_for(pause);
  run.signal(SIGCONT);
  return finish_hurt(victim, run.wait(300s), {.no_infra = true});
}

// Both get on only in jerks, as on a host that swaps.
Seen jerks(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  int stops = 0;
  while (run.runs() && stops < 60) {
    std::this_thread::sleep_for(milliseconds(dice.between(20, 400)));
    const auto qemus = victim.qemus();
    const bool lab = dice.one_in(3) || qemus.empty();
    const pid_t pid = lab ? run.pid() : qemus.front();
    if (!run.runs()) break;
    ::kill(pid, SIGSTOP);
    std::this_thread::sleep_for(milliseconds(dice.between(10, 500)));
    ::kill(pid, SIGCONT);
    ++stops;
  }
  fault.how["stops"] = stops;
  return finish_hurt(victim, run.wait(300s), {.no_infra = true});
}

Seen kill_vmlab(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  std::this_thread::sleep_for(any_moment(world, dice, fault));
  run.signal(SIGKILL);
  return finish_hurt(victim, run.wait(30s));
}

// And the one that goes on with it too.
Seen kill_vmlab_again(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  (void)victim.wait_for_qemu(run, some_moment(world, dice, fault));
  run.signal(SIGKILL);
  (void)run.wait(30s);
  Running second = victim.start({"run", "--resume", "last", "--results", victim.results.string(), "--jobs", "1"});
  std::this_thread::sleep_for(any_moment(world, dice, fault));
  second.signal(SIGKILL);
  return finish_hurt(victim, second.wait(30s));
}

Seen end_vmlab(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  std::this_thread::sleep_for(any_moment(world, dice, fault));
  const int signal = dice.one_in(2) ? SIGINT : SIGTERM;
  fault.how["signal"] = signal;
  run.signal(signal);
  return finish_hurt(victim, run.wait(60s));
}

Seen kill_both(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  (void)victim.wait_for_qemu(run, some_moment(world, dice, fault));
  for (const pid_t qemu : victim.qemus()) ::kill(qemu, SIGSTOP);  // it cannot notice anything
  run.signal(SIGKILL);
  return finish_hurt(victim, run.wait(30s));
}

// Two vmlabs share results and cache; one is killed, the other must not notice.
Seen kill_one_of_two(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  Running first = victim.start_run();
  std::this_thread::sleep_for(milliseconds(dice.between(0, 500)));
  Running second = victim.start_run();
  std::this_thread::sleep_for(any_moment(world, dice, fault));
  first.signal(SIGKILL);
  (void)first.wait(30s);
  const Answer whole_one = second.wait(300s);
  // The killed one's run is there as well, unless it died before it began or after it ended. What it left behind is swept
  // when it is gone on with, or when another run begins.
  const StoredRun other = victim.stored("last~1");
  const bool left = other.there && other.state != "finished";
  const Answer resumed = left ? victim.call({"run", "--resume", "last~1", "--results", victim.results.string(), "--jobs", "1"}) : Answer{};
  Seen seen = finish_hurt(victim, whole_one, {.no_infra = true});
  if (seen.verdict != Seen::Verdict::right || !left) return seen;
  const StoredRun whole = victim.stored("last~1");
  Seen both = judge(world.truth, whole.rows, {});
  if (both.verdict == Seen::Verdict::wrong) both.text = "the other run: " + both.text + "; " + resumed.text();
  both.left_behind = victim.left_behind();
  if (!both.left_behind.empty()) both.verdict = Seen::Verdict::wrong;
  return both;
}

constexpr std::array kKinds{
    RealKind{"QEMU: killed", 8, kill_qemu},
    RealKind{"QEMU: stopped and continued", 4, stop_qemu},
    RealKind{"vmlab: killed, resumed", 12, kill_vmlab},
    RealKind{"vmlab: killed, its successor too", 4, kill_vmlab_again},
    RealKind{"vmlab: stopped and continued", 4, stop_vmlab},
    RealKind{"vmlab: ended by the user, resumed", 4, end_vmlab},
    RealKind{"vmlab: killed while QEMU stands still", 4, kill_both},
    RealKind{"vmlab: one of two killed", 3, kill_one_of_two},
    RealKind{"delay: everything in jerks", 4, jerks},
};

}  // namespace

std::span<const RealKind> process_kinds() { return kKinds; }

}  // namespace campaign
