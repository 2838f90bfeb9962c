// SPDX-License-Identifier: Apache-2.0
// vmlab-build-kernel SRC[+PATCH...] MACHINE [FRAGMENT...]: builds one kernel and says where it is.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "kernel/build.h"
#include "kernel/source.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr,
               "usage: vmlab-build-kernel SRC[+PATCH...] MACHINE [FRAGMENT|NAME=VALUE...]\n");
    return 2;
  }
  const auto parsed = kernel::parse_source(argv[1]);
  const model::Machine* machine = model::find_machine(argv[2]);
  if (!parsed || !machine) {
    fmt::print(stderr, "{}\n", parsed ? "no such machine" : parsed.error().text());
    return 2;
  }
  model::KernelSpec spec{.source = parsed->source, .patches = parsed->patches};
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    if (const std::size_t equals = word.find('='); equals != word.npos)
      spec.options.push_back({word.substr(0, equals), word.substr(equals + 1)});
    else
      spec.fragments.push_back(word);
  }
  kernel::ArtifactCache cache;
  kernel::HostCommandRunner runner;
  int shown = -1;
  std::string stage;
  const char* configs = std::getenv("VMLAB_CONFIGS");
  kernel::BuildContext context{.cache = cache,
                               .runner = runner,
                               .config_directory = configs ? configs : "images/config",
                               .jobs = static_cast<int>(std::thread::hardware_concurrency()),
                               .on_progress = [&](const kernel::BuildProgress& progress) {
                                 if (progress.stage == stage && progress.done / 100 == shown / 100)
                                   return;
                                 shown = progress.done;
                                 stage = progress.stage;
                                 fmt::print(stderr, "{} {}/{}\n", stage, progress.done,
                                            progress.total);
                               }};
  const auto start = std::chrono::steady_clock::now();
  const auto built = kernel::build_kernel(spec, *machine, context);
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!built) {
    fmt::print(stderr, "{}\n", built.error().text());
    return built.error().kind == kernel::BuildFailure::Kind::user    ? 2
           : built.error().kind == kernel::BuildFailure::Kind::build ? 1
                                                                     : 3;
  }
  fmt::print(
      "image {}\nvmlinux {}\nconfig {}\nrelease {}\nsource {}\nkey {}\nsha256 {}\ncompiler "
      "{}\nmodules {}\n{} in {:.1f} s\n",
      built->image.string(), built->vmlinux.string(), built->config.string(), built->release,
      built->source, built->key, built->image_sha256, built->compiler, built->modules.size(),
      built->built_now ? "built" : "found", seconds);
}
