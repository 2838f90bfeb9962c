// SPDX-License-Identifier: Apache-2.0
#include "kernel/selftests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace kernel {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace fs = base::fs;

// A host whose compiler answers and whose make "builds" what it is told to; one program never
// compiles.
class FakeMake : public CommandRunner {
 public:
  explicit FakeMake(fs::path folder) : libc_(folder / "libc.a") {
    EXPECT_TRUE(base::write_file_atomic(libc_, "libc"));
  }

  base::Result<CommandOutcome> run(const Command& command, const LineSink& on_line) override {
    calls.push_back(command.text());
    CommandOutcome outcome{.exit_code = 0};
    const auto& words = command.arguments;
    if (command.program.ends_with("gcc"))
      outcome.output = words[0] == "--version" ? compiler + "\n" : libc_.string() + "\n";
    else if (has(words, "headers_install"))
      fs::create_directories(value(words, "INSTALL_HDR_PATH=") / fs::path("include"));
    else if (has(words, "vmlab-inventory"))
      outcome.output =
          "vmlab TEST_GEN_FILES cow khugepaged\nvmlab BINARIES_32 protection_keys_32\n"
          "vmlab TEST_PROGS run_vmtests.sh\nvmlab TEST_GEN_MODS_DIR page_frag\n";
    else if (has(words, "all"))
      build(value(words, "OUTPUT="), outcome, on_line);
    return outcome;
  }

  std::string compiler = "fake-gcc 12";
  std::string content = "ELF cow";
  bool nothing_compiles = false;
  std::vector<std::string> calls;

 private:
  static bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  }
  static fs::path value(const std::vector<std::string>& words, std::string_view name) {
    for (const std::string& word : words)
      if (word.starts_with(name)) return word.substr(name.size());
    return {};
  }
  void build(const fs::path& output, CommandOutcome& outcome, const LineSink& on_line) {
    if (!nothing_compiles) EXPECT_TRUE(base::write_file_atomic(output / "cow", content));
    for (const char* line : {"  CC       cow", "  CC       khugepaged",
                             "khugepaged.c:1195:24: error: 'KSFT_SKIP' undeclared",
                             "make: *** [../lib.mk:222: /out/khugepaged] Error 1"})
      if (on_line) on_line(line);
    outcome.exit_code = 2;
  }
  fs::path libc_;
};

class Selftests : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder);
    put("tree/Makefile", "");
    put("tree/mm/gup_test.h", "");
    put("tree/tools/include/x.h", "");
    put("tree/tools/testing/selftests/lib.mk", "");
    put("tree/tools/testing/selftests/mm/Makefile", "");
    put("tree/tools/testing/selftests/mm/run_vmtests.sh", "#!/bin/bash\n");
    put("tree/tools/testing/selftests/mm/config", "CONFIG_USERFAULTFD=y\n");
    put("tree/tools/testing/selftests/kselftest/ktap_helpers.sh", "");
  }
  void put(const std::string& name, const std::string& content) const {
    fs::create_directories((folder->path() / name).parent_path());
    EXPECT_TRUE(base::write_file_atomic(folder->path() / name, content));
  }
  auto build(std::string_view collection = "mm", std::string_view machine = "arm64") {
    const GuestToolsHost host{.runner = make, .cache = cache, .jobs = 3};
    return build_selftests(host, {.folder = folder->path() / "tree", .overlay = overlay},
                           collection, *model::find_machine(machine), {});
  }
  auto times_made() const {
    return std::ranges::count_if(make.calls,
                                 [](const std::string& c) { return c.ends_with(" all"); });
  }

  base::Result<base::TemporaryDirectory> folder =
      base::TemporaryDirectory::create("/tmp", "selftests-");
  Overlay overlay;
  FakeMake make{folder->path()};
  ArtifactCache cache{folder->path() / "cache"};
};

