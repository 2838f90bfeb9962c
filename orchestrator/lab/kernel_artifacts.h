// SPDX-License-Identifier: Apache-2.0
// The real artefact source: room kernel's builders over the user's artefact cache.
#pragma once
#include <memory>

#include "lab/artifact_source.h"

namespace lab {

class KernelArtifacts : public ArtifactSource {
 public:
  // `root` is the checkout: images/config, images/recipes and guest-tools are read from it.
  explicit KernelArtifacts(base::fs::path root);
  ~KernelArtifacts() override;

  Built<BuiltKernel> kernel(const model::KernelSpec& spec, const model::Machine& machine,
                            const OnProgress& on_progress) override;
  Built<BuiltSelftests> selftests(const model::SelftestSpec& spec, const model::Machine& machine,
                                  const OnProgress& on_progress) override;
  Built<BuiltTools> tools(const model::Machine& machine, const OnProgress& on_progress) override;
  // The programs scripts and people want in a guest: a shell and the usual small tools.
  Built<BuiltTools> benchmarks(const model::Machine& machine, const OnProgress& on_progress) override;
  Built<BuiltTools> shell(const model::Machine& machine, const OnProgress& on_progress) override;
  Built<base::fs::path> scratch_image(model::ScratchFs filesystem) override;
  Built<image::BaseImage> base_image(const image::ImageSpec& spec) override;
  void cancel() override;
  bool cancelled() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lab
