// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/port_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "async/process.h"

namespace guest {
namespace {

using namespace std::chrono_literals;

class PortFileTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pair = async::socket_pair().value();
    ours_ = std::move(pair.first);
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC | O_NONBLOCK), 0);
    orders_ = base::UniqueFd(pipe[0]);
    port_.emplace(PortFile::open(loop_.get_executor(), file_, std::move(pair.second), base::UniqueFd(pipe[1])).value());
    port_->carry([this] { return gone_; });
  }

  void says(const std::string& text) { std::ofstream(file_, std::ios::app) << text; }

  // What has arrived in the session's socket; `closed_` once it is at its end.
  std::string heard(std::chrono::milliseconds patience = 50ms) {
    loop_.restart();
    loop_.run_for(patience);
    std::string out;
    char block[4096];
    ssize_t n = 0;
    while ((n = ::read(ours_.get(), block, sizeof block)) > 0) out.append(block, static_cast<std::size_t>(n));
    closed_ = n == 0;
    return out;
  }

  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "port").value();
  base::fs::path file_ = folder_.path() / kTranscriptFile;
  async::asio::io_context loop_;
  base::UniqueFd ours_, orders_;
  std::optional<PortFile> port_;
  bool gone_ = false, closed_ = false;
};

}  // namespace

TEST_F(PortFileTest, CarriesWhatTheGuestSaysAndKeepsIt) {
  says("one ");
  EXPECT_EQ(heard(), "one ");
  says("two");
  EXPECT_EQ(heard(), "two");
  EXPECT_FALSE(closed_);
  gone_ = true;
  says(" last");
  EXPECT_EQ(heard(), " last");
  EXPECT_TRUE(closed_);
  EXPECT_EQ(base::read_file(file_), "one two last");
}

TEST_F(PortFileTest, LosesNothingToASlowReader) {
  const std::string much(5 << 20, 'x');
  says(much);
  gone_ = true;
  std::size_t got = 0;
  for (int i = 0; i < 2000 && !closed_; ++i) got += heard(10ms).size();
  EXPECT_TRUE(closed_);
  EXPECT_EQ(got, much.size());
}

TEST_F(PortFileTest, TakesOrdersTheOtherWay) {
  ASSERT_EQ(::write(ours_.get(), "kill", 4), 4);
  heard();
  char block[16];
  EXPECT_EQ(::read(orders_.get(), block, sizeof block), 4);
}

TEST_F(PortFileTest, OutlivesASessionThatHasGone) {
  ours_.reset();
  says("words");
  gone_ = true;
  loop_.run_for(50ms);
  SUCCEED();
}

}  // namespace guest
