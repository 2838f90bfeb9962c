// SPDX-License-Identifier: Apache-2.0
// JSON: the contract's list of metrics, or an object with a title around it.
#include <algorithm>

#include "base/text.h"
#include "compare/samples/draft.h"
#include "compare/samples/json_tree.h"

namespace compare {
namespace {

using Kind = JsonNode::Kind;

class Reader {
 public:
  Reader(Drafts& drafts, SampleFile& head) : drafts_(drafts), head_(head) {}

  void root(const JsonNode& node) {
    if (node.kind == Kind::array) return metrics(node);
    if (node.kind != Kind::object)
      return unlike(node, "a list of metrics", "[{\"metric\": \"fork\", ...}]");
    const JsonNode* list = nullptr;
    for (const JsonNode& member : node.items) {
      if (member.key == "metrics")
        list = &member;
      else if (member.key == "title" || member.key == "before" || member.key == "after")
        text(member, member.key == "title"    ? head_.title
                     : member.key == "before" ? head_.before
                                              : head_.after);
    }
    if (list == nullptr)
      return drafts_.wrong(node.offset, "an object without \"metrics\"",
                           "{\"metrics\": [{\"metric\": \"fork\", ...}]}, or the list alone");
    metrics(*list);
  }

 private:
  void unlike(const JsonNode& node, std::string_view wanted, std::string_view right) {
    std::string what(node.key.empty() ? "" : "\"" + base::printable(node.key) + "\" is ");
    drafts_.wrong(node.offset,
                  fmt::format("{}{}, where {} belongs", what, describe(node.kind), wanted),
                  std::string(right));
  }

  bool text(const JsonNode& node, std::string& out) {
    if (node.kind == Kind::null) return false;
    if (node.kind != Kind::string) {
      unlike(node, "a text", "put it in double quotes");
      return false;
    }
    out = node.text;
    return true;
  }

  void metrics(const JsonNode& list) {
    if (list.kind != Kind::array)
      return unlike(list, "a list of metrics", "[{\"metric\": \"fork\", ...}]");
    if (!list.numbers.empty())
      return drafts_.wrong(list.offset, "a list with bare numbers, where metrics belong",
                           "[{\"metric\": \"fork\", \"before\": [1, 2], ...}]");
    for (const JsonNode& item : list.items) {
      if (item.kind == Kind::object)
        metric(item);
      else
        unlike(item, "a metric",
               "{\"metric\": \"fork\", \"better\": \"lower\", \"clock\": \"wall\", \"before\": [1, "
               "2], \"after\": [1, 2]}");
    }
  }

  void metric(const JsonNode& node) {
    const auto named = std::ranges::find(node.items, "metric", &JsonNode::key);
    std::string name;
    if (named == node.items.end())
      return drafts_.wrong(node.offset, "a metric without \"metric\", its name",
                           "\"metric\": \"fork\"");
    if (named->kind != Kind::string) return unlike(*named, "a text", "\"metric\": \"fork\"");
    name = named->text;
    Draft& draft = drafts_.add(name, named->offset);
    draft.offset = node.offset;
    for (const JsonNode& member : node.items) {
      if (std::ranges::find(node.items, member.key, &JsonNode::key)->offset != member.offset)
        drafts_.wrong(member.key_offset,
                      "\"" + base::printable(member.key) + "\" is here for the second time",
                      "each key once");
      else if (member.key != "metric")
        this->member(draft, member);
    }
  }

  void member(Draft& draft, const JsonNode& node) {
    if (node.kind == Kind::null) return;  // as good as absent
    if (node.key == "before" || node.key == "after") {
      if (auto found = side(node))
        drafts_.extend(draft, node.key == "after", std::move(*found), node.offset);
      return;
    }
    const std::string key = node.key == "kind"        ? "clock"
                            : node.key == "direction" ? "better"
                                                      : node.key;
    if (key == "band") {
      if (node.kind != Kind::number && node.kind != Kind::string)
        return unlike(node, "a number", "a relative width: 0.0012 is 0.12%");
      drafts_.set(draft, key, node.text, node.offset);
      return;
    }
    if (std::ranges::find(metric_keys(), key) != metric_keys().end()) {
      std::string value;
      if (text(node, value)) drafts_.set(draft, key, value, node.offset);
      return;
    }
    // Other keys are the writer's own, unless they look like a slip of the pen.
    if (const auto near = base::nearest(key, metric_keys()))
      drafts_.wrong(node.key_offset, "there is no key \"" + base::printable(node.key) + "\"",
                    "did you mean \"" + *near + "\"?");
  }

  std::optional<Side> side(const JsonNode& node) {
    if (node.kind == Kind::array) {
      for (const JsonNode& item : node.items) not_a_value(item);
      return node.items.empty() ? std::optional<Side>(node.numbers) : std::nullopt;
    }
    if (node.kind != Kind::object) {
      unlike(node, "a list of numbers or mean, sd and n",
             "[8372, 8384] or {\"mean\": 8378, \"sd\": 6, \"n\": 2}");
      return std::nullopt;
    }
    const auto mean = part(node, "mean"), sd = part(node, "sd"), n = part(node, "n");
    if (!mean || !sd || !n) return std::nullopt;
    const auto known = drafts_.mean_from(*mean, *sd, *n, node.offset);
    return known ? std::optional<Side>(*known) : std::nullopt;
  }

  void not_a_value(const JsonNode& item) {
    if (item.too_large)
      drafts_.number_from(item.text, item.offset);
    else if (item.kind == Kind::string)
      drafts_.wrong(item.offset, "a text, where a number belongs", "numbers stand without quotes");
    else
      unlike(item, "a number",
             item.kind == Kind::null ? "leave out what was not measured" : "[8372, 8384, 8392]");
  }

  std::optional<double> part(const JsonNode& node, std::string_view key) {
    const auto found = std::ranges::find(node.items, key, &JsonNode::key);
    if (found == node.items.end()) {
      drafts_.wrong(node.offset,
                    fmt::format("\"{}\" without \"{}\"", base::printable(node.key), key),
                    "{\"mean\": 8378, \"sd\": 6, \"n\": 2}, or the list of values");
      return std::nullopt;
    }
    if (found->kind != Kind::number || found->too_large) {
      not_a_value(*found);
      return std::nullopt;
    }
    return found->number;
  }

  Drafts& drafts_;
  SampleFile& head_;
};

}  // namespace

void read_json(std::string_view text, const std::string& file, Drafts& drafts, SampleFile& head) {
  auto tree = parse_json(text, file);
  if (tree)
    Reader(drafts, head).root(*tree);
  else
    drafts.add_mistake(std::move(tree.error()));
}

}  // namespace compare
