// SPDX-License-Identifier: Apache-2.0
#include "triage/symbols.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "fmt/format.h"
#include "triage/json.h"
#include "triage/triage.h"

namespace {

namespace fs = std::filesystem;
using triage::Symbols;

constexpr std::string_view kSource =
    R"(static inline __attribute__((always_inline)) int inner_part(volatile int *p)
{
	return *p + 1;
}

__attribute__((noinline)) int outer_call(volatile int *p)
{
	return inner_part(p) * 3;
}

int start_here(volatile int *p)
{
	return outer_call(p) + 1;
}
)";
constexpr std::uint64_t kText = 0x40100000;

// A program of three functions, linked to a fixed address as a kernel is.
class SmallKernel : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("vmlab-symbols-{}", ::getpid());
    fs::create_directories(folder_ / "mm");
    ASSERT_TRUE(base::write_file_atomic(folder_ / "mm/small.c", std::string(kSource)));
    if (!build("-g", "vmlinux")) GTEST_SKIP() << "no C compiler on this machine";
  }
  void TearDown() override { fs::remove_all(folder_); }

  bool build(const std::string& flags, const std::string& name) const {
    const std::string command = fmt::format(
        "cc {} -O2 -nostdlib -static -no-pie -fno-pic -fno-reorder-functions -Wl,-e,start_here "
        "-Wl,-Ttext={:#x} -o {}/{} {}/mm/small.c 2>/dev/null",
        flags, kText, folder_.string(), name, folder_.string());
    return std::system(command.c_str()) == 0;
  }
  std::shared_ptr<const Symbols> open(const std::string& name = "vmlinux") const {
    auto symbols = Symbols::open(folder_ / name);
    EXPECT_TRUE(symbols) << symbols.error().text();
    return symbols ? *symbols : nullptr;
  }
  // Where outer_call() begins, and its size.
  static std::pair<std::uint64_t, std::uint64_t> outer(const Symbols& symbols) {
    for (std::uint64_t at = kText; at < kText + 4096; ++at)
      if (const auto spot = symbols.spot(at);
          spot && spot->function == "outer_call" && spot->offset == 0)
        return {at, spot->size};
    return {};
  }

  fs::path folder_;
};

TEST_F(SmallKernel, TellsSourceLinesAndInlinedCalls) {
  const auto symbols = open();
  ASSERT_TRUE(symbols);
  EXPECT_TRUE(symbols->has_lines());
  const auto [address, size] = outer(*symbols);
  ASSERT_NE(address, 0u);
  bool inlined = false;
  for (std::uint64_t offset = 0; offset < size; ++offset) {
    const auto places = symbols->at("outer_call", offset, size, false);
    ASSERT_FALSE(places.empty());
    EXPECT_EQ(places.back().function, "outer_call");
    EXPECT_EQ(places.back().file, "mm/small.c");
    if (places.size() < 2) continue;
    inlined = true;
    EXPECT_EQ(places[0].function, "inner_part");
    EXPECT_TRUE(places[0].inlined);
    EXPECT_EQ(places[0].line, 3u);
    EXPECT_EQ(places[1].line, 8u);
  }
  EXPECT_TRUE(inlined);
  EXPECT_TRUE(symbols->at("no_such_function", 0, 0, false).empty());
  EXPECT_TRUE(symbols->at("outer_call", 5000, size, false).empty());
  EXPECT_FALSE(symbols->spot(0x1000));
}

TEST_F(SmallKernel, GivesAReportItsLinesAndItsBareAddressesTheirFunctions) {
  const auto symbols = open();
  ASSERT_TRUE(symbols);
  const auto [address, size] = outer(*symbols);
  triage::Options options;
  options.symbols = symbols;
  const std::string named = fmt::format(
      "[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
      "[    1.000001] RIP: 0010:outer_call+0x0/0x{:x}\n[    1.000002] Call Trace:\n"
      "[    1.000003]  start_here+0x5/0x20\n",
      size);
  auto reports = triage::triage_text(named, options);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].title,
            "BUG: unable to handle kernel NULL pointer dereference in outer_call");
  EXPECT_EQ(reports[0].file, "mm/small.c");
  ASSERT_GE(reports[0].trace.size(), 2u);
  EXPECT_EQ(reports[0].trace.front().file, "mm/small.c");
  EXPECT_NE(triage::to_json(reports).find("\"trace\":[{\"function\""), std::string::npos);

  // CONFIG_KALLSYMS is off
  const std::string bare = fmt::format(
      "[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
      "[    1.000001] RIP: 0010:0x{:x}\n[    1.000002] Call Trace:\n[    1.000003]  [<{:x}>] "
      "0x{:x}\n",
      address, address + 1, address + 1);
  reports = triage::triage_text(bare, options);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].title,
            "BUG: unable to handle kernel NULL pointer dereference in outer_call");
  EXPECT_TRUE(triage::triage_text(bare)[0].function.empty());
}

