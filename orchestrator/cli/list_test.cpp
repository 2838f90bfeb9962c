// SPDX-License-Identifier: Apache-2.0
// What the commands say that need no guest: lists, the cache, a program far from its checkout.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/program_for_test.h"
#include "lab/band_store.h"

namespace cli {
namespace {

namespace json = boost::json;

class Commands : public testing::Test {
 protected:
  // The program started by `line`, in which $VMLAB stands for it.
  ProgramEnd run(const std::string& line, const std::vector<std::string>& arguments) {
    const base::fs::path script = folder_.path() / "start";
    EXPECT_TRUE(base::write_file_atomic(
        script, "#!/bin/sh\nVMLAB=" + base::shell_quote(VMLAB_PROGRAM_PATH) + "\n" + line + " \"$@\"\n", 0755));
    return run_program(arguments, script.string());
  }
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "commands-").value();
};

TEST_F(Commands, ListSaysWhichTestsFitAMachineAndWhyOthersDoNot) {
  const base::fs::path file = folder_.path() / "s.yaml";
  ASSERT_TRUE(base::write_file_atomic(file,
                                      "name: s\nmachines: [x86_64, ppc32-e500]\nkernel: debian:6.12\ntests:\n  - run: cow\n"
                                      "    unfit: {ppc32-e500: no such thing}\n  - run: mkdirty\n    needs: {vcpus: 2}\n"));
  const ProgramEnd end = run_program({"list", "tests", file.string(), "--machine", "ppc32-e500,x86_64", "--json"});
  ASSERT_EQ(end.code, 0) << end.errors;
  std::string seen;
  const json::value list = json::parse(end.output);
  for (const json::value& test : list.at("tests").as_array()) {
    seen += std::string(test.at("machine").as_string()) + " " + std::string(test.at("id").as_string()) +
            (test.at("fits").as_bool() ? " fits" : " unfit: " + std::string(test.at("reason").as_string())) + "\n";
  }
  EXPECT_NE(seen.find("x86_64 mm/cow fits\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("ppc32-e500 mm/cow unfit: no such thing\n"), std::string::npos) << seen;
  EXPECT_NE(run_program({"list", "tests", file.string(), "--machine", "x86_64"}).output.find("fits"), std::string::npos);
  EXPECT_EQ(run_program({"list", "tests", file.string(), "--machine", "vax"}).code, 2);
}

TEST_F(Commands, AProgramWithoutItsCheckoutSaysWhatIsMissing) {
  const std::string away = "cp $VMLAB " + folder_.path().string() + "/vmlab; cd /; exec env -u VMLAB_ROOT " +
                           folder_.path().string() + "/vmlab";
  const ProgramEnd end = run(away, {"list", "scenarios"});
  EXPECT_EQ(end.code, 3) << end.output;
  EXPECT_NE(end.errors.find("does not find its checkout"), std::string::npos) << end.errors;
  EXPECT_NE(end.errors.find("VMLAB_ROOT"), std::string::npos);
  EXPECT_EQ(run(away, {"list", "machines"}).code, 0) << "this needs none";
  const ProgramEnd wrong = run("cd /; exec env VMLAB_ROOT=/usr $VMLAB", {"list", "machines"});
  EXPECT_EQ(wrong.code, 2) << wrong.errors;
}

TEST_F(Commands, ListShowsTheBandsOfEachMachinesLatestKernel) {
  const lab::BandStore bands(folder_.path() / "vmlab" / "bands");
  const std::string line = "exec env XDG_CACHE_HOME=" + folder_.path().string() + " $VMLAB";
  EXPECT_NE(run(line, {"list", "bands"}).output.find("no placebo band was measured yet"), std::string::npos);
  ASSERT_TRUE(bands.save({.machine = "arm64", .kernel = "old", .qemu = "10"}, {.metrics = {{"fork", 0.5}}, .builds = 8, .seeds = {1}}));
  base::fs::last_write_time(*base::fs::directory_iterator(folder_.path() / "vmlab" / "bands"),
                            base::fs::file_time_type::clock::now() - std::chrono::hours(1));
  ASSERT_TRUE(bands.save({.machine = "arm64", .kernel = "new", .qemu = "10"}, {.metrics = {{"fork", 0.001}}, .builds = 8, .seeds = {1}}));
  ASSERT_TRUE(bands.save({.machine = "x86_64", .kernel = "k", .qemu = "10"}, {.metrics = {{"mincore", 0}}, .builds = 8, .seeds = {1, 2}}));
  const std::string text = run(line, {"list", "bands"}).output;
  EXPECT_NE(text.find("METRIC   arm64  x86_64\nfork     0.1%   -\nmincore  -      0%\n"), std::string::npos) << text;
  EXPECT_NE(text.find("8 placebo kernels, seeds 1, 2\n"), std::string::npos) << text;
  const json::value list = json::parse(run(line, {"list", "bands", "--json"}).output);
  EXPECT_EQ(list.at("bands").as_array().size(), 2u);
}

TEST_F(Commands, TheCacheKnowsItsImagesAndLetsThemGo) {
  const base::fs::path images = folder_.path() / "vmlab" / "images";
  base::fs::create_directories(images);
  ASSERT_TRUE(base::write_file_atomic(images / "a.cpio", std::string(100'000, 'x')));
  const std::string with_cache = "exec env XDG_CACHE_HOME=" + folder_.path().string() + " $VMLAB";
  const ProgramEnd list = run(with_cache, {"cache", "list", "--json"});
  ASSERT_EQ(list.code, 0) << list.errors;
  EXPECT_NE(list.output.find("\"a.cpio\""), std::string::npos) << list.output;
  EXPECT_EQ(run(with_cache, {"cache", "gc", "--max-size", "1K", "--dry-run"}).code, 0);
  EXPECT_TRUE(base::fs::exists(images / "a.cpio"));
  const ProgramEnd gc = run(with_cache, {"cache", "gc", "--max-size", "1K"});
  EXPECT_NE(gc.output.find("removed 1 entries"), std::string::npos) << gc.output << gc.errors;
  EXPECT_FALSE(base::fs::exists(images / "a.cpio"));
}

}  // namespace
}  // namespace cli
