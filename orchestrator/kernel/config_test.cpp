// SPDX-License-Identifier: Apache-2.0
#include "kernel/config.h"

#include <gtest/gtest.h>

#include "kernel/fake_tree.h"

namespace kernel {
namespace {

class Config : public FakeTreeTest {
 protected:
  Config() {
    put("Kconfig", "source \"arch/$(SRCARCH)/Kconfig\"\nsource \"mm/Kconfig\"\n");
    put("arch/x86/Kconfig", "config X86\n\tdef_bool y\nconfig PTE_DEVMAP\n\tbool\n");
    put("arch/arm64/Kconfig", "config ARM64_ONLY\n\tbool \"arm\"\n");
    put("mm/Kconfig",
        "menu \"Memory\"\n\tdepends on X86\n\nconfig SWAP\n\tbool \"Swap\"\n\thelp\n\t  Some "
        "text.\n\t  depends on nothing\n\n"
        "if SWAP\nconfig ZSWAP\n\tbool \"zswap\"\n\tdepends on CRYPTO || "
        "\\\n\t\tCOMPRESS\n\tselect ZPOOL\nendif\n\n"
        "config ZPOOL\n\tbool\n\nconfig CRYPTO\n\tbool \"crypto\"\nconfig COMPRESS\n\tbool "
        "\"compress\"\n"
        "config BITS\n\tint \"bits\"\n\trange 1 9\nendmenu\n");
    write("configs/base.config", "CONFIG_SWAP=y\nCONFIG_MODULES=n\nCONFIG_FUTURE=y # optional\n");
    write("configs/x86_64.config", "# CONFIG_CRYPTO is not set\n");
  }
  KconfigTree kconfig() const { return KconfigTree::read(tree(), "x86"); }
  std::expected<ConfigPlan, base::Diagnostics> plan(const model::KernelSpec& spec) const {
    return plan_config(spec, *model::find_machine("x86_64"), root() / "configs");
  }
  base::Diagnostics check(const model::KernelSpec& spec, const std::string& resolved) const {
    return check_config(*plan(spec), parse_config_values(resolved), [&] { return kconfig(); });
  }
};

TEST_F(Config, LaterWordsWinAndAreAllThereOnce) {
  write("configs/more.config", "CONFIG_SWAP=n\nCONFIG_ZSWAP=y\n");
  const auto merged = plan({.fragments = {"more"}, .options = {{"ZSWAP", "n"}}});
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->fragment_text(),
            "# CONFIG_CRYPTO is not set\nCONFIG_FUTURE=y\n# CONFIG_MODULES is not set\n# "
            "CONFIG_SWAP is not set\n# CONFIG_ZSWAP is not set\n");
}

TEST_F(Config, CommentsAndOrderDoNotChangeTheKey) {
  write("configs/one.config", "CONFIG_A=y\nCONFIG_B=y\n");
  write("configs/two.config", "# why\nCONFIG_B=y # because\n\nCONFIG_A=y\n");
  EXPECT_EQ(plan({.fragments = {"one"}})->key_text(), plan({.fragments = {"two"}})->key_text());
  EXPECT_NE(plan({.fragments = {"one"}})->key_text(), plan({})->key_text());
}

TEST_F(Config, AUsersConfigKeepsItsModules) {
  const std::string file = write("my.config", "CONFIG_MODULES=y\n");
  EXPECT_EQ(plan({.base_config = file})->fragment_text().find("MODULES"), std::string::npos);
}

TEST_F(Config, AnotherBaseMayNeedWhatTheProfileLeavesOut) {
  const std::string resolved = "CONFIG_X86=y\nCONFIG_SWAP=y\nCONFIG_CRYPTO=y\n";
  EXPECT_EQ(check({}, resolved).size(), 1u) << "nothing of tinyconfig selects CRYPTO";
  EXPECT_TRUE(check({.base_config = "def"}, resolved).empty());
  EXPECT_EQ(check({.base_config = "def", .options = {{"CRYPTO", "n"}}}, resolved).size(), 1u) << "asked for by the user";
}

TEST_F(Config, WrongFragmentsAreNamedWithLineAndNearestName) {
  write("configs/bad.config", "CONFIG_A=y\nA=y\nCONFIG_B\n");
  const auto bad = plan({.fragments = {"bad", "x86_46"}, .options = {{"A B", "y"}}});
  ASSERT_FALSE(bad.has_value());
  ASSERT_EQ(bad.error().size(), 4u);
  EXPECT_EQ(bad.error()[0].line, 2);
  EXPECT_EQ(bad.error()[2].hint, "did you mean 'x86_64'?");
}

TEST_F(Config, AnOptionThatWasDroppedIsNamedWithWhatItDependsOn) {
  const auto problems = check({.options = {{"ZSWAP", "y"}}}, "CONFIG_X86=y\nCONFIG_SWAP=y\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].message.find("CONFIG_ZSWAP=y"), std::string::npos);
  EXPECT_NE(problems[0].hint.find("CRYPTO ||"), std::string::npos) << problems[0].hint;
  EXPECT_NE(problems[0].hint.find("CONFIG_COMPRESS is off"), std::string::npos) << problems[0].hint;
  EXPECT_NE(problems[0].hint.find("mm/Kconfig:"), std::string::npos) << problems[0].hint;
}

TEST_F(Config, EnclosingBlocksCountAsDependencies) {
  const auto problems =
      check({.options = {{"SWAP", "n"}, {"ZSWAP", "y"}}}, "CONFIG_X86=y\nCONFIG_CRYPTO=y\n");
  ASSERT_EQ(problems.size(), 2u);  // CRYPTO was to be off
  EXPECT_NE(problems[1].hint.find("CONFIG_SWAP is off"), std::string::npos) << problems[1].hint;
}

TEST_F(Config, UnknownOptionsAreErrorsUnlessOptional) {
  const auto problems = check({.options = {{"ZWAP", "y"}, {"ARM64_ONLY", "y"}}}, "CONFIG_SWAP=y\n");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_NE(problems[0].message.find("no option CONFIG_ARM64_ONLY for this architecture"),
            std::string::npos);
  EXPECT_EQ(problems[1].hint, "did you mean CONFIG_SWAP?");
}

TEST_F(Config, AnOptionThatCannotBeSwitchedOffNamesItsSelectors) {
  const auto problems =
      check({.options = {{"ZPOOL", "n"}}}, "CONFIG_SWAP=y\nCONFIG_ZSWAP=y\nCONFIG_ZPOOL=y\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].hint, "selected by CONFIG_ZSWAP");
}

TEST(KconfigExpression, EvaluatesTristatesComparisonsAndBlockers) {
  const ConfigValues values =
      parse_config_values("CONFIG_A=y\nCONFIG_M=m\nCONFIG_N=12\nCONFIG_S=\"text\"\n");
  EXPECT_EQ(evaluate("A && M", values), 1);
  EXPECT_EQ(evaluate("A && !B", values), 2);
  EXPECT_EQ(evaluate("B || (A && !M)", values), 1);
  EXPECT_EQ(evaluate("N >= 9 && S=\"text\"", values), 2);
  EXPECT_EQ(evaluate("N < 9", values), 0);
  EXPECT_EQ(evaluate("$(cc-option,-mfoo) && A", values), 2);
  EXPECT_EQ(blockers("A && B && !A", values), (std::vector<std::string>{"B", "!A"}));
  evaluate("((((!!!&& ||) = @#", values);  // nonsense ends
  evaluate(std::string(100000, '('), values);
}

}  // namespace
}  // namespace kernel
