// SPDX-License-Identifier: Apache-2.0
// A guest that plays a transcript: what comes out of the port and the console, in which order, and how it
// ends. The fake behind the runner's tests; no QEMU, no kernel, real descriptors.
#pragma once
#include <memory>
#include <vector>

#include "guest/guest.h"

namespace guest {

struct ScriptStep {
  enum class Kind {
    before, // only as the first: the guest is a copy of a frozen one, which had said this
    say,    // bytes into the port
    print,  // text on the console
    wait,   // `time` of wall clock passes
    spend,  // `time` of processor time passes at once
    crowd,  // `time` spent runnable but not running passes at once
    hear,   // waits until the host has sent bytes that contain `text`, since the last hear
    obey,   // waits for an order that contains `text`, since the last obey
    end,    // the guest ends as `outcome` says; what follows is not played
  };
  Kind kind;
  std::string text = {};
  std::chrono::nanoseconds time = {};
  GuestEnd outcome = {};
};

namespace script {
ScriptStep before(std::string bytes);
ScriptStep say(std::string bytes);
ScriptStep print(std::string text);
ScriptStep wait(std::chrono::milliseconds time);
ScriptStep spend(std::chrono::milliseconds time);
ScriptStep crowd(std::chrono::milliseconds time);
ScriptStep hear(std::string text);
ScriptStep obey(std::string text);
ScriptStep end(GuestEnd::Kind kind, std::string text = {});
}  // namespace script

// What was ordered of it, in words, oldest first: "pause", "monitor info registers -a", "type t after break".
using Orders = std::vector<std::string>;

// Plays as long as it lives; after its last step it stays silent until it is ended. The console goes to
// folder/console.log. `orders`, if given, must outlive it. Monitor commands are answered with their own text.
base::Result<std::unique_ptr<Guest>> start_scripted(async::asio::any_io_executor executor, std::vector<ScriptStep> steps,
                                                    const base::fs::path& folder, Orders* orders = nullptr);

}  // namespace guest
