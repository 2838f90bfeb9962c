// SPDX-License-Identifier: Apache-2.0
#include "kernel/kconfig.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace kernel {

// Walks the files; blocks (if, menu, choice) are a stack of expressions.
class KconfigReader {
 public:
  KconfigReader(KconfigTree& result, base::fs::path tree, std::string srcarch)
      : result_(result), tree_(std::move(tree)), srcarch_(std::move(srcarch)) {}

  void read(const std::string& file) {
    if (depth_ > 40 || !seen_.insert(file).second)
      return;  // no tree sources a file twice in two contexts
    auto text = base::read_file(tree_ / file, 16 << 20);
    if (!text) return;
    ++depth_;
    const auto lines = base::split_lines(*text);
    KconfigDefinition* current = nullptr;
    std::string symbol;
    std::size_t help_indent = 0;
    bool in_help = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string line(lines[i]);
      const int number = static_cast<int>(i) + 1;
      while (line.ends_with('\\') && i + 1 < lines.size()) {
        line.pop_back();
        line += lines[++i];
      }
      const std::string_view body = base::trim(line);
      const std::size_t indent = line.find_first_not_of(" \t");
      if (in_help) {
        if (body.empty()) continue;
        if (help_indent == 0) help_indent = indent + 1;
        if (indent + 1 >= help_indent && indent > 0) continue;
        in_help = false;
      }
      if (body.empty() || body.starts_with('#')) continue;
      const auto words = base::split_words(body);
      const std::string_view keyword = words[0];
      const std::string_view rest = base::trim(body.substr(keyword.size()));
      if (keyword == "help" || keyword == "---help---") {
        in_help = true;
        help_indent = 0;
      } else if ((keyword == "config" || keyword == "menuconfig") && words.size() > 1) {
        symbol = std::string(words[1]);
        auto& definitions = result_.symbols_[symbol].definitions;
        definitions.push_back({file, number, blocks_, false});
        current = &definitions.back();
        in_block_ = false;
      } else if (keyword == "if") {
        blocks_.emplace_back(rest);
        current = nullptr;
      } else if (keyword == "menu" || keyword == "choice") {
        blocks_.emplace_back();
        current = nullptr;
        in_block_ = true;
      } else if (keyword == "endif" || keyword == "endmenu" || keyword == "endchoice") {
        if (!blocks_.empty()) blocks_.pop_back();
        current = nullptr;
        in_block_ = false;
      } else if (keyword == "comment") {
        current = nullptr;
        in_block_ = false;
      } else if (keyword == "source") {
        source(rest);
        current = nullptr;
      } else if (keyword == "depends" && words.size() > 2) {
        const std::string expression(base::trim(rest.substr(2)));
        if (current)
          current->depends.push_back(expression);
        else if (in_block_ && !blocks_.empty())
          blocks_.back() += (blocks_.back().empty() ? "" : " && ") + ("(" + expression + ")");
      } else if (keyword == "select" && current && words.size() > 1) {
        result_.symbols_[std::string(words[1])].selected_by.push_back(symbol);
      } else if (current && (keyword == "prompt" ||
                             ((keyword == "bool" || keyword == "tristate" || keyword == "int" ||
                               keyword == "hex" || keyword == "string") &&
                              !rest.empty()))) {
        current->has_prompt = true;
      }
    }
    --depth_;
  }

 private:
  void source(std::string_view name) {
    std::string file(name);
    std::erase(file, '"');
    for (const char* variable : {"$(SRCARCH)", "$SRCARCH", "${SRCARCH}"})
      if (const std::size_t at = file.find(variable); at != file.npos)
        file.replace(at, std::string_view(variable).size(), srcarch_);
    if (!file.contains('$')) read(file);
  }

  KconfigTree& result_;
  base::fs::path tree_;
  std::string srcarch_;
  std::vector<std::string> blocks_;
  std::set<std::string> seen_;
  bool in_block_ = false;  // between "menu" or "choice" and its first entry
  int depth_ = 0;
};

