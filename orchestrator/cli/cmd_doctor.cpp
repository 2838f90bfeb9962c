// SPDX-License-Identifier: Apache-2.0
// vmlab doctor: whether this host can do the work, and what to do where it cannot.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "async/asio.h"
#include "base/program.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/doctor_boot.h"
#include "cli/loop.h"
#include "guest/qemu/install.h"
#include "report/tables.h"

namespace cli {
namespace {

struct Finding {
  enum class State { good, weak, bad };
  State state = State::good;
  std::string subject, text, fix;
};

std::string_view to_string(Finding::State state) {
  switch (state) {
    case Finding::State::good: return "ok";
    case Finding::State::weak: return "weak";
    case Finding::State::bad: return "missing";
  }
  return "";
}

async::task<void> check_machines(std::vector<Finding>& findings) {
  for (const model::Machine& machine : model::machines()) {
    const std::string subject = "machine " + std::string(machine.id);
    const auto qemu = co_await guest::find_qemu(machine);
    if (!qemu) {
      findings.push_back({Finding::State::bad, subject, qemu.error().message, qemu.error().hint});
    } else if (!qemu->shares_time_when_exact()) {
      findings.push_back({Finding::State::weak, subject,
                          fmt::format("QEMU {} starves a vCPU under the instruction clock", qemu->version),
                          fmt::format("apt-get install -t bookworm-backports {}", guest::qemu_package(machine))});
    } else {
      findings.push_back({Finding::State::good, subject, "QEMU " + qemu->full_version, {}});
    }
    const std::string compiler = std::string(machine.cross_compile) + "gcc";
    if (!base::find_program(compiler))
      findings.push_back({Finding::State::bad, subject, "no compiler " + compiler,
                          machine.cross_compile.empty()
                              ? "apt-get install gcc"
                              : "apt-get install gcc-" + compiler.substr(0, compiler.size() - 4)});
  }
}

void check_programs(std::vector<Finding>& findings) {
  // program, Debian package, what it is for
  constexpr std::array<std::array<const char*, 3>, 12> kPrograms{{{"make", "make", "kernel builds"},
                                                                 {"flex", "flex", "kernel builds"},
                                                                 {"bison", "bison", "kernel builds"},
                                                                 {"bc", "bc", "kernel builds"},
                                                                 {"perl", "perl", "kernel builds"},
                                                                 {"git", "git", "patches"},
                                                                 {"xz", "xz-utils", "kernel sources"},
                                                                 {"apt-get", "apt", "kernel sources"},
                                                                 {"rsync", "rsync", "kernel headers"},
                                                                 {"mkfs.ext4", "e2fsprogs", "scratch file systems"},
                                                                 {"mkfs.xfs", "xfsprogs", "scratch file systems"},
                                                                 {"ccache", "ccache", "fast rebuilds"}}};
  std::string missing_packages, missing;
  for (const auto& [program, package, purpose] : kPrograms) {
    if (base::find_system_program(program)) continue;
    missing += fmt::format("{}{} ({})", missing.empty() ? "" : ", ", program, purpose);
    missing_packages += std::string(" ") + package;
  }
  if (missing.empty()) findings.push_back({Finding::State::good, "build tools", "all there", {}});
  else findings.push_back({Finding::State::bad, "build tools", "missing: " + missing, "apt-get install" + missing_packages});
}

void check_space(std::vector<Finding>& findings, const std::string& subject, base::fs::path path,
                 std::uint64_t wanted) {
  std::error_code error;
  while (!base::fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) {
    findings.push_back({Finding::State::bad, subject, base::errno_error("look at " + path.string(), errno).message, {}});
    return;
  }
  const std::uint64_t free = std::uint64_t{info.f_bavail} * info.f_frsize;
  const std::string text = fmt::format("{:.1f} GiB free below {}", static_cast<double>(free) / (1 << 30), path.string());
  if (free >= wanted) findings.push_back({Finding::State::good, subject, text, {}});
  else
    findings.push_back({Finding::State::weak, subject, text + fmt::format(", {} are comfortable", base::format_size(wanted)),
                        "vmlab cache gc, or another XDG_CACHE_HOME"});
}

void check_host(std::vector<Finding>& findings) {
  const auto memory = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  const std::string text = fmt::format("{:.1f} GiB, {} cores", static_cast<double>(memory) / (1 << 30), cores);
  const bool enough = memory >= std::uint64_t{6} << 30;
  findings.push_back({enough ? Finding::State::good : Finding::State::weak, "memory", text,
                      enough ? "" : "guests of 2 GiB run one at a time: --jobs 1"});
  if (::access("/dev/kvm", R_OK | W_OK) == 0)
    findings.push_back({Finding::State::good, "KVM", "/dev/kvm opens; it is used once a guest has booted on it", {}});
  else
    findings.push_back({Finding::State::good, "KVM", "not there; guests are emulated, which all features support", {}});
}

void check_boots(Session& session, std::vector<Finding>& findings) {
  for (BootFinding& boot : boot_machines(session)) {
    const auto state = boot.state == BootFinding::State::good   ? Finding::State::good
                       : boot.state == BootFinding::State::weak ? Finding::State::weak
                                                                : Finding::State::bad;
    findings.push_back({state, "boot " + boot.machine, std::move(boot.text), std::move(boot.fix)});
  }
}

int run(Session& session, bool boot) {
  std::vector<Finding> findings;
  async::asio::io_context loop;
  if (!run_loop(loop, check_machines(findings), [] {})) return kInterrupted;
  check_programs(findings);
  check_space(findings, "artefact cache", base::cache_directory(), std::uint64_t{20} << 30);
  check_space(findings, "results", session.results_dir, std::uint64_t{2} << 30);
  check_host(findings);
  if (boot) check_boots(session, findings);
  bool bad = false;
  boost::json::array array;
  std::vector<std::vector<std::string>> rows{{"CHECK", "STATE", "FOUND"}};
  std::string fixes;
  for (const Finding& finding : findings) {
    bad = bad || finding.state == Finding::State::bad;
    array.push_back({{"check", finding.subject}, {"state", to_string(finding.state)}, {"found", finding.text}, {"fix", finding.fix}});
    rows.push_back({finding.subject, std::string(to_string(finding.state)), finding.text});
    if (finding.state != Finding::State::good && !finding.fix.empty())
      fixes += fmt::format("  {}: {}\n", finding.subject, finding.fix);
  }
  if (session.wants_json()) session.deliver_json(boost::json::serialize(boost::json::object{{"checks", array}, {"good", !bad}}));
  if (!session.json) {
    session.say(report::table(rows, session.terminal()));
    session.say(fixes.empty() ? boot ? "\nThis host runs every machine.\n" : "\nThis host has what every machine needs; --boot proves it.\n" : "\nTo fix it:\n" + fixes);
  }
  return bad ? kInfra : kGood;
}

}  // namespace

void install_doctor(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("doctor", "Check this host and print what to fix");
  auto boot = std::make_shared<bool>(false);
  command->add_flag("--boot", *boot, "Boot every machine whose kernel is in the cache, and see whether it is exact");
  add_output_options(*command, session);
  command->callback([&session, boot] { session.exit_code = run(session, *boot); });
}

}  // namespace cli
