// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "kernel/kconfig.h"

namespace kernel {
namespace {

// expr := and ("||" and)*; and := not ("&&" not)*; not := "!" not | "(" expr ")" | operand [op
// operand]. Evaluates and collects what stands in the way at once.
class Expression {
 public:
  Expression(std::string_view text, const ConfigValues& values) : text_(text), values_(values) {}

  struct Value {
    int tristate = 0;
    std::vector<std::string> blockers;  // empty when the value is y
  };

  Value parse() { return parse_or(); }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool accept(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    if (token == "!" && text_.substr(at_).starts_with("!=")) return false;
    at_ += token.size();
    return true;
  }
  std::string operand() {
    skip_blanks();
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      const char quote = text_[at_++];
      const std::size_t end = std::min(text_.find(quote, at_), text_.size());
      std::string word(text_.substr(at_, end - at_));
      at_ = std::min(end + 1, text_.size());
      return "\"" + word;
    }
    // $(cc-option,...) and other macros: kconfig expands them by running the compiler; taken as y.
    if (text_.substr(at_).starts_with("$(")) {
      int depth = 0;
      do {
        if (text_[at_] == '(') ++depth;
        if (text_[at_] == ')') --depth;
        ++at_;
      } while (at_ < text_.size() && depth > 0);
      return "y";
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  text_[at_] == '_' || text_[at_] == '.' || text_[at_] == '-'))
      ++at_;
    if (at_ == start && at_ < text_.size()) ++at_;  // an unknown character must not loop for ever
    return std::string(text_.substr(start, at_ - start));
  }
  std::string value_of(const std::string& word) const {
    if (word.starts_with('"')) return word.substr(1);
    if (word == "y" || word == "m" || word == "n") return word;
    const auto it = values_.find(word);
    if (it == values_.end())
      return !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) ? word : "n";
    std::string value = it->second;
    if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  static Value truth(bool holds, std::string blocker) {
    return holds ? Value{2, {}} : Value{0, {std::move(blocker)}};
  }

  Value parse_not() {
    if (depth_ > 200) return {};
    if (accept("!")) {
      skip_blanks();
      const std::size_t start = at_;
      ++depth_;
      const Value inner = parse_not();
      --depth_;
      const int value = 2 - inner.tristate;
      return {value,
              value == 2
                  ? std::vector<std::string>{}
                  : std::vector{"!" + std::string(base::trim(text_.substr(start, at_ - start)))}};
    }
    if (accept("(")) {
      ++depth_;
      Value inner = parse_or();
      --depth_;
      accept(")");
      return inner;
    }
    const std::string left = operand();
    for (std::string_view op : {"!=", "<=", ">=", "=", "<", ">"}) {
      if (!accept(op)) continue;
      const std::string right = operand();
      const std::string a = value_of(left), b = value_of(right);
      const auto x = base::parse_int(a), y = base::parse_int(b);
      const int order = x && y ? (*x < *y ? -1 : *x > *y) : a.compare(b);
      const bool holds = op == "!="   ? order != 0
                         : op == "<=" ? order <= 0
                         : op == ">=" ? order >= 0
                         : op == "="  ? order == 0
                         : op == "<"  ? order < 0
                                      : order > 0;
      return truth(holds, left + std::string(op) + right);
    }
    const std::string value = value_of(left);
    const int tristate = value == "y" ? 2 : value == "m" ? 1 : 0;
    return {tristate, tristate == 2 ? std::vector<std::string>{} : std::vector{left}};
  }
  Value parse_and() {
    Value value = parse_not();
    while (accept("&&")) {
      Value next = parse_not();
      value.tristate = std::min(value.tristate, next.tristate);
      value.blockers.insert(value.blockers.end(), next.blockers.begin(), next.blockers.end());
    }
    return value;
  }
  Value parse_or() {
    Value value = parse_and();
    while (accept("||")) {
      Value next = parse_and();
      value.tristate = std::max(value.tristate, next.tristate);
      value.blockers.insert(value.blockers.end(), next.blockers.begin(), next.blockers.end());
    }
    if (value.tristate == 2) value.blockers.clear();
    return value;
  }

  std::string_view text_;
  const ConfigValues& values_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

int evaluate(std::string_view expression, const ConfigValues& values) {
  return Expression(expression, values).parse().tristate;
}

std::vector<std::string> blockers(std::string_view expression, const ConfigValues& values) {
  return Expression(expression, values).parse().blockers;
}

}  // namespace kernel
