// SPDX-License-Identifier: Apache-2.0
// What a boot's folder keeps. An image is tens of megabytes and its larger part is in the artefact cache anyway,
// so the folder keeps only the job's own archive, and qemu.sh puts the two together again.
#pragma once
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "image/image.h"

namespace lab {

// Once qemu.sh is there: writes job.cpio beside it and lets the script make the image when it is not there.
base::Result<void> keep_rebuildable(const base::fs::path& boot, const image::BaseImage& base,
                                    const std::string& plan_text);

// Removes the images of all boots of a job that has ended.
void drop_images(const base::fs::path& job_folder);

// Removes what a killed vmlab left in the folder of its run: images of guests that are gone, files half written. Only
// for a run that nobody runs, or that this process has taken over.
void sweep_run(const base::fs::path& run_directory);

}  // namespace lab