TEST_F(Selftests, BuiltProgramsAndScriptsAreListedAndShipped) {
  const auto artifact = build();
  ASSERT_TRUE(artifact) << artifact.error().text();
  ASSERT_EQ(artifact->built.size(), 2u);
  EXPECT_EQ(artifact->built[0].name, "cow");
  EXPECT_FALSE(artifact->built[0].script);
  EXPECT_EQ(artifact->built[1].name, "run_vmtests.sh");
  EXPECT_TRUE(artifact->built[1].script);
  EXPECT_TRUE(artifact->has("cow"));
  EXPECT_EQ(*base::read_file(artifact->root / "mm/cow"), "ELF cow");
  EXPECT_TRUE(fs::exists(artifact->root / "mm/config"));
  EXPECT_TRUE(fs::exists(artifact->root / "kselftest/ktap_helpers.sh"));
  EXPECT_FALSE(fs::exists(artifact->root / "../work"));
}

TEST_F(Selftests, ProgramThatDidNotCompileIsReportedWithTheCompilersLines) {
  const auto artifact = build();
  ASSERT_TRUE(artifact);
  const NotBuilt* why = artifact->why_missing("khugepaged");
  ASSERT_NE(why, nullptr);
  EXPECT_THAT(why->lines, Contains(HasSubstr("'KSFT_SKIP' undeclared")));
  ASSERT_NE(artifact->why_missing("protection_keys_32"), nullptr);
  ASSERT_NE(artifact->why_missing("page_frag"), nullptr);
  EXPECT_EQ(artifact->why_missing("cow"), nullptr);
}

TEST_F(Selftests, SecondRequestBuildsNothing) {
  const auto first = build();
  const auto second = build();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(times_made(), 1);
  EXPECT_EQ(first->identity, second->identity);
  EXPECT_EQ(first->not_built, second->not_built);
}

TEST_F(Selftests, MachinesOfOneArchitectureShareTheResult) {
  ASSERT_TRUE(build("mm", "ppc64-hash4k"));
  ASSERT_TRUE(build("mm", "ppc64-radix4k"));
  EXPECT_EQ(times_made(), 1);
  ASSERT_TRUE(build("mm", "ppc32-e500"));
  EXPECT_EQ(times_made(), 2);
}

TEST_F(Selftests, OtherCompilerBuildsAgainAndSameBytesHaveTheSameIdentity) {
  const auto first = build();
  make.compiler = "fake-gcc 13";
  const auto same = build();
  make.compiler = "fake-gcc 14";
  make.content = "ELF other cow";
  const auto other = build();
  ASSERT_TRUE(first && same && other);
  EXPECT_EQ(times_made(), 3);
  EXPECT_EQ(first->identity, same->identity);
  EXPECT_NE(first->identity, other->identity);
}

TEST_F(Selftests, TreeItselfIsNotWrittenTo) {
  ASSERT_TRUE(build());
  EXPECT_FALSE(fs::exists(folder->path() / "tree/tools/testing/selftests/mm/cow"));
  EXPECT_THAT(make.calls, Not(Contains(HasSubstr("OUTPUT=" + (folder->path() / "tree").string()))));
}

TEST_F(Selftests, MakeIsToldTheArchitectureBecauseItsGuessDropsTests) {
  ASSERT_TRUE(build("mm", "ppc64-hash4k"));
  EXPECT_THAT(make.calls,
              Contains(HasSubstr("ARCH=powerpc MACHINE=ppc64 CROSS_COMPILE=powerpc64-linux-gnu-")));
}

TEST_F(Selftests, PatchThatSelftestsDoNotSeeRebuildsNothing) {
  const auto first = build();
  overlay["mm/gup.c"] = FileContent{.bytes = "int x;"};
  const auto same = build();
  EXPECT_EQ(times_made(), 1);
  overlay["include/uapi/linux/mman.h"] = FileContent{.bytes = "#define X"};
  ASSERT_TRUE(first && same && build());
  EXPECT_EQ(times_made(), 2);
}

TEST_F(Selftests, PatchedSelftestIsBuiltAndThePristineTreeStaysAsItIs) {
  overlay["tools/testing/selftests/mm/run_vmtests.sh"] = FileContent{.bytes = "#!/bin/sh\n"};
  overlay["tools/testing/selftests/mm/config"] = std::nullopt;
  const auto artifact = build();
  ASSERT_TRUE(artifact) << artifact.error().text();
  EXPECT_EQ(*base::read_file(artifact->root / "mm/run_vmtests.sh"), "#!/bin/sh\n");
  EXPECT_FALSE(fs::exists(artifact->root / "mm/config"));
  EXPECT_EQ(*base::read_file(folder->path() / "tree/tools/testing/selftests/mm/run_vmtests.sh"),
            "#!/bin/bash\n");
}

