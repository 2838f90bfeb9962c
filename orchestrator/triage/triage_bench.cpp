// SPDX-License-Identifier: Apache-2.0
// How fast benign console text goes by, and what a log full of reports costs. Wanted: 100 MB/s on
// one core, under 64 MB of memory. `ninja vmlab_bench` builds it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "triage/triage.h"

namespace {

// Lines of a guest that runs mm selftests: boot messages, test output, hwpoison and OOM noise.
std::string benign_text(std::size_t bytes) {
  static constexpr const char* kLines[] = {
      "pci 0000:00:1f.2: [8086:2922] type 00 class 0x010601 conventional PCI endpoint",
      "# [RUN] R/O longterm GUP-fast pin in MAP_PRIVATE file mapping ... with tmpfile",
      "ok 17 Should have worked",
      "MCE: Killing uffd-unit-tests:171 due to hardware memory corruption fault at 7f5d3aa00000",
      "Memory failure: 0x12a00: recovery action for free huge page: Recovered",
      "systemd[1]: Started Journal Service.",
      "EXT4-fs (vda): mounted filesystem 5f1d0d0e-5a39-41e0-8f53-d6b0e3c1b9a1 r/w with ordered "
      "data mode.",
      "random: crng init done",
      "virtio_blk virtio2: [vda] 2097152 512-byte logical blocks (1.07 GB/1.00 GiB)",
      "Soft offlining pfn 0x10a3c at process virtual address 0x7f1a02c00000",
      "clocksource: tsc: mask: 0xffffffffffffffff max_cycles: 0x2c3e3b4f1a2, max_idle_ns: "
      "440795263321 ns",
      "zram0: detected capacity change from 0 to 524288"};
  std::string text;
  text.reserve(bytes + 200);
  for (unsigned i = 0; text.size() < bytes; ++i) {
    char stamp[32];
    std::snprintf(stamp, sizeof stamp, "[%5u.%06u] ", i / 1000, i * 997 % 1000000);
    text += stamp;
    text += kLines[i % std::size(kLines)];
    text += '\n';
  }
  return text;
}

void feed_in_chunks(benchmark::State& state, const std::string& text) {
  triage::Options options{.matcher = triage::make_matcher()};
  for (auto _ : state) {
    triage::Triage triage(options);
    for (std::size_t at = 0; at < text.size(); at += 65536)
      triage.feed(std::string_view(text).substr(at, 65536));
    benchmark::DoNotOptimize(triage.finish().size());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

double megabytes(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      return std::strtod(line.c_str() + std::strlen(field), nullptr) / 1024;
  return 0;
}

// 1 GB that never is in memory at once; run it alone, the peak is the process's.
void BM_OneGigabyteOfConsole(benchmark::State& state) {
  constexpr std::size_t kBytes = 1'000'000'000;
  const std::string piece = benign_text(1 << 20);
  triage::Options options{.matcher = triage::make_matcher()};
  for (auto _ : state) {
    triage::Triage triage(options);
    for (std::size_t fed = 0; fed < kBytes; fed += piece.size()) triage.feed(piece);
    benchmark::DoNotOptimize(triage.finish().size());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBytes));
  state.counters["peak_MB"] = megabytes("VmHWM:");
}
BENCHMARK(BM_OneGigabyteOfConsole)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_BenignConsole(benchmark::State& state) { feed_in_chunks(state, benign_text(64 << 20)); }
BENCHMARK(BM_BenignConsole)->Unit(benchmark::kMillisecond);

void BM_OneWarningPerHundredLines(benchmark::State& state) {
  std::string text;
  std::string quiet = benign_text(8000);
  while (text.size() < (8u << 20)) {
    text += quiet;
    text +=
        "[   71.333001] ------------[ cut here ]------------\n"
        "[   71.334000] WARNING: CPU: 1 PID: 190 at mm/gup.c:28 try_grab_folio+0xba/0x110\n"
        "[   71.336000] RIP: 0010:try_grab_folio+0xba/0x110\n[   71.338000] Call Trace:\n[   "
        "71.338300]  <TASK>\n"
        "[   71.340500]  follow_page_pte+0x5c/0xd0\n[   71.342300] ---[ end trace 0000000000000000 "
        "]---\n";
  }
  feed_in_chunks(state, text);
}
BENCHMARK(BM_OneWarningPerHundredLines)->Unit(benchmark::kMillisecond);

void BM_MakeMatcher(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(triage::make_matcher());
}
BENCHMARK(BM_MakeMatcher)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
