// SPDX-License-Identifier: Apache-2.0
// Makes the world of a campaign's real faults: the copy of the checkout, the cache of links, the first run.
#pragma once
#include "campaign/victim.h"

namespace campaign {

// Throws base::InfraError when the undisturbed run is not good: then there is nothing to compare with. Kernel and
// selftests are built in the user's own cache when they are not there.
World make_world(const base::fs::path& program, const base::fs::path& checkout, const base::fs::path& folder);

}  // namespace campaign
