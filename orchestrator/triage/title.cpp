// SPDX-License-Identifier: Apache-2.0
#include "triage/title.h"

#include <algorithm>

#include "triage/frame.h"

namespace triage {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

// The panic's own words, without what changes: "Attempted to kill init! exitcode=0x0000000b".
std::string panic_text(const Match& match) {
  std::string_view text = match.rest;
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  text = text.substr(0, text.find(" exitcode="));
  text = text.substr(0, text.find(" ]-"));  // "---[ end Kernel panic - not syncing: ... ]---"
  // The first sentence is the title; advice follows it.
  for (std::string_view stop : {"!  ", "! ", ".  ", ". "})
    if (auto at = text.find(stop); at != std::string_view::npos && at >= 12)
      text = text.substr(0, at + 1);
  // "EXT4-fs (device sda1): panic forced after error"
  std::string out = scrub(text);
  constexpr std::string_view kDevice = "(device ";
  if (const auto device = out.find(kDevice); device != std::string::npos) {
    const auto begin = device + kDevice.size(), end = out.find_first_of(" )", begin);
    if (end != std::string::npos) out.replace(begin, end - begin, "DEV");
  }
  return out;
}

// What a die() was called with: "Oops: stack guard page: 0000 " and "sh(123): Kernel illegal
// instruction " without the marks of it.
std::string die_words(std::string_view lead) {
  for (std::string_view mark : {"Oops: ", "Oops - ", "Internal error: "})
    if (lead.starts_with(mark)) lead.remove_prefix(mark.size());
  if (const auto task = lead.find("): "); task != std::string_view::npos) {
    // "sh(123): " of sparc and alpha, "sh (pid 123): " of parisc
    const auto before = lead.substr(0, task).find_last_not_of("0123456789");
    if (before != std::string_view::npos && before + 1 < task &&
        (lead[before] == '(' || lead.substr(0, before + 1).ends_with("(pid ")))
      lead.remove_prefix(task + 3);
  }
  if (const auto code = lead.rfind(": ");
      code != std::string_view::npos &&
      lead.find_first_not_of("0123456789abcdefx ", code + 2) == std::string_view::npos)
    lead = lead.substr(0, code);
  while (!lead.empty() && (lead.back() == ' ' || lead.back() == ':')) lead.remove_suffix(1);
  return lead.empty() ? "Oops" : scrub(lead.substr(0, 80));
}

// Older and newer kernels name the same KASAN finding differently.
std::string kasan_class(std::string_view name, bool slab_object) {
  if (name == "use after free") name = "use-after-free";
  if (name == "use-after-free" && slab_object) return "slab-use-after-free";
  if (name == "out-of-bounds" && slab_object) return "slab-out-of-bounds";
  return std::string(name);
}

std::string tidy(std::string text) {
  replace_all(text, "  ", " ");
  replace_all(text, "  ", " ");
  while (!text.empty() && (text.back() == ' ' || text.back() == ':')) text.pop_back();
  if (text.size() > 160) text.resize(160);
  return text;
}

}  // namespace

std::string scrub(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    bool at_word_start = i == 0 || !is_word(text[i - 1]);
    if (at_word_start && is_hex(text[i])) {
      std::size_t end = i;
      bool prefixed = text.substr(i).starts_with("0x");
      if (prefixed) end += 2;
      bool decimal = !prefixed;
      bool has_digit = false;
      while (end < text.size() && is_hex(text[end])) {
        decimal = decimal && is_digit(text[end]);
        has_digit = has_digit || is_digit(text[end]);
        ++end;
      }
      bool whole = end == text.size() || !is_word(text[end]);
      if (whole && (prefixed || (has_digit && end - i >= 8))) {
        out += "ADDR";
        i = end;
        continue;
      }
      if (whole && decimal && end > i) {
        out += "NUM";
        i = end;
        continue;
      }
    }
    char c = text[i++];
    out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? '?' : c;
  }
  return out;
}

std::string make_title(std::string_view title, std::string_view bare, const TitleParts& parts) {
  std::string out;
  const Match& match = parts.match;
  if (title.find("{f}") != std::string_view::npos && parts.function.empty()) {
    out = !bare.empty() ? std::string(bare) : std::string(title.substr(0, title.find(" in {f}")));
    if (out.find("{file}") != std::string::npos && parts.file.empty())
      out = out.substr(0, out.find(" at {file}"));
  } else {
    out = title;
  }
  std::string first = match.format->kind == Kind::kasan
                          ? kasan_class(match.groups[0], parts.slab_object)
                          : match.groups[0];
  if (match.format->kind == Kind::ubsan) std::ranges::replace(first, ' ', '-');
  std::string second =
      match.format->kind == Kind::kcsan ? clean_function(match.groups[1]) : match.groups[1];
  std::string function(parts.function);
  if (match.format->kind == Kind::kcsan && !second.empty() && second < function)
    std::swap(function, second);
  replace_all(out, "{1}", first);
  replace_all(out, "{2}", second);
  replace_all(out, "{3}", match.groups[2]);
  replace_all(out, "{rw}", parts.access);
  replace_all(out, "{file}", parts.file);
  if (out.find("{panic}") != std::string::npos) replace_all(out, "{panic}", panic_text(match));
  if (out.find("{text}") != std::string::npos) replace_all(out, "{text}", scrub(match.groups[0]));
  if (out.find("{lead}") != std::string::npos) {
    std::string_view lead = match.lead;  // s390: "addressing exception: 0005 "
    replace_all(out, "{lead}", scrub(lead.substr(0, lead.find(':'))));
  }
  if (out.find("{die}") != std::string::npos) replace_all(out, "{die}", die_words(match.lead));
  if (out.find("{process}") != std::string::npos) {
    std::string_view lead = match.lead;
    if (auto bracket = lead.find('['); bracket != std::string_view::npos)
      lead = lead.substr(0, bracket);
    if (auto space = lead.rfind(' '); space != std::string_view::npos)
      lead = lead.substr(space + 1);
    replace_all(out, "{process}", scrub(lead));
  }
  replace_all(out, "{f}", function);
  return tidy(std::move(out));
}

std::string make_signature(const Format& format, Kind kind, std::string_view title,
                           const TitleParts& parts) {
  std::string group(format.group.empty() ? kind_name(kind) : format.group);
  if (kind == Kind::kasan || kind == Kind::kfence || kind == Kind::ubsan || kind == Kind::kmsan) {
    std::string what = parts.match.groups[0];
    std::ranges::replace(what, ' ', '-');
    if (what.starts_with("slab-use-after-free")) what = what.substr(5);
    if (what.starts_with("double-free")) what = "double-free";
    group = std::string(kind_name(kind));
    if (!what.empty()) group += ":" + what;
  }
  if (!parts.function.empty() && kind != Kind::kcsan) {
    // A system call's wrapper has another name on every architecture.
    std::string_view name = parts.function;
    if (auto at = name.find("_sys_");
        at != std::string_view::npos && at <= 8 && name.starts_with("__"))
      name = name.substr(at + 1);
    for (std::string_view start : {"SyS_", "SYSC_"})  // before 4.17
      if (name.starts_with(start)) return group + ":sys_" + std::string(name.substr(start.size()));
    return group + ":" + std::string(name);
  }
  std::string words;
  for (char c : title) {
    if (is_word(c) || c == '.')
      words += c;
    else if (!words.empty() && words.back() != '-')
      words += '-';
  }
  while (!words.empty() && words.back() == '-') words.pop_back();
  return group + ":" + words;
}

}  // namespace triage
