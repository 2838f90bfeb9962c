// SPDX-License-Identifier: Apache-2.0
#include "ktap/run_vmtests.h"

#include <algorithm>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "ktap/shell_words.h"

namespace ktap {
namespace {

// The forms the scripts of 6.1, 6.12 and 7.3 use, in a script of our own.
constexpr std::string_view kScript = R"sh(#!/bin/bash
# comment with run_test ./not_this
usage() {
	cat <<EOF
usage: run_test ./nor_this
if this were a script it would not end
EOF
	exit 0
}
RUN_ALL=false
RUN_DESTRUCTIVE=false
TAP_PREFIX="# "
while getopts "aht:nd" OPT; do
	case ${OPT} in
		"a") RUN_ALL=true ;;
	esac
done
run_matrix() {
    local hugetlb_mb=$(( needmem_KB / 1024 ))

    for huge in -t "-H -m $hugetlb_mb"; do
        for share in -S " "; do
            for num in "-n 1" "-n 123"; do
                CATEGORY="gup_test" run_test ./gup_test \
                        $huge $share $num
            done
        done
    done
}
nr_cpus=$(nproc)
uffd_min_KB=$((hpgsize_KB * nr_cpus * 2))
hugetlb_min_KB=$((256 * 1024))
if [[ $uffd_min_KB -gt $hugetlb_min_KB ]]; then
	needmem_KB=$uffd_min_KB
else
	needmem_KB=$hugetlb_min_KB
fi
echo "$ARCH64STR" | grep "$ARCH" &>/dev/null && VADDR64=1
shmmax=$(cat /proc/sys/kernel/shmmax)
echo 268435456 > /proc/sys/kernel/shmmax
CATEGORY="hugetlb" run_test ./hugepage-shm
echo "$shmmax" > /proc/sys/kernel/shmmax
CATEGORY="hugetlb" run_test ./hugepage-mmap
nr=$(cat /proc/sys/vm/nr_hugepages)
echo 1 > /proc/sys/vm/nr_hugepages
CATEGORY="hugetlb" run_test ./hugetlb_fault_after_madv
echo "$nr" > /proc/sys/vm/nr_hugepages
if $RUN_ALL; then
    run_matrix
else
    CATEGORY="gup_test" run_test ./gup_test -u
fi
stress=./uffd-stress
half=$(((freepgs * hpgsize_KB) / 1024 / 2))
CATEGORY="userfaultfd" run_test ${stress} hugetlb "$half" 32
mods=("" ":dev")
for mod in "${mods[@]}"; do
	run_test ./userfaultfd anon${mod} 20 16
done
if command -v sudo &> /dev/null;
then
	CATEGORY="mlock" run_test sudo -u nobody ./on-fault-limit
else
	echo "# SKIP ./on-fault-limit"
fi
if $RUN_DESTRUCTIVE; then
CATEGORY="hugetlb" run_test ./hugetlb-read-hwpoison
fi
if [ $VADDR64 -ne 0 ]; then
	CATEGORY="hugevm" run_test bash ./va_high_addr_switch.sh
fi # VADDR64
if [ -x ./memfd_secret ]
then
CATEGORY="memfd_secret" run_test ./memfd_secret
fi
CATEGORY="thp" run_test ./split_huge_page_test ${SPLIT_HUGE_PAGE_TEST_XFS_PATH}
CATEGORY="x" run_test ./twice
CATEGORY="x" run_test ./twice
)sh";

std::vector<std::string> ids(const VmtestList& list) {
  std::vector<std::string> out;
  for (const auto& command : list.commands) out.push_back(command.id);
  return out;
}

const VmtestCommand& find(const VmtestList& list, std::string_view id) {
  for (const auto& command : list.commands)
    if (command.id == id) return command;
  static const VmtestCommand none;
  ADD_FAILURE() << "no " << id;
  return none;
}

TEST(RunVmtests, becomes_a_list_of_commands_with_stable_ids) {
  const VmtestList list = read_run_vmtests(kScript, "run_vmtests.sh", {});
  EXPECT_EQ(ids(list), (std::vector<std::string>{
                           "hugepage-shm", "hugepage-mmap", "hugetlb_fault_after_madv",
                           "gup_test -u", "uffd-stress hugetlb {half} 32", "userfaultfd anon 20 16",
                           "userfaultfd anon:dev 20 16", "on-fault-limit", "va_high_addr_switch.sh",
                           "memfd_secret", "split_huge_page_test", "twice", "twice (2)"}));
  for (const auto& what : list.unknown) ADD_FAILURE() << what.text();
}

TEST(RunVmtests, has_the_same_ids_on_machines_with_other_page_sizes) {
  VmtestMachine big;
  big.arch = model::Arch::ppc64;
  big.hugepage_bytes = 16 << 20;
  big.vcpus = 32;
  EXPECT_EQ(ids(read_run_vmtests(kScript, "f", {})), ids(read_run_vmtests(kScript, "f", big)));
  EXPECT_EQ(find(read_run_vmtests(kScript, "f", big), "uffd-stress hugetlb {half} 32").arguments[1],
            "512");
}

