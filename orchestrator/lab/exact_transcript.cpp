// SPDX-License-Identifier: Apache-2.0
#include "lab/exact_transcript.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "channel/message_reader.h"
#include "guest/qemu/port_file.h"
#include "runner/artifacts.h"

namespace lab {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::size_t kShown = 160;  // characters of a line

// One line for each of the text's own, each with the words before it.
void add_lines(std::string& out, const std::string& before, std::string_view text) {
  const auto lines = base::split_lines(text);
  if (lines.empty()) out += before + "\n";
  for (const std::string_view line : lines) {
    out += before;
    out += line;
    out += '\n';
  }
}

struct Lines {
  std::string& out;

  void operator()(const channel::Hello& m) const { out += fmt::format("hello at {} ns: {} {}\n", m.boot_ns, m.release, m.build); }
  void operator()(const channel::Facts& m) const { add_lines(out, "fact: ", m.text); }
  void operator()(const channel::Heartbeat& m) const { out += fmt::format("heartbeat at {} ns\n", m.now_ns); }
  void operator()(const channel::TestStart& m) const { out += fmt::format("test {} starts at {} ns\n", m.test, m.now_ns); }
  void operator()(const channel::Output& m) const {
    add_lines(out, fmt::format("{} of test {} at {} ns: ", m.is_stderr ? "stderr" : "stdout", m.test, m.now_ns), m.data);
  }
  void operator()(const channel::TestEnd& m) const {
    out += fmt::format("test {} ends: how {} code {} limit {}, {} ns, user {} us, system {} us, {} KiB\n", m.test,
                       static_cast<int>(m.how), m.code, static_cast<int>(m.limit), m.duration_ns, m.user_us, m.system_us,
                       m.max_rss_kib);
  }
  void operator()(const channel::Vmstat& m) const {
    add_lines(out, fmt::format("vmstat {} test {}: ", m.after ? "after" : "before", m.test), m.text);
  }
  void operator()(const channel::Kmsg& m) const { add_lines(out, fmt::format("kmsg (lost {}): ", m.lost), m.records); }
  void operator()(const channel::Setup& m) const { add_lines(out, fmt::format("setup of test {}, ok {}: ", m.test, m.ok), m.text); }
  void operator()(const channel::Evidence& m) const { add_lines(out, "evidence " + m.name + ": ", m.text); }
  void operator()(const channel::Log& m) const { add_lines(out, fmt::format("log {}: ", static_cast<int>(m.level)), m.text); }
  void operator()(const channel::Goodbye& m) const { out += fmt::format("goodbye: {}, {} tests\n", m.reason, m.tests_run); }
  void operator()(const channel::Pong& m) const { out += fmt::format("pong {}\n", m.token); }
  void operator()(const channel::Ready& m) const { out += fmt::format("ready at {} ns\n", m.now_ns); }
  void operator()(const channel::Trouble& m) const { out += fmt::format("trouble: {}\n", m.text); }
};

std::string shown(std::string_view line) { return base::printable(line.substr(0, kShown)) + (line.size() > kShown ? "..." : ""); }

std::optional<TranscriptDifference> compare(std::string part, std::string_view a, std::string_view b) {
  if (a == b) return std::nullopt;
  const auto first = base::split_lines(a), second = base::split_lines(b);
  std::size_t i = 0;
  while (i < first.size() && i < second.size() && first[i] == second[i]) ++i;
  const auto line = [&](const auto& lines) { return i < lines.size() ? shown(lines[i]) : std::string(); };
  return TranscriptDifference{std::move(part), i + 1, line(first), line(second)};
}

}  // namespace

base::Result<Transcript> read_transcript(const base::fs::path& boot) {
  auto console = base::read_file(boot / "console.log", kMostBytes);
  if (!console) return std::unexpected(console.error());
  auto port = base::read_file(boot / guest::kTranscriptFile, kMostBytes);
  if (!port) return std::unexpected(port.error());
  return Transcript{std::move(*console), std::move(*port), base::fs::exists(boot / runner::kCutFile)};
}

std::string transcript_hash(const Transcript& transcript) {
  return base::Sha256().field(transcript.console).field(transcript.port).hex();
}

std::string spoken_text(std::string_view port) {
  std::string out;
  channel::MessageReader reader;
  std::vector<channel::Message> messages;
  const auto write = [&] {
    for (const channel::Message& message : messages) std::visit(Lines{out}, message);
    messages.clear();
  };
  constexpr std::size_t kAtOnce = std::size_t{1} << 20;
  for (; !port.empty(); port.remove_prefix(std::min(port.size(), kAtOnce))) {
    reader.feed(port.substr(0, kAtOnce), messages);
    write();
  }
  reader.finish(messages);
  write();
  return out;
}

std::string TranscriptDifference::text() const {
  const auto side = [](const std::string& line) { return line.empty() ? std::string("nothing") : '"' + line + '"'; };
  if (line == 0) return part;
  return fmt::format("{} from line {} on: {}, then {}", part, line, side(first), side(second));
}

std::vector<TranscriptDifference> differences(const Transcript& whole_a, const Transcript& whole_b) {
  std::vector<TranscriptDifference> out;
  struct Views {
    std::string_view console, port;
  } a{whole_a.console, whole_a.port}, b{whole_b.console, whole_b.port};
  if (whole_a.cut || whole_b.cut) {
    const std::size_t console = std::min(a.console.size(), b.console.size()), port = std::min(a.port.size(), b.port.size());
    a = {a.console.substr(0, console), a.port.substr(0, port)};
    b = {b.console.substr(0, console), b.port.substr(0, port)};
  }
  if (a.port != b.port) {
    auto words = compare("the agent's words", spoken_text(a.port), spoken_text(b.port));
    if (!words) {  // the same messages in other bytes
      const auto at = std::ranges::mismatch(a.port, b.port).in1 - a.port.begin();
      words = TranscriptDifference{fmt::format("the agent's words from byte {} on", at + 1), 0, {}, {}};
    }
    out.push_back(std::move(*words));
  }
  if (auto console = compare("console.log", a.console, b.console)) out.push_back(std::move(*console));
  return out;
}

}  // namespace lab
