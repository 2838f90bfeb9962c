// SPDX-License-Identifier: Apache-2.0
#include "ktap/case_name.h"

#include "base/hash.h"
#include "base/text.h"

namespace ktap {
namespace {

struct SkipShape {
  std::string_view test;     // glob over the test id; an empty test id (foreign text) matches all
  std::string_view between;  // what stands between name and reason
  std::string_view end;      // what ends the reason
  bool last;                 // split at the last `between` rather than the first
};
// `ok N # SKIP <name><between><reason><end>` of tests whose passing line says `ok N <name>`.
constexpr SkipShape kSkipShapes[] = {
    {"*uffd-unit-tests*", " (", ")", true},  // 7.3: "%s (%s)", current_test, message
    {"*mremap_test*", " - ", "", true},      // "%s - missing uffd", test_name
    {"*mlock2-tests*", ": ", "", false},     // "%s: MAP_DROPPABLE not supported", __func__
};

// Foreign text has no test id; only the form that cannot be mistaken is read then.
bool uffd_case(std::string_view name) {
  for (std::string_view memory : {"anon", "shmem", "shmem-private", "hugetlb", "hugetlb-private"}) {
    const std::string ending = " on " + std::string(memory);
    if (name.ends_with(ending)) return true;
  }
  return name.starts_with("UFFDIO_API (with ");
}

std::optional<NamedResult> by_shape(std::string_view text, std::string_view test_id) {
  for (const auto& shape : kSkipShapes) {
    const bool known = !test_id.empty() && base::glob_match(shape.test, test_id);
    if (!known && !test_id.empty()) continue;
    const auto at = shape.last ? text.rfind(shape.between) : text.find(shape.between);
    if (at == std::string_view::npos || at == 0 || !text.ends_with(shape.end)) continue;
    const auto name = text.substr(0, at);
    auto reason = text.substr(at + shape.between.size());
    reason.remove_suffix(shape.end.size());
    if (!known && !(shape.test == kSkipShapes[0].test && uffd_case(name))) continue;
    return NamedResult{std::string(name), std::string(reason)};
  }
  return std::nullopt;
}

struct VaryingName {
  std::string_view start;
  std::string_view name;
};
// Names with a number in them that differs from run to run.
constexpr VaryingName kVaryingNames[] = {
    {"ioctl status ", "ioctl status"},  // gup_test: "ioctl status %d", 0 when it passed
    {"Success reaping a child with ",
     "Success reaping a child"},  // mrelease_test: "...%zuMB of memory"
};

std::optional<std::string> non_empty(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

// The name and reason as they came, before bounding.
NamedResult decide(const ResultLine& result, const Context& context, std::string_view test_id) {
  const bool told_by_directive = result.directive != Directive::none && result.name.empty();
  const std::string& said = told_by_directive ? result.data : result.name;
  const bool pass = result.ok && result.directive == Directive::none;

  if (context.run) {
    if (!told_by_directive && !result.data.empty()) return {*context.run, result.data};
    if (pass) return {*context.run, std::nullopt};
    if (said != *context.run && !said.empty()) return {*context.run, said};
    return {*context.run, context.remark};
  }
  // A remark may say why a case failed. It is no skip's reason: a skip states its own.
  const bool wants_remark = !pass && result.directive != Directive::skip;
  const auto fallback = wants_remark ? context.remark : std::nullopt;
  for (const auto& row : kVaryingNames)
    if (result.name.starts_with(row.start))
      return {std::string(row.name), pass ? std::nullopt : non_empty(result.name)};
  if (!result.name.empty())
    return {result.name, result.data.empty() ? fallback : non_empty(result.data)};
  if (context.harness)
    return {*context.harness, result.data.empty() ? fallback : non_empty(result.data)};
  if (told_by_directive && !result.data.empty()) {
    if (auto shaped = by_shape(result.data, test_id)) return *shaped;
    return {result.data,
            result.directive == Directive::skip || !fallback ? result.data : *fallback};
  }
  return {"(unnamed)", result.data.empty() ? fallback : non_empty(result.data)};
}

}  // namespace

std::string bounded_text(std::string_view text) {
  constexpr std::size_t kLongest = 400;
  std::string out = base::printable(text);
  if (out.size() <= kLongest) return out;
  const std::string hash = base::sha256_hex(text).substr(0, 8);
  std::size_t cut = kLongest - 12;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80)
    --cut;  // not inside a character
  return out.substr(0, cut) + "...~" + hash;
}

NamedResult name_result(const ResultLine& result, const Context& context,
                        std::string_view test_id) {
  NamedResult named = decide(result, context, test_id);
  named.name = bounded_text(named.name);
  if (named.name.empty()) named.name = "(unnamed)";
  if (named.reason) {
    named.reason = bounded_text(*named.reason);
    if (named.reason->empty()) named.reason.reset();
  }
  return named;
}

std::string UniqueNames::unique(const std::string& name) {
  std::size_t& count = count_[name];
  std::string candidate = name;
  if (++count > 1) candidate += " (" + std::to_string(count) + ")";
  // "a (2)" may have been printed by the test itself.
  while (!taken_.insert(candidate).second) candidate = name + " (" + std::to_string(++count) + ")";
  return candidate;
}

}  // namespace ktap