TEST_F(Selftests, MirrorShowsPatchedFilesBelowLinkedFolders) {
  put("tree/include/uapi/linux/a.h", "a");
  put("tree/include/uapi/linux/b.h", "b");
  overlay["include/uapi/linux/a.h"] = FileContent{.bytes = "patched"};
  overlay["include/uapi/new/c.h"] = FileContent{.bytes = "new"};
  const fs::path mirror = folder->path() / "mirror";
  ASSERT_TRUE(mirror_tree({.folder = folder->path() / "tree", .overlay = overlay}, mirror));
  EXPECT_EQ(*base::read_file(mirror / "include/uapi/linux/a.h"), "patched");
  EXPECT_EQ(*base::read_file(mirror / "include/uapi/linux/b.h"), "b");
  EXPECT_EQ(*base::read_file(mirror / "include/uapi/new/c.h"), "new");
  EXPECT_EQ(*base::read_file(folder->path() / "tree/include/uapi/linux/a.h"), "a");
}

TEST_F(Selftests, OldTreeKeepsItsMmTestsInVm) {
  fs::rename(folder->path() / "tree/tools/testing/selftests/mm",
             folder->path() / "tree/tools/testing/selftests/vm");
  const auto artifact = build();
  ASSERT_TRUE(artifact) << artifact.error().text();
  EXPECT_TRUE(fs::exists(artifact->root / "mm/cow"));
}

TEST_F(Selftests, UnknownCollectionNamesTheNearest) {
  const auto artifact = build("mn");
  ASSERT_FALSE(artifact);
  EXPECT_THAT(artifact.error().text(), HasSubstr("'mm'"));
}

TEST_F(Selftests, NothingBuiltIsAnErrorWithTheLogsEnd) {
  make.nothing_compiles = true;
  fs::remove(folder->path() / "tree/tools/testing/selftests/mm/run_vmtests.sh");
  const auto artifact = build();
  ASSERT_FALSE(artifact);
  EXPECT_THAT(artifact.error().text(), HasSubstr("KSFT_SKIP"));
}

TEST(SelftestManifest, ReadsBackWhatItWrote) {
  const SelftestArtifact artifact{
      .collection = "mm",
      .built = {{.name = "cow", .sha256 = "aa"},
                {.name = "run_vmtests.sh", .sha256 = "bb", .script = true}},
      .not_built = {{"khugepaged", {"khugepaged.c:1: error: 50% of \"x\"", "  next line"}}}};
  const auto back = parse_selftest_manifest(selftest_manifest(artifact));
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(back->collection, "mm");
  EXPECT_EQ(back->built, artifact.built);
  EXPECT_EQ(back->not_built, artifact.not_built);
}

TEST(SelftestManifest, IdentityDoesNotDependOnTheCompilersComplaints) {
  SelftestArtifact artifact{.collection = "mm",
                            .built = {{.name = "cow", .sha256 = "aa"}},
                            .not_built = {{"x", {"/tmp/ccA1.o: undefined"}}}};
  const auto first = parse_selftest_manifest(selftest_manifest(artifact));
  artifact.not_built[0].lines = {"/tmp/ccB2.o: undefined"};
  EXPECT_EQ(first->identity, parse_selftest_manifest(selftest_manifest(artifact))->identity);
}

TEST(SelftestManifest, DamageIsNoticed) {
  EXPECT_FALSE(parse_selftest_manifest(""));
  EXPECT_FALSE(parse_selftest_manifest("vmlab-selftests 2 mm\n"));
  EXPECT_FALSE(parse_selftest_manifest("vmlab-selftests 1 mm\nbuilt cow\n"));
  EXPECT_FALSE(parse_selftest_manifest("vmlab-selftests 1 mm\nbuilt %zz aa\n"));
}

}  // namespace
}  // namespace kernel
