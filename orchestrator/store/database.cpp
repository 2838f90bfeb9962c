// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <thread>

#include "store/schema.h"

namespace store {
namespace {

constexpr int kBusyMs = 30'000;
constexpr std::size_t kNamesKept = 50'000;

SQLite::Database open_file(const std::filesystem::path& file) {
  try {
    return SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMs);
  } catch (const SQLite::Exception& error) {
    throw base::InfraError(fmt::format("cannot open the store {}: {}", file.string(), error.what()),
                           "choose another place with --results DIR, or make this one writable");
  }
}

std::string hint_for(int code, const std::filesystem::path& file) {
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fmt::format(
          "the file is damaged; nothing was changed. Move it aside (mv {0} {0}.damaged), and save "
          "what "
          "can be read with: sqlite3 {0}.damaged .recover | sqlite3 {0}",
          file.string());
    case SQLITE_FULL:
      return "the disk is full: make room (vmlab cache gc) and use --resume; what was reported is "
             "kept";
    case SQLITE_IOERR:
      return "reading or writing failed: look for a full or failing disk; what was reported is "
             "kept";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process has held the store for 30 s: see who with `fuser results.db`";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "choose another place with --results DIR, or make this one writable";
    default:
      return {};
  }
}

}  // namespace

Database::Database(const std::filesystem::path& file) : file_(file), db_(open_file(file)) {
  try {
    configure();
    migrate();
  } catch (const SQLite::Exception& error) {
    throw_infra("opening", error);
  }
}

void Database::configure() {
  // Two processes that switch a new file to WAL at once: one is refused at once in spite of the
  // busy timeout.
  for (int tries = 0;; ++tries) {
    try {
      db_.exec("PRAGMA journal_mode=WAL");
      break;
    } catch (const SQLite::Exception& error) {
      if ((error.getErrorCode() & 0xFF) != SQLITE_BUSY || tries == 200) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
  }
  // In WAL mode NORMAL writes each commit to the log without a flush: it survives the death of the
  // process, not of the machine. checkpoint() flushes.
  db_.exec("PRAGMA synchronous=NORMAL");
  db_.exec("PRAGMA foreign_keys=ON");
  // A text in the schema or a view must not call functions with side effects.
  db_.exec("PRAGMA trusted_schema=OFF");
}

void Database::migrate() {
  const int known = static_cast<int>(migrations().size());
  const auto version = [&] { return db_.execAndGet("PRAGMA user_version").getInt(); };
  if (version() == known) return;
  SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
  int at = version();  // again: another process may have migrated while this one waited
  if (at > known)
    throw base::InfraError(fmt::format("the store {} has schema version {}, this vmlab knows {}",
                                       file_.string(), at, known),
                           "it was written by a newer vmlab: update, or use another --results DIR");
  if (at == 0 && db_.execAndGet("SELECT count(*) FROM sqlite_master").getInt() > 0)
    throw base::InfraError(fmt::format("{} is a database, but not vmlab's", file_.string()),
                           "use another --results DIR");
  for (; at < known; ++at) db_.exec(std::string(migrations()[static_cast<std::size_t>(at)]));
  db_.exec(fmt::format("PRAGMA user_version={}", known));
  db_.exec(fmt::format("PRAGMA application_id={}", kApplicationId));
  transaction.commit();
}

SQLite::Statement& Database::statement(const char* sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) found = statements_.try_emplace(sql, db_, sql).first;
  found->second.tryReset();
  found->second.clearBindings();
  return found->second;
}

std::int64_t Database::name_id(const std::string& text) {
  if (const auto known = names_.find(text); known != names_.end()) return known->second;
  std::int64_t id = 0;
  auto& find = statement("SELECT name_id FROM names WHERE text = ?");
  find.bind(1, text);
  if (find.executeStep()) {
    id = find.getColumn(0).getInt64();
  } else {
    auto& add = statement("INSERT INTO names (text) VALUES (?)");
    add.bind(1, text);
    add.exec();
    id = db_.getLastInsertRowid();
  }
  if (names_.size() >= kNamesKept) names_.clear();
  names_.emplace(text, id);
  return id;
}

void Database::checkpoint() { db_.exec("PRAGMA wal_checkpoint(PASSIVE)"); }

void Database::damaged(std::string_view what) const {
  throw base::InfraError(fmt::format("the store {} is damaged: {}", file_.string(), what),
                         hint_for(SQLITE_CORRUPT, file_));
}

void Database::throw_infra(std::string_view doing, const SQLite::Exception& error) const {
  throw base::InfraError(fmt::format("{} in the store {}: {}", doing, file_.string(), error.what()),
                         hint_for(error.getErrorCode(), file_));
}

}  // namespace store
