// SPDX-License-Identifier: Apache-2.0
// Rows of results.db to and from the model's structs. Only this room includes it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/run.h"
#include "store/database.h"

namespace store {

// Detects a result row that changed on disk: a hash of every field but the handle.
std::string checksum_of(const model::CaseResult& result);

// Inside Database::write().
void insert_result(Database& db, std::int64_t run_no, const model::CaseResult& bounded,
                   const std::string& handle);
void insert_job(Database& db, std::int64_t run_no, const model::JobRecord& job);
void insert_planned(Database& db, std::int64_t run_no, const model::Planned& planned);
void insert_sample(Database& db, std::int64_t run_no, const model::Sample& sample);

// Inside Database::write(), behind inserts: how many rows are the run's now. Jobs and plans replace rows of the same
// name, so these are counted anew; results and samples are only added.
void note_rows(Database& db, std::int64_t run_no, std::size_t results_more, std::size_t samples_more);
// Inside Database::read(): ends in damaged() when there are others than were noted.
void check_rows(Database& db, std::int64_t run_no, const model::Run& run);

// Inside Database::read(). In the order in which they were added.
std::vector<model::CaseResult> read_results(Database& db, std::int64_t run_no);
std::vector<model::JobRecord> read_jobs(Database& db, std::int64_t run_no);
std::vector<model::Planned> read_planned(Database& db, std::int64_t run_no);
std::vector<model::Sample> read_samples(Database& db, std::int64_t run_no);

}  // namespace store
