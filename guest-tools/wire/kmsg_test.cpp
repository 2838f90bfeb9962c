// SPDX-License-Identifier: Apache-2.0
#include "wire/kmsg.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

wire_bytes bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<std::uint32_t>(text.size())};
}
std::string str(wire_bytes b) { return {reinterpret_cast<const char*>(b.data), b.length}; }

TEST(Kmsg, RecordsAreSplitWithTheirDictionaries) {
  const std::string text =
      "6,339,5140900,-;NET: Registered protocol family 10\n"
      "30,340,5690716,c,caller=T1;udevd[80]: starting\n"
      " SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n"
      "4,341,5690717,-;";
  wire_bytes rest = bytes(text);
  kmsg_record r;
  ASSERT_EQ(kmsg_next(&rest, &r), KMSG_RECORD);
  EXPECT_EQ(r.priority, 6u);
  EXPECT_EQ(r.sequence, 339u);
  EXPECT_EQ(r.time_us, 5140900u);
  EXPECT_EQ(str(r.text), "NET: Registered protocol family 10");
  EXPECT_EQ(r.dictionary.length, 0u);
  ASSERT_EQ(kmsg_next(&rest, &r), KMSG_RECORD);
  EXPECT_TRUE(r.continued);
  EXPECT_EQ(str(r.dictionary), " SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n");
  ASSERT_EQ(kmsg_next(&rest, &r), KMSG_RECORD);
  EXPECT_EQ(r.text.length, 0u);
  EXPECT_EQ(kmsg_next(&rest, &r), KMSG_END);
}

TEST(Kmsg, ALineThatIsNoRecordIsHandedOut) {
  const std::string text = "nonsense\n99999999999,1,2,-;too large a priority\n6,1,2\n6,1,2,-;fine\n";
  wire_bytes rest = bytes(text);
  kmsg_record r;
  ASSERT_EQ(kmsg_next(&rest, &r), KMSG_BAD);
  EXPECT_EQ(str(r.text), "nonsense");
  EXPECT_EQ(kmsg_next(&rest, &r), KMSG_BAD);
  EXPECT_EQ(kmsg_next(&rest, &r), KMSG_BAD);
  EXPECT_EQ(str(r.text), "6,1,2");
  ASSERT_EQ(kmsg_next(&rest, &r), KMSG_RECORD);
  EXPECT_EQ(str(r.text), "fine");
}

TEST(Kmsg, EscapesAreUndone) {
  const std::string text = "a\\x0ab\\x5cx \\xZZ \\x4";
  std::uint8_t out[64];
  const std::uint32_t n = kmsg_unescape(bytes(text), out);
  EXPECT_EQ(std::string(reinterpret_cast<char*>(out), n), "a\nb\\x \\xZZ \\x4");
}

}  // namespace
