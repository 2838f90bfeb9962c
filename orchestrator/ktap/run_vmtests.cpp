// SPDX-License-Identifier: Apache-2.0
#include "ktap/run_vmtests.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "base/text.h"
#include "ktap/case_name.h"
#include "ktap/shell_words.h"
#include "ktap/vmtest_conditions.h"
#include "ktap/vmtest_script.h"

namespace ktap {
namespace {

constexpr std::size_t kMostCommands = 5'000;
constexpr int kDeepest = 20;
constexpr std::size_t kMostSteps = 100'000;  // loops in loops of a broken script come to an end
constexpr std::string_view kScratch = "/vmlab/scratch";

bool is_name(std::string_view text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
         });
}

class Reader {
 public:
  Reader(std::string_view script, const std::string& file, const VmtestMachine& machine)
      : lines_(script_lines(script)), file_(file), machine_(machine) {
    describe_machine();
  }

  VmtestList read() {
    run(0, lines_.size(), 0);
    return std::move(list_);
  }

 private:
  void describe_machine();
  void run(std::size_t from, std::size_t to, int depth);
  std::size_t branch(std::size_t at, std::size_t to, int depth);
  std::size_t loop(std::size_t at, std::size_t to, int depth);
  void statement(const ScriptLine& line, int depth);
  bool assignment(std::string_view text);
  bool setting(std::string_view text);
  void command(std::string_view category, std::string_view rest, int line);
  void unknown(const ScriptLine& line, std::string message);

  std::vector<ScriptLine> lines_;
  std::string file_;
  VmtestMachine machine_;
  ShellWords shell_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> functions_;
  std::map<std::string, std::string> settings_;
  bool hugetlbfs_ = false;
  std::size_t steps_ = 0;
  int machine_branches_ = 0;  // open branches whose condition asks about the machine
  UniqueNames ids_;
  VmtestList list_;
};

void Reader::describe_machine() {
  // `uname -m` as the script rewrites it.
  static constexpr std::string_view kNames[] = {"x86_64", "arm64", "ppc64", "ppc"};
  const std::string arch(kNames[static_cast<int>(machine_.arch)]);
  const auto kilobytes = static_cast<std::int64_t>(machine_.hugepage_bytes >> 10);
  // The script raises the pool to 256 MiB, or two pages per CPU where that is more.
  const std::int64_t wanted = std::max<std::int64_t>(kilobytes * machine_.vcpus * 2, 256 * 1024);
  const std::int64_t free = kilobytes > 0 ? wanted / kilobytes : 0;
  shell_.set("ARCH", arch);
  shell_.set("hpgsize_KB", std::to_string(kilobytes), true);
  shell_.set("freepgs", std::to_string(free), true);
  shell_.set_command("nproc", std::to_string(machine_.vcpus), true);
  shell_.set("RUN_ALL", "false");
  shell_.set("SPLIT_HUGE_PAGE_TEST_XFS_PATH", std::string(kScratch));
}

void Reader::unknown(const ScriptLine& line, std::string message) {
  list_.unknown.push_back({file_, line.number, 1,
                           std::move(message) + ": " + base::printable(line.text),
                           "teach orchestrator/ktap/run_vmtests.cpp this form"});
}

void Reader::run(std::size_t from, std::size_t to, int depth) {
  if (depth > kDeepest) return;
  for (std::size_t at = from; at < to && steps_ < kMostSteps; ++at, ++steps_) {
    const ScriptLine& line = lines_[at];
    const std::string& text = line.text;
    if (text.ends_with("() {") || text.ends_with("(){")) {
      const std::size_t end = std::min(block_end(lines_, at, "{", "}"), to);
      functions_[text.substr(0, text.find('('))] = {at + 1, end};
      at = end;
    } else if (text.starts_with("if ")) {
      at = branch(at, to, depth);
    } else if (text.starts_with("for ")) {
      at = loop(at, to, depth);
    } else if (text.starts_with("while ") || text.starts_with("until ")) {
      // Reading /proc/meminfo, getopts, raising the pool: described by VmtestMachine instead.
      const std::size_t end = block_end(lines_, at, "do", "done");
      for (std::size_t i = at; i < std::min(end, to); ++i)
        if (lines_[i].text.find("run_test ") != std::string::npos)
          unknown(lines_[i], "a test in a while loop");
      at = end;
    } else if (text.starts_with("case ")) {
      at = block_end(lines_, at, "case", "esac");
    } else {
      statement(line, depth);
    }
  }
}

