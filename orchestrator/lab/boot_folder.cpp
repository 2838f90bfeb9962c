// SPDX-License-Identifier: Apache-2.0
#include "lab/boot_folder.h"

#include "base/text.h"

namespace lab {

base::Result<void> keep_rebuildable(const base::fs::path& boot, const image::BaseImage& base,
                                    const std::string& plan_text) {
  auto archive = image::job_archive(plan_text);
  if (!archive) return std::unexpected(archive.error());
  if (auto written = base::write_file_atomic(boot / "job.cpio", *archive); !written) return written;
  auto script = base::read_file(boot / "qemu.sh", 1 << 20);
  if (!script) return std::unexpected(script.error());
  const std::size_t start = script->find("\nexec ");
  if (start == std::string::npos) return base::fail((boot / "qemu.sh").string() + " starts nothing");
  script->insert(start + 1, "# The image: the lab's part from its cache, then this job's plan.\n[ -e initrd ] || cat " +
                                base::shell_quote(base.path.string()) + " job.cpio >initrd || exit 1\n");
  return base::write_file_atomic(boot / "qemu.sh", *script, 0755);
}

void drop_images(const base::fs::path& job_folder) {
  std::error_code error;  // what cannot be removed only takes space
  for (const auto& entry : base::fs::directory_iterator(job_folder, error))
    if (entry.is_directory(error) && base::fs::exists(entry.path() / "job.cpio", error))
      base::fs::remove(entry.path() / "initrd", error);
}

void sweep_run(const base::fs::path& run_directory) {
  std::error_code error;  // what cannot be removed only takes space
  base::sweep_temporaries(run_directory);
  for (const auto& job : base::fs::directory_iterator(run_directory / "jobs", error)) {
    if (!job.is_directory(error)) continue;
    base::sweep_temporaries(job.path());
    drop_images(job.path());
    for (const auto& boot : base::fs::directory_iterator(job.path(), error)) {
      if (!boot.is_directory(error)) continue;
      base::sweep_temporaries(boot.path());
      // Killed before its guest was started: no script needs this image.
      if (!base::fs::exists(boot.path() / "qemu.sh", error)) base::fs::remove(boot.path() / "initrd", error);
    }
  }
}

}  // namespace lab
