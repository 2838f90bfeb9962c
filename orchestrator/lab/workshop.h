// SPDX-License-Identifier: Apache-2.0
// Gets everything one machine's guests need, each thing once however many ask for it, and in the order that gives
// the first results soonest: all of the first machine before anything of the second.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/worker_pool.h"
#include "lab/artifact_source.h"
#include "lab/progress.h"
#include "lab/slots.h"

namespace lab {

class Workshop {
 public:
  Workshop(async::asio::any_io_executor executor, ArtifactSource& source, Progress& progress);

  // The place to build at: a build takes all cores, so there is one. A machine keeps it from its kernel to its
  // tools, or the next machine's kernel would slip in between them. `priority`: larger goes first.
  async::task<Slots::Slot> bench(std::int64_t priority) { return bench_.take(0, priority); }

  // To be called at the bench, unless they were got there before. References stay valid as long as the workshop.
  async::task<const Built<BuiltKernel>*> kernel(const model::KernelSpec& spec, const model::Machine& machine);
  async::task<const Built<BuiltSelftests>*> selftests(const model::SelftestSpec& spec,
                                                      const model::Machine& machine);
  async::task<const Built<BuiltTools>*> tools(const model::Machine& machine);
  async::task<const Built<BuiltTools>*> benchmarks(const model::Machine& machine);
  async::task<const Built<BuiltTools>*> shell(const model::Machine& machine);
  // Mere packing: these need no bench.
  async::task<const Built<base::fs::path>*> scratch_image(model::ScratchFs filesystem, std::int64_t priority);
  async::task<const Built<image::BaseImage>*> base_image(const image::ImageSpec& spec, const std::string& key,
                                                         std::int64_t priority);

 private:
  template <class T>
  struct Shelf {
    struct Entry {
      std::optional<Built<T>> value;
      std::optional<async::asio::steady_timer> ready;  // cancelled once the value is there
    };
    std::map<std::string, std::unique_ptr<Entry>> entries;
  };
  template <class T, class Make>
  async::task<const Built<T>*> get(Shelf<T>& shelf, std::string key, std::string label, Make make,
                                   std::optional<std::int64_t> at_desk = {});
  ArtifactSource::OnProgress reporter(std::string label);

  async::asio::any_io_executor executor_;
  ArtifactSource& source_;
  Progress& progress_;
  static constexpr int kDesks = 2;
  Slots bench_, desks_;
  // The threads outlive the children they start.
  async::WorkerPool pool_{1 + kDesks};
  Shelf<BuiltKernel> kernels_;
  Shelf<BuiltSelftests> selftests_;
  Shelf<BuiltTools> tools_, shells_, benchmarks_;
  Shelf<base::fs::path> scratch_;
  Shelf<image::BaseImage> images_;
};

// Equal texts, equal artefacts: what the specs say, for machines that share a build.
std::string kernel_request_key(const model::KernelSpec& spec, const model::Machine& machine);
std::string selftest_request_key(const model::SelftestSpec& spec, const model::Machine& machine);

}  // namespace lab