// if / elif / else / fi. Returns the index of its `fi`.
std::size_t Reader::branch(std::size_t at, std::size_t to, int depth) {
  const std::size_t end = std::min(block_end(lines_, at, "if", "fi"), to);
  std::size_t start = at;
  bool by_machine = false;
  while (start < end) {
    std::string text = lines_[start].text;
    std::size_t body = start + 1;
    std::optional<bool> taken = true;
    if (!text.starts_with("else")) {
      if (body < end && lines_[body].text == "then") ++body;
      if (text.ends_with("then")) text.resize(text.size() - 4);
      text = base::trim(std::string_view(text).substr(text.find(' ')));
      while (text.ends_with(';')) text.pop_back();
      taken = vmtest_condition(text, shell_, machine_);
      if (!taken) unknown(lines_[start], "a condition that cannot be decided, taken for true");
    }
    const std::size_t next = next_branch(lines_, body, end);
    by_machine = by_machine || shell_.from_machine(text);
    if (taken.value_or(true)) {
      machine_branches_ += by_machine;
      run(body, next, depth + 1);
      machine_branches_ -= by_machine;
      break;
    }
    start = next;
  }
  return end;
}

std::size_t Reader::loop(std::size_t at, std::size_t to, int depth) {
  const std::size_t end = std::min(block_end(lines_, at, "do", "done"), to);
  std::string text = lines_[at].text;
  std::size_t body = at + 1;
  if (body < end && lines_[body].text == "do") ++body;
  if (text.ends_with("do")) text.resize(text.size() - 2);
  while (!text.empty() && (text.back() == ';' || text.back() == ' ')) text.pop_back();
  const auto in = text.find(" in ");
  const bool readable = in != std::string::npos && in > 4;
  const std::string name(readable ? base::trim(std::string_view(text).substr(4, in - 4)) : "");
  const auto words = readable ? shell_.words(std::string_view(text).substr(in + 4)) : std::nullopt;
  if (!words || !is_name(name)) {
    unknown(lines_[at], "a loop that cannot be read");
    return end;
  }
  for (const auto& word : *words) {
    if (list_.commands.size() >= kMostCommands) break;
    shell_.set(name, word);
    run(body, end, depth + 1);
  }
  return end;
}

void Reader::statement(const ScriptLine& line, int depth) {
  std::string_view text = line.text;
  if (text.empty() || text == "then" || text == "do") return;
  std::string category;
  if (text.starts_with("CATEGORY=")) {
    const auto blank = text.find(' ');
    if (blank != std::string_view::npos) {
      const auto value = shell_.value(text.substr(9, blank - 9));
      category = value ? value->text : "";
      text = base::trim(text.substr(blank));
    }
  }
  if (text.starts_with("run_test ")) return command(category, text.substr(9), line.number);
  if (const auto found = functions_.find(line.text); found != functions_.end())
    return run(found->second.first, found->second.second, depth + 1);
  if (text.find("ARCH64STR\" | grep") != std::string_view::npos) {
    // The script greps for a part of the list, so that "ppc" matches "ppc64"; a 32-bit machine is
    // not meant.
    shell_.set("VADDR64", machine_.arch == model::Arch::ppc32 ? "0" : "1");
    return;
  }
  if (text.starts_with("mount -t hugetlbfs")) {
    hugetlbfs_ = true;
    return;
  }
  if (setting(text) || assignment(text) || harmless(text)) return;
  unknown(line, "a line that cannot be read");
}