// The offset is said by the panic at the very end; reports before it get their functions then.
TEST_F(SmallKernel, FindsTheFunctionsOfAKernelThatWasMoved) {
  triage::Options options;
  options.symbols = open();
  ASSERT_TRUE(options.symbols);
  const auto [address, size] = outer(*options.symbols);
  constexpr std::uint64_t kOffset = 0xffffffff40000000;  // into the kernel's half
  const auto log = [&](std::uint64_t moved, std::string_view said) {
    std::string text = fmt::format(
        "[    1.000000] WARNING: CPU: 0 PID: 12 at mm/small.c:8 0x{0:x}\n"
        "[    1.000001] RIP: 0010:0x{0:x}\n[    1.000002] Call Trace:\n"
        "[    1.000003]  [<{1:x}>] ? 0x{1:x}\n[    1.000003]  0x{1:x} (P)\n"
        "[    1.000004] ---[ end trace 0000000000000000 ]---\n",
        address + moved, address + 1 + moved);
    for (int i = 0; i < 60; ++i) text += fmt::format("[    2.{:06}] something else\n", i);
    return text + fmt::format(
                      "[    3.000000] BUG: kernel NULL pointer dereference, address: 18\n"
                      "[    3.000001] RIP: 0010:0x{:x}\n[    3.000002] Call Trace:\n"
                      "[    3.000003]  0x{:x}\n[    3.000004] ---[ end trace 000000000000 ]---\n"
                      "[    3.000005] Kernel panic - not syncing: Fatal exception\n"
                      "[    3.000006] {}\n",
                      address + moved, address + 1 + moved, said);
  };
  const std::string said = fmt::format("Kernel Offset: 0x{:x} from 0x{:x}", kOffset, kText);
  for (const std::string& text :
       {log(kOffset, said), log(0, "Kernel Offset: disabled"), log(0, "")}) {
    const auto reports = triage::triage_text(text, options);
    ASSERT_EQ(reports.size(), 2u) << text;
    EXPECT_EQ(reports[0].title, "WARNING in outer_call") << text;
    EXPECT_EQ(reports[1].title,
              "BUG: unable to handle kernel NULL pointer dereference in outer_call");
    for (const auto& report : reports) {
      EXPECT_FALSE(report.corrupted);
      EXPECT_EQ(report.file, "mm/small.c");
      ASSERT_FALSE(report.trace.empty());
      EXPECT_EQ(report.trace[0].file, "mm/small.c");
    }
  }
  // Nobody says where it was moved to.
  const auto unknown = triage::triage_text(log(kOffset, ""), options);
  ASSERT_EQ(unknown.size(), 2u);
  EXPECT_EQ(unknown[0].title, "WARNING at mm/small.c");
  EXPECT_TRUE(unknown[1].function.empty());
}

TEST_F(SmallKernel, WithoutDebugInformationStillNamesFunctions) {
  ASSERT_TRUE(build("-g0", "nodebug"));
  const auto symbols = open("nodebug");
  ASSERT_TRUE(symbols);
  EXPECT_FALSE(symbols->has_lines());
  EXPECT_EQ(symbols->at("outer_call", 0, 0, false).at(0).line, 0u);
}

TEST(Symbols, RefuseWhatIsNoKernel) {
  EXPECT_FALSE(Symbols::open("/no/such/file"));
  const auto text = Symbols::open(VMLAB_SOURCE_DIR "/README.md");
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("no ELF file"), std::string::npos);
}

TEST(Symbols, FindTheLastAddressOfALine) {
  EXPECT_EQ(triage::last_address("[<ffffffff81234567>] 0xffffffff81234567"), 0xffffffff81234567u);
  EXPECT_EQ(triage::last_address("RIP: 0010:0xffffffff81234567"), 0xffffffff81234567u);
  EXPECT_EQ(triage::last_address("[<c0123456>]"), 0xc0123456u);
  EXPECT_EQ(triage::last_address("0xffff800081234567 (P)"), 0xffff800081234567u);
  EXPECT_EQ(triage::last_address("[<c0123456>] (0xc0123456) from [<c0654321>] (C)"), 0xc0654321u);
  EXPECT_FALSE(triage::last_address("nothing here 1234"));
  EXPECT_FALSE(triage::last_address("R13: ffffffff81234567"));
}

}  // namespace
