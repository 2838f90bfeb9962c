// SPDX-License-Identifier: Apache-2.0
// The QEMU Machine Protocol over a stream socket (qemu/docs/interop/qmp-spec.rst): one JSON object a line,
// commands matched to answers by id, events in between.
#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "async/asio.h"
#include "base/error.h"
#include "base/file.h"

namespace guest {

struct QmpEvent {
  std::string name;  // "SHUTDOWN"
  boost::json::object data;
};

class Qmp {
 public:
  // Reads from now on; the greeting is answered with qmp_capabilities.
  Qmp(async::asio::any_io_executor executor, base::UniqueFd fd);
  ~Qmp();
  Qmp(const Qmp&) = delete;
  Qmp& operator=(const Qmp&) = delete;

  // The "return" member. Commands may overlap. Errors: QEMU's own, no answer within `limit`, connection lost.
  async::task<base::Result<boost::json::value>> execute(std::string command, boost::json::object arguments,
                                                        std::chrono::milliseconds limit);
  // Every event so far, oldest first; at most 1,000 are kept.
  const std::vector<QmpEvent>& events() const;
  // False once QEMU has closed its end and everything it said was read.
  bool open() const;
  // Completes when QEMU has closed its end or `limit` has passed: after that no event comes.
  async::task<void> closed(std::chrono::milliseconds limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace guest
