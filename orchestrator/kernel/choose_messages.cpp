// SPDX-License-Identifier: Apache-2.0
#include "kernel/choose_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace kernel {
namespace {

using base::Diagnostic;
using base::Diagnostics;

// The bracket groups at a subject's beginning, without their brackets, and what follows them.
std::pair<std::vector<std::string_view>, std::string_view> bracket_groups(std::string_view subject) {
  std::vector<std::string_view> groups;
  subject = base::trim(subject);
  while (subject.starts_with("[")) {
    const std::size_t close = subject.find(']');
    if (close == subject.npos) break;
    groups.push_back(subject.substr(1, close - 1));
    subject = base::trim(subject.substr(close + 1));
  }
  return {groups, subject};
}

// Letters only, small: "Do-Not_Merge" to "donotmerge".
std::string letters(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    else if (c >= 'a' && c <= 'z') out += c;
  return out;
}

bool means_temporary(std::string_view text) {
  static constexpr std::string_view kWords[] = {"temporary",   "donotmerge",    "donotapply",   "dontmerge",
                                                "notformerge", "notformerging", "notforupstream", "notformainline",
                                                "donotcommit", "debugonly"};
  const std::string small = letters(text);
  return std::ranges::any_of(kWords, [&](std::string_view word) {
    return small == word || (word.starts_with("not") || word.starts_with("do") ? small.contains(word) : false);
  });
}

// One edition of a series: its version and how many patches it says it has.
struct Edition {
  int version = 1;
  int total = 0;
  auto operator<=>(const Edition&) const = default;
};

struct Slot {
  std::vector<const Message*> patches;  // by number - 1; nullptr: missing
  Diagnostics doubles;
  std::vector<std::string> remarks;

