// SPDX-License-Identifier: Apache-2.0
// Builder with the kernel's symbols at hand: source lines for frames, functions for addresses.
#include "triage/builder.h"
#include "triage/frame.h"

namespace triage {
namespace {
constexpr std::size_t kMaxTrace = 32;  // source lines kept of one report
}

// `file` receives where the function's code stands, unless the log said so itself.
void Builder::locate(Source source, const Frame& frame, std::string& file) {
  if (frame.size == 0 || frame.inlined || source == Source::lock || source == Source::stray) return;
  const bool after_call = source != Source::pc;
  const auto places = symbols_->at(frame.function, frame.offset, frame.size, after_call);
  if (places.empty()) return;
  if (file.empty()) file = places.back().file;
  // Many architectures print the program counter's function as the first frame again.
  if (source == Source::lr || trace_.size() >= kMaxTrace) return;
  if (!trace_.empty() && trace_.back().offset == frame.offset &&
      clean_function(trace_.back().function) == clean_function(frame.function))
    return;
  for (const Place& place : places)
    trace_.push_back({place.function, frame.offset, place.file, place.line, place.inlined});
}

// A frame or register of a kernel without CONFIG_KALLSYMS.
bool Builder::take_address(std::string_view body, Source source) {
  if (!symbols_) return false;
  const auto address = last_address(body);
  const auto spot = address ? symbols_->spot(*address) : std::nullopt;
  if (!spot) return false;
  Frame frame{spot->function, {}};
  frame.offset = spot->offset;
  frame.size = std::max<std::uint64_t>(spot->size, spot->offset + 1);
  add(source, frame, body.find('?') == std::string_view::npos);
  if (source == Source::pc) pc_seen_ = true;
  if (source == Source::frame) ++frames_;
  return true;
}

}  // namespace triage