TEST(RunVmtests, expands_the_whole_matrix_when_asked) {
  VmtestMachine machine;
  machine.run_all = true;
  const VmtestList list = read_run_vmtests(kScript, "f", machine);
  EXPECT_EQ(std::count_if(list.commands.begin(), list.commands.end(),
                          [](auto& c) { return c.program == "gup_test"; }),
            8);
  EXPECT_EQ(find(list, "gup_test -H -m {hugetlb_mb} -n 123").arguments,
            (std::vector<std::string>{"-H", "-m", "256", "-n", "123"}));
}

TEST(RunVmtests, knows_what_commands_need) {
  const VmtestList list = read_run_vmtests(kScript, "f", {});
  using Settings = std::map<std::string, std::string>;
  EXPECT_EQ(find(list, "hugepage-shm").needs.settings,
            (Settings{{"/proc/sys/kernel/shmmax", "268435456"}}));
  EXPECT_TRUE(find(list, "hugepage-mmap").needs.settings.empty());
  EXPECT_EQ(find(list, "hugetlb_fault_after_madv").needs.hugepages.at(0).pages, 1u);
  EXPECT_EQ(find(list, "hugepage-mmap").needs.hugepages.at(0).pages, 128u);
  EXPECT_EQ(find(list, "on-fault-limit").run_as, "nobody");
  EXPECT_TRUE(find(list, "va_high_addr_switch.sh").needs_shell);
  EXPECT_EQ(find(list, "split_huge_page_test").needs.filesystem, model::ScratchFs::xfs);
  EXPECT_TRUE(test_of(find(list, "on-fault-limit")).as_nobody);
  EXPECT_TRUE(test_of(find(list, "on-fault-limit")).unfit.empty());
  EXPECT_EQ(test_of(find(list, "twice (2)")).id, "mm/twice (2)");
}

TEST(RunVmtests, gives_no_pool_where_huge_pages_would_take_the_guest_along) {
  const VmtestMachine radix{.arch = model::Arch::ppc64, .hugepage_bytes = 2 << 20},
      hash{.arch = model::Arch::ppc64, .hugepage_bytes = 16 << 20};
  const auto has_pool = [](const char* program, const VmtestMachine& machine) {
    return !needs_of_program(program, {}, machine).hugepages.empty();
  };
  EXPECT_TRUE(has_pool("cow", radix));
  EXPECT_FALSE(has_pool("cow", hash));
  EXPECT_FALSE(has_pool("uffd-unit-tests", hash));
  EXPECT_TRUE(has_pool("gup_longterm", hash));
}

TEST(RunVmtests, decides_conditions_by_the_machine) {
  VmtestMachine machine;
  machine.arch = model::Arch::ppc32;
  machine.destructive = true;
  machine.programs = std::set<std::string>{"gup_test"};
  const auto list = ids(read_run_vmtests(kScript, "f", machine));
  const auto has = [&](std::string_view id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  EXPECT_FALSE(has("va_high_addr_switch.sh"));
  EXPECT_FALSE(has("memfd_secret"));
  EXPECT_TRUE(has("hugetlb-read-hwpoison"));
}

TEST(RunVmtests, reports_what_it_cannot_read) {
  const VmtestList list = read_run_vmtests(
      "frobnicate ./x\nif magic; then\nrun_test ./a\nfi\nwhile x; do\nrun_test ./b\ndone\n",
      "run_vmtests.sh", {});
  ASSERT_EQ(list.unknown.size(), 3u);
  EXPECT_EQ(list.unknown[0].line, 1);
  EXPECT_EQ(ids(list), std::vector<std::string>{"a"});
}

TEST(RunVmtests, survives_broken_scripts) {
  for (const char* text :
       {"if [ a", "for x in", "f() {\n f\n}\nf", "x=$((1/0))\nx=$((", "echo \"", "case",
        "done\nfi\n}", "for i in 1 2 3 4 5 6 7 8 9\ndo\nfor j in $i$i $i\ndo\nrun_test ./a $j\n"})
    read_run_vmtests(text, "f", {});
}

TEST(ShellWords, splits_and_quotes_like_a_shell) {
  ShellWords shell;
  shell.set("a", " x  y ");
  shell.set("n", "6");
  const auto words = shell.words(R"(p$a"q$a" 'r $a' ${none:-d} $((n * (2 + $n))) \$)");
  ASSERT_TRUE(words);
  std::vector<std::string> texts;
  for (const auto& word : *words) texts.push_back(word.text);
  EXPECT_EQ(texts, (std::vector<std::string>{"p", "x", "y", "q x  y ", "r $a", "d", "48", "$"}));
  EXPECT_FALSE(shell.words("\"open"));
  EXPECT_FALSE(shell.arithmetic("1 / 0"));
  EXPECT_FALSE(shell.arithmetic("9223372036854775807 + 1"));
}

}  // namespace
}  // namespace ktap
