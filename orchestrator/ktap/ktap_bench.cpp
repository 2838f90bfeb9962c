// SPDX-License-Identifier: Apache-2.0
// How fast the text of selftests goes by. `ninja vmlab_bench` builds it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "fmt/format.h"
#include "ktap/parser.h"

namespace {

double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  return 0;
}

// A program of kselftest: 100 cases with the remarks between them.
std::string program(int number) {
  std::string text =
      fmt::format("# selftests: mm: program_{}\n# TAP version 13\n# 1..100\n", number);
  for (int i = 1; i <= 100; ++i) {
    text += fmt::format(
        "# # [RUN] R/W longterm GUP pin in MAP_SHARED file mapping ... with tmpfile {}\n", i);
    text += "# # a remark of the program about what it found on this machine, and why it matters\n";
    text += fmt::format("# ok {} Should have worked\n", i);
  }
  return text + fmt::format("ok {} selftests: mm: program_{}\n", number, number);
}

void feed(benchmark::State& state, const std::string& piece, std::size_t bytes,
          const std::string& head) {
  std::size_t cases = 0;
  for (auto _ : state) {
    ktap::Parser parser("");
    parser.feed(head);
    for (std::size_t fed = 0; fed < bytes; fed += piece.size()) parser.feed(piece);
    cases = parser.finish(ktap::ProcessEnd::unknown()).cases.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
  state.counters["cases"] = static_cast<double>(cases);
  state.counters["peak_MB"] = peak_megabytes();
}

// 100 MB of what programs say around their results.
void BM_HundredMegabytesOfRemarks(benchmark::State& state) {
  std::string piece;
  while (piece.size() < (1u << 20))
    piece += "# # mapped 0x7f5d3aa00000, wrote 4096 bytes, read them back, all as it should be\n";
  feed(state, piece, 100'000'000, "TAP version 13\n1..1\n# selftests: mm: talker\n");
}
BENCHMARK(BM_HundredMegabytesOfRemarks)->Unit(benchmark::kMillisecond)->Iterations(1);

// 100 MB of results: the first 200,000 are kept, the rest counted.
void BM_HundredMegabytesOfResults(benchmark::State& state) {
  std::string piece;
  for (int i = 1; i <= 40; ++i) piece += program(i);
  feed(state, piece, 100'000'000, "TAP version 13\n");
}
BENCHMARK(BM_HundredMegabytesOfResults)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
