// What the simulator was asked and what it answered, for tests to read back.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"
#include "tools/simulator/api.h"

namespace taskgateway::simulator {

// One request that was read in full. It is written down before its reply is sent.
struct LedgerEntry {
  std::uint64_t sequence = 0;  // from 1, never reused
  absl::Time time;             // the simulator's calendar
  Api api = Api::kUnknown;
  std::string action;   // x-acs-action
  std::string task_id;  // or the provisioned product's
  int http_status = 0;  // 0: a fault kept the reply back (hang, or reset before the headers)
  std::string code;     // of an error reply
  std::string access_key_id;
  std::string nonce;
  std::string retry_attempts;  // x-acs-retry-attempts, as the official clients number their retries
  bool tls = false;
  bool faulted = false;  // a fault rule took part
  // When the client closed its connection before the reply was under way; infinite past: it did not.
  absl::Time closed_by_client = absl::InfinitePast();
};

// Keeps the last entries and the counts of all. The simulator's thread only.
class Ledger {
 public:
  // `capacity` is the number of entries that are kept.
  explicit Ledger(std::size_t capacity) : capacity_(capacity) {}

  // Numbers the entry and keeps it. Answers the number.
  std::uint64_t Add(LedgerEntry entry);
  // Notes that the client gave up on request `sequence`; ignored when the entry is gone.
  void ClosedByClient(std::uint64_t sequence, absl::Time when);
  // Forgets entries and counts; numbers go on.
  void Clear();

  const std::deque<LedgerEntry>& entries() const { return entries_; }
  // Requests since the start or the last Clear.
  std::uint64_t total() const { return total_; }
  std::uint64_t Count(Api api, const std::string& action) const;

  // {"total":n,"counts":[{"api","action","http_status","count"}],"entries":[…oldest first…]}; an entry's empty fields
  // are left out.
  std::string ToJson() const;

 private:
  std::size_t capacity_;
  std::uint64_t next_ = 1;
  std::uint64_t total_ = 0;
  std::deque<LedgerEntry> entries_;
  std::map<std::tuple<Api, std::string, int>, std::uint64_t, std::less<>> counts_;
};

}  // namespace taskgateway::simulator
