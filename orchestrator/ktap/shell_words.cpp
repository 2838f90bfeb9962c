// SPDX-License-Identifier: Apache-2.0
#include "ktap/shell_words.h"

#include <cctype>

#include "base/text.h"

namespace ktap {
namespace {

constexpr std::size_t kLongestWord = 1 << 16;  // x=$x$x doubles with every line

bool name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

// Index of the ')' that closes the '(' at `open`; npos when there is none.
std::size_t closing(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// A recursive-descent calculator over + - * / and parentheses, bounded in depth.
class Calculator {
 public:
  Calculator(std::string_view text, const std::map<std::string, ShellWord>& variables)
      : text_(text), variables_(variables) {}

  std::optional<std::int64_t> run() {
    auto result = sum(0);
    skip();
    if (at_ != text_.size()) return std::nullopt;
    return result;
  }

 private:
  using Value = std::optional<std::int64_t>;

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  Value sum(int depth) {
    Value left = product(depth);
    while (left && (peek() == '+' || peek() == '-')) {
      const char op = text_[at_++];
      const Value right = product(depth);
      std::int64_t out = 0;
      const bool overflow = !right || (op == '+' ? __builtin_add_overflow(*left, *right, &out)
                                                 : __builtin_sub_overflow(*left, *right, &out));
      left = overflow ? Value{} : Value{out};
    }
    return left;
  }

  Value product(int depth) {
    Value left = atom(depth);
    while (left && (peek() == '*' || peek() == '/')) {
      const char op = text_[at_++];
      const Value right = atom(depth);
      std::int64_t out = 0;
      if (!right || (op == '/' && (*right == 0 || *right == -1))) return std::nullopt;
      if (op == '/')
        out = *left / *right;
      else if (__builtin_mul_overflow(*left, *right, &out))
        return std::nullopt;
      left = out;
    }
    return left;
  }

  Value atom(int depth) {
    if (depth > 50) return std::nullopt;
    const char c = peek();
    if (c == '(') {
      ++at_;
      const Value inner = sum(depth + 1);
      if (peek() != ')') return std::nullopt;
      ++at_;
      return inner;
    }
    if (c == '$') ++at_;
    const std::size_t start = at_;
    while (at_ < text_.size() && name_char(text_[at_])) ++at_;
    const std::string word(text_.substr(start, at_ - start));
    if (word.empty()) return std::nullopt;
    if (!name_start(word[0])) return base::parse_int(word);
    const auto found = variables_.find(word);
    return found == variables_.end() ? Value{} : base::parse_int(found->second.text);
  }

  std::string_view text_;
  const std::map<std::string, ShellWord>& variables_;
  std::size_t at_ = 0;
};

}  // namespace

// The words so far and the one being built.
struct ShellWords::Output {
  std::vector<ShellWord> words;
  ShellWord word;
  bool started = false;

  void add(std::string_view text, std::string_view label) {
    started = true;
    if (word.text.size() + text.size() > kLongestWord) return;
    word.text += text;
    word.label += label;
  }
  void end() {
    if (!started) return;
    words.push_back(std::move(word));
    word = {};
    started = false;
  }
  // An unquoted expansion is split at blanks; text and label are split alike.
  void add_split(const ShellWord& value) {
    const auto texts = base::split_words(value.text);
    auto labels = base::split_words(value.label);
    if (labels.size() != texts.size()) labels = texts;
    if (!value.text.empty() && std::isspace(static_cast<unsigned char>(value.text.front()))) end();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i > 0) end();
      add(texts[i], labels[i]);
    }
    if (!texts.empty() && std::isspace(static_cast<unsigned char>(value.text.back()))) end();
  }
};

void ShellWords::set(const std::string& name, std::string text, bool from_machine) {
  ShellWord value{text, from_machine ? "{" + name + "}" : text};
  variables_[name] = std::move(value);
}
void ShellWords::set(const std::string& name, ShellWord value) {
  variables_[name] = std::move(value);
}
void ShellWords::set_array(const std::string& name, std::vector<ShellWord> values) {
  arrays_[name] = std::move(values);
}

std::string ShellWords::text_of(const std::string& name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? "" : found->second.text;
}

void ShellWords::set_command(const std::string& command, std::string output, bool from_machine) {
  commands_[command] = {output, from_machine ? "{" + command + "}" : output};
}

std::optional<std::vector<ShellWord>> ShellWords::words(std::string_view text) const {
  Output out;
  if (!expand(text, out, true)) return std::nullopt;
  out.end();
  return out.words;
}