ConfigValues parse_config_values(std::string_view text) {
  ConfigValues values;
  for (std::string_view line : base::split_lines(text)) {
    const std::size_t equals = line.find('=');
    if (!line.starts_with("CONFIG_") || equals == line.npos) continue;
    values[std::string(line.substr(7, equals - 7))] = std::string(line.substr(equals + 1));
  }
  return values;
}

KconfigTree KconfigTree::read(const base::fs::path& tree, const std::string& srcarch) {
  KconfigTree result;
  KconfigReader(result, tree, srcarch).read("Kconfig");
  return result;
}

const KconfigSymbol* KconfigTree::find(std::string_view name) const {
  const auto it = symbols_.find(name);
  return it == symbols_.end() || it->second.definitions.empty() ? nullptr : &it->second;
}

std::vector<std::string> KconfigTree::names() const {
  std::vector<std::string> names;
  for (const auto& [name, symbol] : symbols_)
    if (!symbol.definitions.empty()) names.push_back(name);
  return names;
}

std::string KconfigTree::why_not(std::string_view name, std::string_view wanted,
                                 const ConfigValues& values) const {
  const KconfigSymbol* symbol = find(name);
  if (!symbol) return "this tree has no such option for this architecture";
  const auto selectors = [&] {
    std::vector<std::string> on;
    for (const std::string& other : symbol->selected_by)
      if (const auto it = values.find(other); it != values.end() && it->second != "n")
        on.push_back("CONFIG_" + other);
    return on;
  };
  if (wanted == "n") {
    if (const auto on = selectors(); !on.empty())
      return fmt::format(
          "selected by {}",
          fmt::join(on.begin(), on.begin() + std::min<long>(5, std::ssize(on)), ", "));
  } else {
    std::vector<std::string> reasons;
    for (const KconfigDefinition& definition : symbol->definitions) {
      std::vector<std::string> unmet, off;
      for (const std::string& expression : definition.depends) {
        if (expression.empty() || evaluate(expression, values) == 2) continue;
        unmet.push_back(expression);
        for (std::string& name_off : blockers(expression, values))
          if (std::ranges::find(off, name_off) == off.end()) off.push_back(std::move(name_off));
      }
      if (unmet.empty()) {
        reasons.clear();
        break;
      }
      std::vector<std::string> states;
      for (const std::string& blocker : off) {
        const bool negated = blocker.starts_with('!');
        const std::string bare = negated ? blocker.substr(1) : blocker;
        const bool plain = bare.find_first_of("=<>! (&|\"") == bare.npos;
        if (!plain)
          states.push_back(fmt::format("{} does not hold", blocker));
        else if (negated)
          states.push_back(fmt::format("CONFIG_{} is on", bare));
        else
          states.push_back(fmt::format("CONFIG_{} is {}", bare,
                                       find(bare) ? "off" : "unknown to this architecture"));
      }
      reasons.push_back(fmt::format("depends on {}: {} ({}:{})", fmt::join(unmet, " && "),
                                    fmt::join(states, ", "), definition.file, definition.line));
    }
    if (!reasons.empty()) return fmt::format("{}", fmt::join(reasons, "; or "));
    const bool can_be_set = std::ranges::any_of(
        symbol->definitions, [](const KconfigDefinition& d) { return d.has_prompt; });
    if (!can_be_set && !symbol->selected_by.empty())
      return fmt::format("it cannot be set by hand; it is selected by {}",
                         fmt::join(symbol->selected_by.begin(),
                                   symbol->selected_by.begin() +
                                       std::min<long>(5, std::ssize(symbol->selected_by)),
                                   ", "));
  }
  const KconfigDefinition& definition = symbol->definitions.front();
  return fmt::format("another member of its choice, its range or its default decides ({}:{})",
                     definition.file, definition.line);
}

}  // namespace kernel
