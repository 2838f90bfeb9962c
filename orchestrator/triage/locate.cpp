// SPDX-License-Identifier: Apache-2.0
// Builder with the kernel's symbols at hand: source lines for frames, functions for addresses.
#include <algorithm>

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

// A frame or register of a kernel without CONFIG_KALLSYMS. Where the kernel was moved to (KASLR)
// may only be said later: kept as an address until resolve().
bool Builder::take_address(std::string_view body, Source source) {
  if (!symbols_) return false;
  const auto address = last_address(body);
  if (!address || events_.size() >= kMaxEvents) return false;
  const bool kernels_half = *address >> 63 != 0 || (*address >= 0x80000000 && *address >> 32 == 0);
  if (!kernels_half && !symbols_->spot(*address)) return false;
  Event event{{}, {}, source, body.find('?') == std::string_view::npos, false};
  event.address = *address;
  if (events_.empty() || events_.back().address != *address || events_.back().source != source)
    events_.push_back(std::move(event));
  return true;
}

bool Builder::has_addresses() const {
  return std::ranges::any_of(events_, [](const Event& event) { return event.address != 0; });
}

void Builder::resolve(std::optional<std::uint64_t> offset) {
  if (!has_addresses()) return;
  std::erase_if(trace_, [](const TraceLine& line) { return line.raw; });
  addresses_found_ = 0;
  for (Event& event : events_) {
    if (event.address == 0) continue;
    event.function.clear();
    event.file.clear();
    const auto spot = symbols_->spot(event.address - offset.value_or(0));
    if (!spot) continue;  // a module's, or the offset is not known
    ++addresses_found_;
    Frame frame{spot->function, {}};
    frame.offset = spot->offset;
    frame.size = std::max<std::uint64_t>(spot->size, spot->offset + 1);
    event.function = clean_function(frame.function);
    const std::size_t before = trace_.size();
    if (event.reliable) locate(event.source, frame, event.file);
    for (std::size_t i = before; i < trace_.size(); ++i) trace_[i].raw = true;
  }
}

}  // namespace triage