std::optional<ShellWord> ShellWords::value(std::string_view text) const {
  Output out;
  if (!expand(text, out, false)) return std::nullopt;
  return out.word;
}

std::optional<std::int64_t> ShellWords::arithmetic(std::string_view text) const {
  return Calculator(text, variables_).run();
}

bool ShellWords::from_machine(std::string_view expression) const {
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (!name_start(expression[i])) continue;
    std::size_t end = i;
    while (end < expression.size() && name_char(expression[end])) ++end;
    const auto found = variables_.find(std::string(expression.substr(i, end - i)));
    if (found != variables_.end() && found->second.label.find('{') != std::string::npos)
      return true;
    i = end;
  }
  return false;
}

bool ShellWords::expand(std::string_view text, Output& out, bool split) const {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\'') {
      if (c == '\'')
        quote = '\0';
      else
        out.add(text.substr(i, 1), text.substr(i, 1));
    } else if (c == '$' && i + 1 < text.size()) {
      if (!expand_dollar(text, i, out, quote == '"' || !split)) return false;
    } else if (c == '"' || (c == '\'' && quote == '\0')) {
      quote = quote == c ? '\0' : c;
      out.started = true;
    } else if (c == '\\' && i + 1 < text.size()) {
      ++i;
      out.add(text.substr(i, 1), text.substr(i, 1));
    } else if (split && quote == '\0' && std::isspace(static_cast<unsigned char>(c))) {
      out.end();
    } else {
      out.add(text.substr(i, 1), text.substr(i, 1));
    }
  }
  return quote == '\0';
}

// At a '$': leaves `at` on the last character of the expansion.
bool ShellWords::expand_dollar(std::string_view text, std::size_t& at, Output& out,
                               bool quoted) const {
  const auto put = [&](const ShellWord& value) {
    if (quoted)
      out.add(value.text, value.label);
    else
      out.add_split(value);
  };
  const auto rest = text.substr(at + 1);
  if (rest.starts_with("((")) {
    const auto end = closing(rest, 0);
    if (end == std::string_view::npos || end < 3) return false;
    const auto expression = rest.substr(2, end - 3);
    const auto number = arithmetic(expression);
    ShellWord value{number ? std::to_string(*number) : "@unknown", {}};
    value.label = from_machine(expression) ? "{}" : value.text;
    put(value);
    at += 1 + end;
    return true;
  }
  if (rest.starts_with("(")) {
    const auto end = closing(rest, 0);
    if (end == std::string_view::npos) return false;
    const std::string command(base::trim(rest.substr(1, end - 1)));
    const auto found = commands_.find(command);
    put(found == commands_.end() ? ShellWord{"@" + command, "@" + command} : found->second);
    at += 1 + end;
    return true;
  }
  if (rest.starts_with("{")) {
    const auto end = rest.find('}');
    if (end == std::string_view::npos) return false;
    auto inner = rest.substr(1, end - 1);
    at += 1 + end;
    if (inner.ends_with("[@]")) {
      const auto found = arrays_.find(std::string(inner.substr(0, inner.size() - 3)));
      if (found == arrays_.end()) return true;
      for (std::size_t i = 0; i < found->second.size(); ++i) {
        if (i > 0) out.end();
        out.add(found->second[i].text, found->second[i].label);
      }
      return true;
    }
    std::string_view otherwise;
    if (const auto colon = inner.find(":-"); colon != std::string_view::npos) {
      otherwise = inner.substr(colon + 2);
      inner = inner.substr(0, colon);
    }
    const auto found = variables_.find(std::string(inner));
    if (found != variables_.end() && !found->second.text.empty())
      put(found->second);
    else if (!otherwise.empty())
      put({std::string(otherwise), std::string(otherwise)});
    return true;
  }
  std::size_t end = 0;
  if (!rest.empty() && name_start(rest[0]))
    while (end < rest.size() && name_char(rest[end])) ++end;
  if (end == 0) {  // "$1", "$*", "$?": nothing this reader knows
    if (!rest.empty() &&
        std::string_view("*@?#$!0123456789").find(rest[0]) != std::string_view::npos)
      ++at;
    else
      out.add("$", "$");
    return true;
  }
  if (const auto found = variables_.find(std::string(rest.substr(0, end)));
      found != variables_.end())
    put(found->second);
  at += end;
  return true;
}

}  // namespace ktap
