// SPDX-License-Identifier: Apache-2.0
// Which mails of a folder or mailbox are the series: answers, covers, older versions and doubles told from patches.
// Pure. Private to the room.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/patch_message.h"

namespace kernel {

struct Chosen {
  std::vector<Message> patches;  // in order
  std::optional<Message> cover;
  int version = 1;
  std::vector<std::string> remarks;
};

// `name`: of the folder or mailbox, for messages.
std::expected<Chosen, base::Diagnostics> choose_messages(const std::string& name, std::vector<Message> messages);

// "mm: x" of "[PATCH v3 7/16] [TEMPORARY] mm: x".
std::string plain_subject(std::string_view subject);
// 3 of "[RFC PATCHv3 7/16] ..."; 1 where none is named.
int version_of_subject(std::string_view subject);
bool is_answer(std::string_view subject);
// The words by which a subject says that its patch is not meant to stay ("[DONOTMERGE]", "TEMPORARY: ..."), as they
// stand there; empty: none.
std::string temporary_words(std::string_view subject);

}  // namespace kernel
