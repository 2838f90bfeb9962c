// SPDX-License-Identifier: Apache-2.0
#include "lab/workshop.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace lab {
namespace {

namespace asio = async::asio;

void add(base::Sha256& hash, const model::SourceRef& source, const std::vector<std::string>& patches) {
  hash.field(source.text());
  for (const std::string& patch : patches) hash.field(patch);
  hash.field("");
}

}  // namespace

std::string kernel_request_key(const model::KernelSpec& spec, const model::Machine& machine) {
  base::Sha256 hash;
  add(hash, spec.source, spec.patches);
  hash.field(spec.base_config);
  for (const std::string& fragment : spec.fragments) hash.field(fragment);
  for (const model::ConfigOption& option : spec.options) hash.field(option.name + "=" + option.value);
  // Machines that differ only in their MMU share a kernel; these columns are what its build sees.
  hash.field(machine.kbuild_arch).field(machine.cross_compile).field(machine.config_fragments);
  return hash.field(machine.kernel_target).hex();
}

std::string selftest_request_key(const model::SelftestSpec& spec, const model::Machine& machine) {
  base::Sha256 hash;
  add(hash, spec.source, spec.patches);
  return hash.field(machine.selftest_arch).field(machine.cross_compile).hex();
}

Workshop::Workshop(asio::any_io_executor executor, ArtifactSource& source, Progress& progress)
    : executor_(executor), source_(source), progress_(progress), bench_(executor, 1, ~std::uint64_t{0}),
      desks_(executor, kDesks, ~std::uint64_t{0}) {}

ArtifactSource::OnProgress Workshop::reporter(std::string label) {
  return [this, label](const std::string& what, double fraction) {
    std::string text = fraction >= 0 ? fmt::format("{}: {} {:.0f}%", label, what, fraction * 100)
                                     : fmt::format("{}: {}", label, what);
    asio::post(executor_, [this, label, text = std::move(text)] { progress_.show(label, text); });
  };
}

template <class T, class Make>
async::task<const Built<T>*> Workshop::get(Shelf<T>& shelf, std::string key, std::string label,
                                           Make make, std::optional<std::int64_t> at_desk) {
  auto& slot = shelf.entries[key];
  if (!slot) {
    slot = std::make_unique<typename Shelf<T>::Entry>();
    auto* entry = slot.get();
    entry->ready.emplace(executor_, std::chrono::steady_clock::time_point::max());
    Slots::Slot desk;
    if (at_desk) desk = co_await desks_.take(0, *at_desk);
    auto value = co_await pool_.run(make);
    progress_.done(label);
    entry->value.emplace(std::move(value));
    entry->ready->cancel();
    co_return &*entry->value;
  }
  auto* entry = slot.get();
  while (!entry->value) (void)co_await entry->ready->async_wait(async::as_tuple_awaitable);
  co_return &*entry->value;
}

async::task<const Built<BuiltKernel>*> Workshop::kernel(const model::KernelSpec& spec,
                                                        const model::Machine& machine) {
  std::string label = fmt::format("kernel {} {}", spec.source.text(), model::to_string(machine.arch));
  auto make = [this, &spec, &machine, report = reporter(label)] { return source_.kernel(spec, machine, report); };
  return get(kernels_, kernel_request_key(spec, machine), std::move(label), std::move(make));
}

async::task<const Built<BuiltSelftests>*> Workshop::selftests(const model::SelftestSpec& spec,
                                                              const model::Machine& machine) {
  std::string label = fmt::format("selftests {} {}", spec.source.text(), model::to_string(machine.arch));
  auto make = [this, &spec, &machine, report = reporter(label)] {
    return source_.selftests(spec, machine, report);
  };
  return get(selftests_, selftest_request_key(spec, machine), std::move(label), std::move(make));
}

async::task<const Built<BuiltTools>*> Workshop::tools(const model::Machine& machine) {
  std::string label = fmt::format("guest tools {}", model::to_string(machine.arch));
  auto make = [this, &machine, report = reporter(label)] { return source_.tools(machine, report); };
  return get(tools_, std::string(machine.cross_compile), std::move(label), std::move(make));
}

async::task<const Built<BuiltTools>*> Workshop::benchmarks(const model::Machine& machine) {
  std::string label = fmt::format("benchmarks {}", model::to_string(machine.arch));
  auto make = [this, &machine, report = reporter(label)] { return source_.benchmarks(machine, report); };
  return get(benchmarks_, std::string(machine.cross_compile), std::move(label), std::move(make));
}

async::task<const Built<BuiltTools>*> Workshop::shell(const model::Machine& machine) {
  std::string label = fmt::format("guest shell {}", model::to_string(machine.arch));
  auto make = [this, &machine, report = reporter(label)] { return source_.shell(machine, report); };
  return get(shells_, std::string(machine.cross_compile), std::move(label), std::move(make));
}

async::task<const Built<base::fs::path>*> Workshop::scratch_image(model::ScratchFs filesystem,
                                                                  std::int64_t priority) {
  std::string label = std::string(to_string(filesystem)) + " image";
  auto make = [this, filesystem] { return source_.scratch_image(filesystem); };
  return get(scratch_, label, label, std::move(make), priority);
}

async::task<const Built<image::BaseImage>*> Workshop::base_image(const image::ImageSpec& spec,
                                                                 const std::string& key, std::int64_t priority) {
  auto make = [this, &spec] { return source_.base_image(spec); };
  return get(images_, key, "image", std::move(make), priority);
}

}  // namespace lab