// `echo VALUE > /proc/sys/...` holds for the tests that follow; writing back what was read ends it.
bool Reader::setting(std::string_view text) {
  const auto at = text.find("/proc/sys/");
  const auto echo = text.find("echo ");
  if (at == std::string_view::npos || echo == std::string_view::npos || echo > 1 || echo > at)
    return false;
  const auto arrow = text.find_first_of(">|", echo);
  if (arrow == std::string_view::npos || arrow > at) return false;
  std::size_t end = at;
  while (end < text.size() && !std::isspace(static_cast<unsigned char>(text[end])) &&
         text[end] != ')')
    ++end;
  const std::string path(text.substr(at, end - at));
  const auto value = shell_.value(base::trim(text.substr(echo + 5, arrow - echo - 5)));
  if (!value) return false;
  const bool restored = value->text.starts_with("@") || value->text.empty();
  if (restored)
    settings_.erase(path);
  else if (path.find("/yama/") == std::string::npos &&  // not every kernel has it; tests do without
           !path.ends_with("drop_caches") && !path.ends_with("compact_memory"))
    settings_[path] = value->text;
  return true;
}

bool Reader::assignment(std::string_view text) {
  for (std::string_view word : {"local ", "export "})
    if (text.starts_with(word)) text = base::trim(text.substr(word.size()));
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || !is_name(text.substr(0, equals))) return false;
  const std::string name(text.substr(0, equals));
  const auto right = text.substr(equals + 1);
  if (name == "RUN_ALL") {
    shell_.set(name, machine_.run_all ? "true" : "false");
  } else if (name == "RUN_DESTRUCTIVE") {
    shell_.set(name, machine_.destructive ? "true" : "false");
  } else if (name == "ARCH") {
    return true;  // known already
  } else if (right.starts_with("(") && right.ends_with(")")) {
    auto values = shell_.words(right.substr(1, right.size() - 2));
    if (!values) return false;
    shell_.set_array(name, std::move(*values));
  } else {
    auto value = shell_.value(right);
    if (!value) return false;
    const bool varies = machine_branches_ > 0 || value->label.find('{') != std::string::npos;
    if (varies) value->label = "{" + name + "}";
    shell_.set(name, std::move(*value));
  }
  return true;
}

void Reader::command(std::string_view category, std::string_view rest, int line) {
  if (list_.commands.size() >= kMostCommands) return;
  auto words = shell_.words(rest);
  if (!words) return unknown({line, std::string(rest)}, "a command that cannot be read");
  VmtestCommand command;
  command.category = category;
  command.line = line;
  std::size_t first = 0;
  if (words->size() > 2 && (*words)[0].text == "sudo" && (*words)[1].text == "-u") {
    command.run_as = (*words)[2].text;
    first = 3;
  }
  if (first + 1 < words->size() && (*words)[first].text == "sh" && (*words)[first + 1].text == "-c")
    first += 2;
  if (first < words->size() && (*words)[first].text == "bash") ++first;
  if (first >= words->size())
    return unknown({line, std::string(rest)}, "a command without a program");
  command.program = (*words)[first].text;
  if (command.program.starts_with("./")) command.program.erase(0, 2);
  command.needs_shell = command.program.ends_with(".sh");
  std::string id = command.program;
  for (std::size_t i = first + 1; i < words->size(); ++i) {
    command.arguments.push_back((*words)[i].text);
    id += " " + (*words)[i].label;
  }
  if (id.ends_with(" " + std::string(kScratch))) id.resize(id.size() - kScratch.size() - 1);
  command.id = ids_.unique(bounded_text(id));
  command.needs = needs_of_program(command.program, command.arguments, machine_);
  command.needs_hugetlbfs = hugetlbfs_ && rest.find("\"$mnt\"") != std::string_view::npos;
  for (const auto& [path, value] : settings_) {
    const auto pages = path == "/proc/sys/vm/nr_hugepages" ? base::parse_int(value) : std::nullopt;
    if (!pages) command.needs.settings[path] = value;
    // An exact pool: it replaces what the table would reserve.
    else if (machine_.hugepage_bytes > 0 && !command.needs.hugepages.empty())
      command.needs.hugepages = {{machine_.hugepage_bytes, -1,
                                  static_cast<std::uint64_t>(std::max<std::int64_t>(*pages, 0))}};
  }
  list_.commands.push_back(std::move(command));
}

}  // namespace

VmtestList read_run_vmtests(std::string_view script, const std::string& file,
                            const VmtestMachine& machine) {
  return Reader(script, file, machine).read();
}

}  // namespace ktap
