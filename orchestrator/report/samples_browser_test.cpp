// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: Debian's package chromium.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/program.h"
#include "base/text.h"
#include "compare/samples/comparison.h"
#include "compare/samples/reader.h"
#include "report/samples.h"

namespace report {

TEST(SlowSamplesPage, IsReadByABrowserAsItWasMeant) {
  const auto chromium = base::find_program("chromium");
  if (!chromium) GTEST_SKIP() << "no chromium in PATH: apt install chromium";
  const auto folder =
      base::TemporaryDirectory::create(base::fs::temp_directory_path(), "samples-page-").value();
  const auto file = compare::read_samples(
      "metric,better,clock,unit,before,after\n\"</td><script>document.title='x'</"
      "script>\",lower,exact,<b>,100,90\n"
      "munmap 4K,lower,exact,ns,100,90\nmunmap 64K,lower,exact,ns,200,150\nmunmap "
      "2M,lower,wall,ns,900 901 902,300 301 302\n",
      "f");
  ASSERT_TRUE(file);
  const base::fs::path page = folder.path() / "page.html", dom = folder.path() / "dom",
                       said = folder.path() / "said";
  base::value_or_throw(
      base::write_file_atomic(page, samples_page(compare::compare_samples(*file, {}))));
  const std::string line = "timeout 300 " + base::shell_quote(chromium->string()) +
                           " --headless --no-sandbox --disable-gpu --enable-logging=stderr "
                           "--host-resolver-rules='MAP * ~NOTFOUND'"
                           " --user-data-dir=" +
                           base::shell_quote((folder.path() / "profile").string()) +
                           " --dump-dom file://" + base::shell_quote(page.string()) + " >" +
                           dom.string() + " 2>" + said.string();
  ASSERT_EQ(std::system(line.c_str()), 0) << base::read_file(said).value_or("");
  EXPECT_EQ(base::read_file(said).value_or("").find("CONSOLE"), std::string::npos)
      << base::read_file(said).value_or("");
  const std::string tree = base::read_file(dom).value_or("");
  const auto count = [&](std::string_view what) {
    std::size_t n = 0;
    for (auto at = tree.find(what); at != std::string::npos; at = tree.find(what, at + what.size()))
      ++n;
    return n;
  };
  EXPECT_EQ(count("<td class=\"metric\">"), 4u) << tree;
  EXPECT_EQ(count("</tr>"), 5u) << "a head and four metrics";
  EXPECT_EQ(count("<svg"), 6u) << "all deltas, one curve, four metrics";
  EXPECT_EQ(count("<script"), 0u);
  EXPECT_EQ(count("<title>Before and after</title>"), 1u) << "no script changed it";
}

}  // namespace report
