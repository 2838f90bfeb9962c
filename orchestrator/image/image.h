// SPDX-License-Identifier: Apache-2.0
// What a guest boots with: a base archive (agent, selftests, shell, modules), made once and named
// by its content, and behind it a tiny archive with the job's plan. The archives stay uncompressed:
// under emulation every byte unpacked costs guest instructions, while QEMU loads the file at the
// host's speed.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "image/cpio.h"

namespace image {

// A host folder that appears in the guest. Modes become 0755 or 0644 by the executable bit, owners
// root.
struct Tree {
  base::fs::path host;
  std::string guest;          // "/vmlab/selftests/mm"; "/" lays the folder over the root
  std::string identity = {};  // names the content (an artefact's hash); empty: every file is hashed
  std::vector<std::string> only = {};  // names directly below `host` to take; empty: all
};

struct ImageSpec {
  base::fs::path agent;  // static program that becomes /init
  std::vector<Tree> trees;
  std::vector<Entry> extra;
};

struct BaseImage {
  base::fs::path path;
  std::string identity;  // same identity, same bytes
  std::uintmax_t size = 0;
  std::shared_ptr<base::FileLock> in_use = {};  // keeps the file from being collected
};

// Folders, /dev/console (the kernel opens it before devtmpfs is there), /etc/passwd and the like.
std::vector<Entry> skeleton_entries();

// The files below tree.host. Symlinks are kept, anything but files, folders and symlinks is an
// error.
base::Result<std::vector<Entry>> tree_entries(const Tree& tree);

base::Result<std::vector<Entry>> image_entries(const ImageSpec& spec);

// Finds the base archive in `store` (store.h) or makes it; its content is checked once, here. Two processes may
// ask for the same one: one makes it.
base::Result<BaseImage> base_image(const ImageSpec& spec, const base::fs::path& store);

// The archive that goes behind the base: /vmlab/plan and what else only this job has.
base::Result<std::string> job_archive(const std::string& plan_text,
                                      const std::vector<Entry>& extra = {});

// Writes `initrd`: the base archive, then the job's. Shares the base's blocks where the file system
// can.
base::Result<void> assemble(const BaseImage& base, const std::string& plan_text,
                            const base::fs::path& initrd, const std::vector<Entry>& extra = {});

}  // namespace image
