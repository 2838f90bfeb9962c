// SPDX-License-Identifier: Apache-2.0
// results.db as an open SQLite connection: settings, migrations, interned names, and every SQLite
// error turned into an InfraError that says what to do. Only this room includes it.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"

namespace store {

class Database {
 public:
  explicit Database(const std::filesystem::path& file);

  // Runs `work` under the connection's mutex.
  template <class Work>
  auto read(std::string_view doing, Work&& work) {
    const std::scoped_lock lock(mutex_);
    const ResetsStatements reset(*this);
    try {
      return work();
    } catch (const SQLite::Exception& error) {
      throw_infra(doing, error);
    }
  }

  // Runs `work` in a transaction that holds the write lock from its start, so that it never has to
  // be repeated half-way; commits, or rolls everything back.
  template <class Work>
  auto write(std::string_view doing, Work&& work) {
    return read(doing, [&] {
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      const RollbackForgets forget(*this);
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        transaction.commit();
        names_are_committed_ = true;
      } else {
        auto result = work();
        transaction.commit();
        names_are_committed_ = true;
        return result;
      }
    });
  }

  // A prepared statement, reset and with nothing bound; kept from call to call.
  SQLite::Statement& statement(const char* sql);
  // The number of `text` in the table `names`; adds it. Only inside write().
  std::int64_t name_id(const std::string& text);

  SQLite::Database& raw() { return db_; }
  // Moves the log into the database file and flushes it to disk, as far as readers allow.
  void checkpoint();
  [[noreturn]] void damaged(std::string_view what) const;

 private:
  // Names first seen in a transaction that did not commit do not exist.
  struct RollbackForgets {
    explicit RollbackForgets(Database& d) : database(d) { database.names_are_committed_ = false; }
    ~RollbackForgets() {
      if (!database.names_are_committed_) database.names_.clear();
    }
    Database& database;
  };

  // A statement that was stepped and not reset keeps its snapshot of the database open.
  struct ResetsStatements {
    explicit ResetsStatements(Database& d) : database(d) {}
    ~ResetsStatements() {
      for (auto& [sql, statement] : database.statements_) statement.tryReset();
    }
    Database& database;
  };

  [[noreturn]] void throw_infra(std::string_view doing, const SQLite::Exception& error) const;
  void configure();
  void migrate();

  std::filesystem::path file_;
  std::mutex mutex_;
  SQLite::Database db_;
  std::map<const char*, SQLite::Statement> statements_;  // by the literal's address
  std::unordered_map<std::string, std::int64_t> names_;
  bool names_are_committed_ = true;
};

}  // namespace store
