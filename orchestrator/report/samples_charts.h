// SPDX-License-Identifier: Apache-2.0
// The parts of the page of a comparison of samples. The page is built as a tree, so that no text
// can get out of its place; only samples_page.cpp and the charts include this.
#pragma once
#include <initializer_list>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "compare/samples/metric.h"

namespace report {

using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

// A new last element of `parent`, with text in it if there is any. Text and attributes are made
// safe.
pugi::xml_node element(pugi::xml_node parent, const char* name, Attributes attributes = {},
                       std::string_view text = {});
// A drawing of this size, which shrinks with the page; `what` says in words what it shows.
pugi::xml_node drawing(pugi::xml_node parent, double width, double height, std::string_view what);
// "12.25": for coordinates.
std::string at(double v);

// All deltas with their intervals below each other, on one scale.
void add_forest(pugi::xml_node parent, const compare::SampleComparison& comparison);
// One metric's values of both sides in the order of measurement.
void add_samples(pugi::xml_node parent, const compare::MetricVerdict& metric);
// Metrics of which the names differ only in a size at their end ("munmap 64K"): before and after
// over the size. Nothing when there are fewer than three of a kind.
void add_curves(pugi::xml_node parent, const compare::SampleComparison& comparison);

}  // namespace report