  std::vector<int> missing() const {
    std::vector<int> numbers;
    for (std::size_t i = 0; i < patches.size(); ++i)
      if (patches[i] == nullptr) numbers.push_back(static_cast<int>(i) + 1);
    return numbers;
  }
  bool whole() const { return doubles.empty() && missing().empty(); }
};

constexpr int kMostPatches = 10'000;

void put(Slot& slot, const Message& message, int number, int total) {
  const Message*& place = slot.patches[static_cast<std::size_t>(number) - 1];
  if (place == nullptr) {
    place = &message;
    return;
  }
  const Patch &there = place->patch, &other = message.patch;
  if (there.diff == other.diff) {
    slot.remarks.push_back(fmt::format("patch {}/{} is there twice and the same: one is taken", number, total));
    return;
  }
  slot.doubles.push_back(Diagnostic{other.file, other.first_line, 0,
                                    fmt::format("patch {}/{} is there twice, and they differ: '{}' here, '{}' at {}:{}",
                                                number, total, base::printable(other.subject),
                                                base::printable(there.subject), there.file, there.first_line),
                                    "leave one of them"});
}

std::string version_text(const Edition& edition) { return fmt::format("v{}", edition.version); }

Diagnostics complaints(const std::string& name, const Edition& edition, const Slot& slot, bool several) {
  Diagnostics problems = slot.doubles;
  for (int number : slot.missing())
    problems.push_back({name, 0, 0,
                        fmt::format("patch {}/{}{} is missing", number, edition.total,
                                    several ? " of " + version_text(edition) : ""),
                        "get the whole series (b4 am MESSAGE-ID), or number what is there anew"});
  return problems;
}

std::string numbers_text(const std::vector<int>& numbers) {
  std::string text;
  for (int number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

// Those that no edition has: diffs in answers and mails outside the numbering.
void remark_left_out(const std::vector<Message>& messages, const std::vector<const Message*>& taken,
                     std::vector<std::string>& remarks) {
  for (const Message& message : messages) {
    if (message.patch.diff.empty() || std::ranges::find(taken, &message) != taken.end()) continue;
    const bool answer = is_answer(message.patch.subject);
    if (!answer && numbering(message.patch.subject)) continue;  // of another version: said as a whole
    remarks.push_back(fmt::format("'{}' is left out: it has a diff, but {}", base::printable(message.patch.subject),
                                  answer ? "is an answer" : "no number in the series"));
  }
}

std::expected<Chosen, Diagnostics> choose_edition(const std::string& name, const std::vector<Message>& messages,
                                                  const std::map<Edition, Slot>& editions) {
  const auto newest = std::prev(editions.end());
  auto taken = editions.rbegin();
  while (taken != editions.rend() && !taken->second.whole()) ++taken;
  const bool several = editions.size() > 1;
  if (taken == editions.rend())
    return std::unexpected(complaints(name, newest->first, newest->second, several));
  const auto rival = std::next(taken);
  if (rival != editions.rend() && rival->second.whole() && rival->first.version == taken->first.version)
    return std::unexpected(Diagnostics{
        {name, 0, 0,
         fmt::format("there are two series: one of {} patches ('{}') and one of {} ('{}')", rival->first.total,
                     base::printable(plain_subject(rival->second.patches.front()->patch.subject)), taken->first.total,
                     base::printable(plain_subject(taken->second.patches.front()->patch.subject))),
         "give each a file of its own"}});
  Chosen chosen{.patches = {}, .cover = {}, .version = taken->first.version, .remarks = taken->second.remarks};
  for (auto newer = editions.rbegin(); newer != taken; ++newer)
    chosen.remarks.push_back(
        newer->second.doubles.empty()
            ? fmt::format("{} is not whole (missing: {} of {}): {} is taken", version_text(newer->first),
                          numbers_text(newer->second.missing()), newer->first.total, version_text(taken->first))
            : fmt::format("{} has two different patches of one number: {} is taken", version_text(newer->first),
                          version_text(taken->first)));
  if (several && chosen.remarks.empty())
    chosen.remarks.push_back(
        fmt::format("there are {} versions: {} is taken, the newest", editions.size(), version_text(taken->first)));
  for (const Message& message : messages) {
    const auto number = numbering(message.patch.subject);
    if (number && number->first == 0 && number->second == taken->first.total && !is_answer(message.patch.subject) &&
        version_of_subject(message.patch.subject) == taken->first.version && !chosen.cover)
      chosen.cover = message;
  }
  remark_left_out(messages, taken->second.patches, chosen.remarks);
  for (const Message* patch : taken->second.patches) chosen.patches.push_back(*patch);
  return chosen;
}

}  // namespace

std::string plain_subject(std::string_view subject) {
  const auto [groups, rest] = bracket_groups(subject);
  return std::string(rest.empty() ? subject : rest);
}

int version_of_subject(std::string_view subject) {
  for (std::string_view group : bracket_groups(subject).first)
    for (std::string_view word : base::split_words(group)) {
      for (std::string_view head : {"PATCHv", "PATCHV", "RFCv", "RFCV"})
        if (word.starts_with(head)) word.remove_prefix(head.size() - 1);
      if (word.size() < 2 || (word[0] != 'v' && word[0] != 'V')) continue;
      if (const auto version = base::parse_int(word.substr(1)); version && *version > 0 && *version < 10'000)
        return static_cast<int>(*version);
    }
  return 1;
}

bool is_answer(std::string_view subject) {
  subject = base::trim(subject);
  for (std::string_view mark : {"Re:", "RE:", "re:", "AW:", "Aw:", "SV:", "Sv:"})
    if (subject.starts_with(mark)) return true;
  return false;
}

std::string temporary_words(std::string_view subject) {
  const auto [groups, rest] = bracket_groups(subject);
  for (std::string_view group : groups) {
    if (means_temporary(group)) return "[" + std::string(group) + "]";
    for (std::string_view word : base::split_words(group))
      if (means_temporary(word)) return "[" + std::string(group) + "]";
  }
  // "DONOTMERGE: mm: ..."
  if (const std::size_t colon = rest.find(':'); colon != rest.npos && means_temporary(rest.substr(0, colon)))
    return std::string(rest.substr(0, colon + 1));
  return {};
}

std::expected<Chosen, Diagnostics> choose_messages(const std::string& name, std::vector<Message> messages) {
  Chosen plain;
  std::map<Edition, Slot> editions;
  std::size_t diffs = 0;
  const bool listed = std::ranges::any_of(messages, &Message::listed);
  for (const Message& message : messages) {
    if (message.patch.diff.empty()) continue;
    ++diffs;
    const auto number = numbering(message.patch.subject);
    if (listed || !message.mail || is_answer(message.patch.subject) || !number || number->first < 1 ||
        number->second < 1 || number->first > number->second || number->second > kMostPatches)
      continue;
    const Edition edition{version_of_subject(message.patch.subject), number->second};
    Slot& slot = editions[edition];
    slot.patches.resize(static_cast<std::size_t>(edition.total), nullptr);
    put(slot, message, number->first, edition.total);
  }
  // One patch alone is what somebody wants to see tested, whatever number it has.
  if (!editions.empty() && diffs > 1) return choose_edition(name, messages, editions);
  for (Message& message : messages) {
    if (message.patch.diff.empty()) {
      const auto number = numbering(message.patch.subject);
      if (!plain.cover && number && number->first == 0 && !is_answer(message.patch.subject)) plain.cover = message;
      continue;
    }
    if (diffs > 1 && message.mail && !listed && is_answer(message.patch.subject)) {
      plain.remarks.push_back(fmt::format("'{}' is left out: it has a diff, but is an answer",
                                          base::printable(message.patch.subject)));
      continue;
    }
    plain.version = std::max(plain.version, version_of_subject(message.patch.subject));
    plain.patches.push_back(std::move(message));
  }
  return plain;
}

}  // namespace kernel
