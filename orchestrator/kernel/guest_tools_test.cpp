// SPDX-License-Identifier: Apache-2.0
#include "kernel/guest_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace kernel {
namespace {

using testing::Contains;
using testing::HasSubstr;

namespace fs = base::fs;

// A host whose tools leave behind what the real ones would.
class FakeTools : public CommandRunner {
 public:
  explicit FakeTools(fs::path folder) : folder_(std::move(folder)) {
    put(folder_ / "libc.a", "libc");
  }

  base::Result<CommandOutcome> run(const Command& command, const LineSink&) override {
    calls.push_back(command.text());
    CommandOutcome outcome{.exit_code = 0};
    const auto& words = command.arguments;
    if (command.program.ends_with("gcc")) {
      if (!compiler_there)
        return base::fail("there is no program '" + command.program + "' in PATH");
      outcome.output =
          words[0] == "--version" ? "fake-gcc 12\n" : (folder_ / "libc.a").string() + "\n";
    } else if (command.program == "apt-get" && words[0] == "source") {
      for (std::size_t i = 3; i < words.size(); ++i) {
        put(command.directory / (words[i] + "_1.0.dsc"), "dsc");
        put(command.directory / (words[i] + "_1.0.orig.tar.gz"), "tar");
      }
    } else if (command.program == "dpkg-source") {
      fs::create_directories(words.back());
    } else if (command.program == "sh" && !recipe_fails) {
      put(variable(command, "OUT") / fs::path("lib/libnuma.a"), "archive");
    } else if (command.program == "sh") {
      outcome.exit_code = 1;
      outcome.tail = "libnuma.c: error: no";
    } else if (command.program == "make") {
      for (const std::string& word : words)
        if (word.starts_with("OUT=")) put(fs::path(word.substr(4)) / "init", "ELF agent");
    }
    return outcome;
  }

  auto times(std::string_view program) const {
    return std::ranges::count_if(calls,
                                 [&](const std::string& call) { return call.contains(program); });
  }
  static void put(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    EXPECT_TRUE(base::write_file_atomic(path, content));
  }

  bool compiler_there = true;
  bool recipe_fails = false;
  std::vector<std::string> calls;

 private:
  static fs::path variable(const Command& command, std::string_view name) {
    for (const auto& [key, value] : command.environment)
      if (key == name) return value;
    return {};
  }
  fs::path folder_;
};

class GuestTools : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder);
    FakeTools::put(path("tools/agent/main.c"), "int main;");
    FakeTools::put(path("tools/agent/Makefile"), "all:");
    FakeTools::put(path("tools/wire/wire.c"), "int wire;");
    FakeTools::put(path("recipes/libraries.sh"), "set -e");
    FakeTools::put(path("recipes/shell.sh"), "set -e");
    FakeTools::put(path("recipes/busybox.config"), "CONFIG_ASH=y");
  }
  fs::path path(std::string_view name) const { return folder->path() / name; }
  GuestToolsHost host() { return {.runner = tools, .cache = cache, .jobs = 2}; }
  auto agent(std::string_view machine = "arm64") {
    return build_guest_tools(host(), path("tools"), *model::find_machine(machine));
  }
  auto libraries(std::string_view machine = "arm64") {
    return build_guest_libraries(host(), path("recipes"), *model::find_machine(machine));
  }

  base::Result<base::TemporaryDirectory> folder =
      base::TemporaryDirectory::create("/tmp", "guest-tools-");
  FakeTools tools{folder->path()};
  ArtifactCache cache{folder->path() / "cache"};
};

TEST_F(GuestTools, AgentIsBuiltOncePerArchitecture) {
  const auto first = agent("ppc64-hash4k");
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(*base::read_file(first->folder / "init"), "ELF agent");
  EXPECT_EQ(agent("ppc64-radix4k")->identity, first->identity);
  EXPECT_EQ(tools.times("make"), 1);
  EXPECT_NE(agent("arm64")->identity, first->identity);
  EXPECT_EQ(tools.times("make"), 2);
}

TEST_F(GuestTools, AgentIsBuiltAgainWhenASourceOrTheProtocolChanges) {
  const auto first = agent();
  FakeTools::put(path("tools/wire/wire.c"), "int wire2;");
  const auto second = agent();
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->identity, second->identity);
  FakeTools::put(path("tools/agent/notes.txt"), "no source");
  EXPECT_EQ(second->identity, agent()->identity);
}

TEST_F(GuestTools, LibrariesOfAllArchitecturesComeFromOneDownload) {
  ASSERT_TRUE(libraries("arm64"));
  ASSERT_TRUE(libraries("ppc32-e500"));
  EXPECT_EQ(tools.times("apt-get"), 2);  // update, source
  EXPECT_EQ(tools.times("libraries.sh"), 2);
}

TEST_F(GuestTools, LibrariesListWhatTheyAreAndWhereTheyCameFrom) {
  const auto made = libraries();
  ASSERT_TRUE(made) << made.error().text();
  const std::string list = base::read_file(made->folder / "manifest").value();
  EXPECT_THAT(list, HasSubstr("lib/libnuma.a "));
  EXPECT_THAT(list, HasSubstr("numactl_1.0"));
  EXPECT_FALSE(fs::exists(made->folder / "work"));
}

TEST_F(GuestTools, ShellIsBuiltAgainWhenItsRecipeChanges) {
  const auto shell = [&] {
    return build_guest_shell(host(), path("recipes"), *model::find_machine("arm64"))
        .value()
        .identity;
  };
  const std::string first = shell();
  EXPECT_EQ(first, shell());
  FakeTools::put(path("recipes/busybox.config"), "CONFIG_LS=y");
  EXPECT_NE(first, shell());
}

TEST_F(GuestTools, RecipeThatFailsIsReportedAndTriedAgain) {
  tools.recipe_fails = true;
  const auto failed = libraries();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().text(), HasSubstr("building sysroot"));
  tools.recipe_fails = false;
  EXPECT_TRUE(libraries());
}

TEST_F(GuestTools, MissingCompilerIsNamed) {
  tools.compiler_there = false;
  const auto failed = agent();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().text(), HasSubstr("aarch64-linux-gnu-gcc"));
}

}  // namespace
}  // namespace kernel
